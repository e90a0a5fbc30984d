"""BLEU is that of sacreBLEU, with one reference a pair and with several a song."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.errors import SetupError
from musicdata_baselines.captioning.scores.bleu import bleu

WORDS = st.sampled_from(["the", "sea", "The", "hills", "of", "home.", "don't", "&amp;", "3.5", "🎵"])
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)
SONGS = st.lists(st.tuples(TEXTS, st.lists(TEXTS, min_size=1, max_size=4)), min_size=1, max_size=6)


@settings(max_examples=40)
@given(SONGS)
def test_it_equals_sacrebleu(songs: list[tuple[str, list[str]]]) -> None:
    of_pairs, of_songs = bleu(*zip(*songs, strict=True))
    pairs = [(prediction, one) for prediction, references in songs for one in references]
    row_wise = sacrebleu.corpus_bleu([one for one, _ in pairs], [[one for _, one in pairs]], force=True)
    assert of_pairs == pytest.approx(row_wise.score, abs=1e-9)
    most = max(len(references) for _, references in songs)
    streams: list[Any] = [[refs[n] if n < len(refs) else None for _, refs in songs] for n in range(most)]
    together = sacrebleu.corpus_bleu([prediction for prediction, _ in songs], streams, force=True)
    assert of_songs == pytest.approx(together.score, abs=1e-9)


def test_a_copy_is_whole_and_an_empty_caption_nothing() -> None:
    of_pairs, of_songs = bleu(["the hills of my home"], [["the sea", "the hills of my home"]])
    assert of_songs == pytest.approx(100)
    assert 0 < of_pairs < 100
    assert bleu([""], [["the sea"]]) == bleu(["", " "], [[""], ["", "a"]]) == (0.0, 0.0)


def test_without_sacrebleu_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics.bleu", None)
    with pytest.raises(SetupError, match=r"pip install 'musicdata\[captions\]'"):
        bleu(["a"], [["a"]])

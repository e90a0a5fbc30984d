"""CIDEr is that of pycocoevalcap, on words that are cut without Java."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata_baselines.captioning.scores.cider import cider
from musicdata_baselines.captioning.words import split_words

SONGS = [("the sea is wide", "a wide sea"), ("hills of home",), ("a lost love is mourned", "of love")]
TEXTS = st.lists(st.sampled_from(["sea", "the", "hills", "Home!", "É", "🎵"]), max_size=9).map(" ".join)


def by_the_package(predictions: list[str], references: list[list[str]]) -> list[float]:
    package = pytest.importorskip("pycocoevalcap.cider.cider_scorer")
    scorer = package.CiderScorer()
    for prediction, texts in zip(predictions, references, strict=True):
        scorer += (" ".join(split_words(prediction)), [" ".join(split_words(text)) for text in texts])
    return [float(value) for value in scorer.compute_score()[1]]


@settings(max_examples=40)
@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, min_size=1, max_size=3)), min_size=1, max_size=5))
def test_it_equals_the_package(songs: list[tuple[str, list[str]]]) -> None:
    predictions, references = [one for one, _ in songs], [[*texts, "sea"] for _, texts in songs]
    assert cider(predictions, references).tolist() == pytest.approx(by_the_package(predictions, references), abs=1e-9)


def test_a_caption_that_says_what_was_written_scores_higher() -> None:
    right = cider(["the wide sea", "Hills of home!", "a lost love"], SONGS)
    wrong = cider(["hills of home", "a lost love", "the wide sea"], SONGS)
    assert right.min() > 1 > 0.3 > wrong.max()


@pytest.mark.parametrize("prediction", ["", "the sea", "🎵"])
def test_odd_texts_have_scores(prediction: str) -> None:
    assert cider([prediction, prediction], [("",), ("🎵", "")]).tolist() == [0, 0]
    assert cider([prediction], [("the sea",)]).tolist() == [0]  # of one song, no word tells it from others

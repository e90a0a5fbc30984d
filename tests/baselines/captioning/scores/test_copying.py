"""The longest run shared with a training text: what a plain search finds, in any size of block."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata_baselines.captioning.scores import copying
from musicdata_baselines.captioning.scores.copying import longest_copies
from musicdata_baselines.captioning.words import split_words

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "d", "É", "."]), max_size=12).map(" ".join)


def plainly(text: str, train: list[str]) -> int:
    words = split_words(text)
    runs = {tuple(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
    longest = 0
    for other in train:
        theirs = split_words(other)
        stands = (run for run in runs if any(tuple(theirs[k : k + len(run)]) == run for k in range(len(theirs))))
        longest = max(longest, max(map(len, stands), default=0))
    return longest


@given(st.lists(TEXTS, max_size=5), st.lists(TEXTS, max_size=5), st.integers(1, 9))
def test_it_is_what_a_plain_search_finds(texts: list[str], train: list[str], block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copying, "_BLOCK", block)
        patch.setattr(copying, "_BITS", 3)  # many keys in one place of the sieve
        assert longest_copies(texts, train).tolist() == [plainly(text, train) for text in texts]


def test_a_run_does_not_go_on_in_the_next_text() -> None:
    assert longest_copies(["the sea of hills", "of hills"], ["the sea", "of hills", "so"]).tolist() == [2, 2]


def test_case_and_punctuation_do_not_hide_a_copy() -> None:
    assert longest_copies(["It's a SONG — of love"], ["said: it’s a song, of love."]).tolist() == [6]


def test_nothing_is_copied_from_nothing() -> None:
    assert longest_copies(["", "🎵", "the sea"], []).tolist() == [0, 0, 0]
    assert longest_copies(["", "🎵"], ["", "the sea"]).tolist() == [0, 0]
    assert len(longest_copies([], ["the sea"])) == 0


def test_copies_among_many_texts_are_found() -> None:
    rng = np.random.default_rng(0)
    train = [" ".join(f"w{n}" for n in rng.zipf(1.3, 60) % 3000) for _ in range(120)]
    planted = [" ".join(["x", *train[place].split()[5 : 5 + n], "y"]) for place, n in ((7, 31), (100, 55), (33, 1))]
    assert longest_copies([*planted, train[3], train[3] + " y"], train).tolist() == [31, 55, 1, 60, 60]

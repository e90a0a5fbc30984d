"""Runs of words are counted as a plain count counts them."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from musicdata_baselines.captioning.scores.grams import LONGEST, count_grams

TEXTS = st.lists(st.lists(st.sampled_from("abc"), max_size=8).map(" ".join), max_size=5)


@given(TEXTS)
def test_bags_are_those_of_a_plain_count(texts: list[str]) -> None:
    for length, bags in enumerate(count_grams(texts, str.split), 1):
        plain = [Counter(zip(*(text.split()[start:] for start in range(length)), strict=False)) for text in texts]
        for place, counter in enumerate(plain):
            assert sorted(bags.count[bags.text == place].tolist()) == sorted(counter.values())
        runs = {(run, text) for text, counter in enumerate(plain) for run in counter}
        assert len(bags.name) == len(runs)
        assert len(np.unique(bags.name)) == len({run for run, _ in runs})  # the same run has the same number
    assert length == LONGEST


def test_parts_of_bags_count_from_zero_and_know_what_is_missing() -> None:
    bags = next(count_grams(["a b a", "b", "c"], str.split))
    later = bags.of(1, 3)
    assert later.text.tolist() == [0, 1]
    assert bags.counts_of(np.array([0, 0, 1, 2, 5]), np.array([0, 1, 0, 2, 0])).tolist() == [2, 1, 0, 1, 0]
    assert bags.of(3, 3).counts_of(np.array([0]), np.array([0])).tolist() == [0]

"""The paper's runs and the artist-disjoint one."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from musicdata.stages.place.split_runs import SplitRuns, artist_train, n_train, random_train

IDS = [f"{number:016x}" for number in range(103)]


def test_a_random_run_is_exact_and_depends_on_run_and_seed_only() -> None:
    runs = [random_train(IDS, number, SplitRuns()) for number in range(5)]
    assert [len(run) for run in runs] == [82] * 5  # 0.8 · 103
    assert len({frozenset(run) for run in runs}) == 5
    shuffled = random.Random(0).sample(IDS, len(IDS))
    assert random_train(shuffled, 0, SplitRuns()) == runs[0]
    assert random_train(IDS, 0, SplitRuns(seed=1)) != runs[0]


def test_every_pair_is_in_a_test_about_once_in_five_runs() -> None:
    tested = Counter(i for number in range(5) for i in set(IDS) - random_train(IDS, number, SplitRuns()))
    assert sum(tested.values()) == 5 * 21
    assert len(tested) > 60  # 1 − 0.8⁵ of them are 69


@given(st.lists(st.integers(0, 12), min_size=1, max_size=80))
def test_no_group_is_on_both_sides_and_test_is_never_too_large(groups: list[int]) -> None:
    ids, names = IDS[: len(groups)], [f"g{group}" for group in groups]
    train = artist_train(ids, names, SplitRuns())
    sides = [{n for i, n in zip(ids, names, strict=True) if (i in train) is side} for side in (True, False)]
    assert not sides[0] & sides[1]
    assert len(ids) - len(train) <= len(ids) - n_train(len(ids), SplitRuns())


def test_small_groups_fill_the_test_side_exactly() -> None:
    names = [f"g{number // 2}" for number in range(100)]
    assert len(artist_train(IDS[:100], names, SplitRuns())) == 80

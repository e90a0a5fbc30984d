from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from musicdata.definitions.splits import SPLITS, Split

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random


@given(st.text(), st.integers(0, 2**32 - 1))
def test_place_depends_on_nothing_but_id_and_seed(item: str, seed: int) -> None:
    assert Split(seed=seed).place(item) == Split(seed=seed, by="sample_id").place(item)


def test_shares_are_kept_within_sampling_error() -> None:
    places = [Split(seed=3).place(f"group{i}") for i in range(20_000)]
    for name, share in (("train", 0.70), ("valid", 0.15), ("test", 0.15)):
        assert abs(places.count(name) / len(places) - share) < 0.011  # four standard deviations


def test_the_seed_makes_another_split() -> None:
    ids = [f"group{i}" for i in range(1000)]
    moved = sum(Split(seed=0).place(i) != Split(seed=1).place(i) for i in ids)
    assert 350 < moved < 570  # two independent placings differ in 1 − (0.7² + 2·0.15²) = 0.465 of the ids


def test_shares_must_sum_to_one() -> None:
    with pytest.raises(ValidationError, match=r"sum to 1\.05"):
        Split(train=0.75)


def test_what_decides_must_be_a_column_of_the_items() -> None:
    assert Split().among(("group_id", "sample_id"), "tracks") == Split()
    with pytest.raises(ValueError, match='tracks have no song_id; expected by = "group_id" or by = "sample_id"'):
        Split(by="song_id").among(("group_id", "sample_id"), "tracks")


IDS = st.sets(st.text("abcdefgh0123456789_", min_size=1, max_size=6), min_size=1, max_size=12)
SHARES = st.sampled_from([(0.7, 0.15, 0.15), (0.8, 0.1, 0.1), (0.98, 0.01, 0.01), (0.5, 0.0, 0.5), (0.0, 0.0, 1.0)])


def placed(split: Split, ids: Iterable[str]) -> dict[str, str]:
    lent = split.lent(ids)
    return {one: split.place(one, lent) for one in ids}


@given(IDS, SHARES, st.integers(0, 99), st.randoms())
def test_no_split_is_empty_where_there_are_items_enough(
    ids: set[str], shares: tuple[float, float, float], seed: int, random: Random
) -> None:
    split = Split(train=shares[0], valid=shares[1], test=shares[2], seed=seed)
    where = placed(split, sorted(ids))
    used = {name for name in SPLITS if getattr(split, name)}
    assert set(where.values()) <= used
    assert len(set(where.values())) == min(len(used), len(ids))
    shuffled = sorted(ids)
    random.shuffle(shuffled)
    assert placed(split, shuffled * 2) == where
    natural = {one: split.place(one) for one in ids}
    assert sum(where[one] != natural[one] for one in ids) == len(split.lent(ids)) <= len(used)


@given(IDS, st.text("xyz", min_size=1, max_size=4), st.integers(0, 99))
def test_an_item_more_moves_none_but_what_is_lent(ids: set[str], new: str, seed: int) -> None:
    split = Split(seed=seed)
    before, after = placed(split, ids), placed(split, ids | {new})
    moved = {one for one in ids if before[one] != after[one]}
    assert moved <= split.lent(ids).keys() | split.lent(ids | {new}).keys()


def test_enough_items_are_where_their_hashes_say() -> None:
    ids = [f"group{i}" for i in range(200)]
    assert Split().lent(ids) == {}


def test_one_item_is_learnt_from_and_two_are_tried_too() -> None:
    assert placed(Split(), ["a"]) == {"a": "train"}
    assert sorted(placed(Split(), ["a", "b"]).values()) == ["train", "valid"]

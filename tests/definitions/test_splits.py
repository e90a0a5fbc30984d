from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from musicdata.definitions.splits import Split


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

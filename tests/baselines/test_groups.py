"""Batches of items in groups: who is drawn with whom."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata_baselines.errors import ViewError
from musicdata_baselines.groups import NONE, Batch, Neighbourhoods, draw_others
from musicdata_baselines.views import Sequences

X = np.array([0, 0, 0, 1, 2, 2, 5, 5])
Y = np.array([2, 0, 1, 0, 2, 7, 1])  # group 7 has no item of the first view, group 5 none of the second


def epoch(batch_size: int = 3, seed: int = 0) -> list[Batch]:
    return list(Neighbourhoods(X, Y).epoch(batch_size, 4, np.random.default_rng(seed)))


def test_an_epoch_has_every_item_of_the_second_view_that_has_a_partner_once() -> None:
    for seed in range(5):
        asked = np.concatenate([batch.y for batch in epoch(seed=seed)])
        assert sorted(asked) == [0, 1, 2, 3, 4, 6]


def test_partners_and_neighbours_are_of_the_same_group_and_false_partners_of_another() -> None:
    for seed in range(20):
        for batch in epoch(seed=seed):
            group = Y[batch.y]
            assert (X[batch.x] == group).all()
            assert (X[batch.near_x] == group).all()
            assert (Y[batch.near_y] == group).all()
            several = np.bincount(X, minlength=8)[group] > 1
            assert ((batch.near_x != batch.x) == several).all()
            there = batch.others != NONE
            assert (group[batch.others] != group[:, None])[there].all()


def test_every_partner_and_every_neighbour_is_drawn() -> None:
    batches = [batch for seed in range(60) for batch in epoch(seed=seed)]
    drawn = {(int(y), int(x)) for batch in batches for y, x in zip(batch.y, batch.x, strict=True)}
    assert drawn == {(y, x) for y in range(7) for x in range(8) if X[x] == Y[y]}
    near = {(int(a), int(b)) for batch in batches for a, b in zip(batch.x, batch.near_x, strict=True)}
    pairs = {(a, b) for a in range(6) for b in range(6) if X[a] == X[b] and (a != b or X[a] == 1)}
    assert near == pairs


def test_a_batch_of_one_group_has_no_false_partners() -> None:
    assert (draw_others(np.zeros(5, np.int64), 3, np.random.default_rng(0)) == NONE).all()


def test_the_same_draws_give_the_same_batches() -> None:
    for one, other in zip(epoch(seed=3), epoch(seed=3), strict=True):
        np.testing.assert_array_equal(one.x, other.x)
        np.testing.assert_array_equal(one.others, other.others)


def test_one_group_cannot_be_told_from_others() -> None:
    with pytest.raises(ViewError, match="fewer than two groups"):
        Neighbourhoods(["a", "a", "b"], ["a", "a"])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=5), max_size=8), st.data())
def test_sequences_are_what_their_lists_are(lists: list[list[int]], data: st.DataObject) -> None:
    held = Sequences.of(lists)
    assert len(held) == len(lists)
    rows = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=6)) if lists else []
    taken = held.take(np.array(rows, np.int64))
    ends = list(zip(taken.offsets[:-1], taken.offsets[1:], strict=True))
    assert [taken.values[a:b].tolist() for a, b in ends] == [lists[row] for row in rows]


def test_odd_sequences_are_refused() -> None:
    with pytest.raises(ViewError, match="offsets"):
        Sequences(np.arange(3, dtype=np.int32), np.array([0, 2]))
    with pytest.raises(ViewError, match="token 1 is -4"):
        Sequences.of([[1, -4]])

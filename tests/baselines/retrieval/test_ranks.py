from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from musicdata_baselines.errors import ViewError
from musicdata_baselines.retrieval import Ranks, count_ranks, cumulative_ranks, normalise
from tests.baselines.retrieval import exact


def link(n: int, k: int, dtype: Any = np.float64, noise: float = 2, seed: int = 0) -> tuple[NDArray[Any], NDArray[Any]]:
    """Two views of n items with something in common."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(n, k))
    return a.astype(dtype), (a + noise * rng.normal(size=(n, k))).astype(dtype)


def sorted_ranks(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Ranks of the diagonal in its rows, from 1, by sorting."""
    return np.nonzero(np.argsort(-scores, axis=1) == np.arange(len(scores))[:, None])[1] + 1


def require_equal(x: Ranks, y: Ranks) -> None:
    for one, other in ((x.a_to_b, y.a_to_b), (x.b_to_a, y.b_to_a)):
        np.testing.assert_array_equal(one.better, other.better)
        np.testing.assert_array_equal(one.tied, other.tied)


def triples(ranks: Ranks) -> list[list[tuple[int, float, int]]]:
    return [
        list(zip(p.optimistic.tolist(), p.mean.tolist(), p.pessimistic.tolist(), strict=True))
        for p in (ranks.a_to_b, ranks.b_to_a)
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "k"), [(2, 3), (7, 2), (255, 16), (256, 128), (701, 5), (2100, 24)])
def test_ranks_are_those_of_sorting(n: int, k: int, dtype: type) -> None:
    a, b = link(n, k, dtype)
    scores = normalise(a) @ normalise(b).T
    ranks = count_ranks(a, b)
    np.testing.assert_array_equal(ranks.a_to_b.optimistic, sorted_ranks(scores))
    np.testing.assert_array_equal(ranks.b_to_a.optimistic, sorted_ranks(scores.T))
    assert not ranks.a_to_b.tied.any()
    assert not ranks.b_to_a.tied.any()


@pytest.mark.parametrize("block_rows", [1, 7, 64, 254])
def test_ranks_do_not_depend_on_the_tiles(block_rows: int) -> None:
    a, b = link(300, 6, np.float32)
    b[100:140] = b[:40]
    require_equal(count_ranks(a, b, block_rows), count_ranks(a, b))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_ties_of_small_whole_numbers_are_exact(data: st.DataObject) -> None:
    n, k = data.draw(st.integers(2, 9)), data.draw(st.integers(1, 3))
    views = st.lists(st.lists(st.integers(-3, 3), min_size=k, max_size=k), min_size=n, max_size=n)
    a, b = data.draw(views), data.draw(views)
    ranks = count_ranks(np.array(a), np.array(b))
    for found, expected in ((ranks.a_to_b, exact.places(a, b)), (ranks.b_to_a, exact.places(b, a))):
        assert (found.better.tolist(), found.tied.tolist()) == expected


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60), st.integers(1, 5))
def test_the_order_of_the_items_does_not_matter(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(-2, 3, size=(2, n, k))
    order = rng.permutation(n)
    ranks, turned = count_ranks(a, b), count_ranks(a[order], b[order])
    np.testing.assert_array_equal(ranks.a_to_b.better[order], turned.a_to_b.better)
    np.testing.assert_array_equal(ranks.b_to_a.tied[order], turned.b_to_a.tied)


@pytest.mark.parametrize("n", [5, 300])
def test_a_constant_embedding_is_first_last_and_in_the_middle(n: int) -> None:
    lengths = np.linspace(0.1, 7, n)[:, None]
    ranks = count_ranks(lengths * [[0.3, -1.1, 0.7]], lengths[::-1] * [[2.0, 0.1, 0.6]])
    assert triples(ranks) == [[(1, (n + 1) / 2, n)] * n] * 2


def test_one_component_has_only_two_cosines() -> None:
    ranks = count_ranks(np.array([[3.0], [0.1], [-5.0], [-0.2]]), np.array([[0.7], [-9.0], [0.4], [-1.0]]))
    assert triples(ranks)[0] == [(1, 1.5, 2), (3, 3.5, 4), (3, 3.5, 4), (1, 1.5, 2)]


def test_a_row_of_zeros_ties_with_everything() -> None:
    ranks = count_ranks(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.eye(3, 2))
    assert triples(ranks)[0][0] == (1, 2.0, 3)
    assert normalise(np.zeros((1, 2))).tolist() == [[0.0, 0.0]]


def test_copies_of_an_item_tie_exactly_and_no_other_does() -> None:
    a, b = link(1500, 128, np.float32)
    b[[40, 700, 1499]] = b[3]
    ranks = count_ranks(a, b)
    assert np.flatnonzero(ranks.a_to_b.tied).tolist() == [3, 40, 700, 1499]
    assert ranks.a_to_b.tied[[3, 40, 700, 1499]].tolist() == [3] * 4
    assert not ranks.b_to_a.tied.any()


def test_what_float32_cannot_tell_apart_is_told_apart() -> None:
    a, b = link(900, 32)
    rng = np.random.default_rng(1)
    b[1::2] = b[::2] + 1e-8 * rng.normal(size=(450, 32))
    scores = normalise(a) @ normalise(b).T
    ranks = count_ranks(a, b)
    np.testing.assert_array_equal(ranks.a_to_b.optimistic, sorted_ranks(scores))
    np.testing.assert_array_equal(ranks.b_to_a.optimistic, sorted_ranks(scores.T))
    assert not ranks.a_to_b.tied.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_item_is_better_than_itself(dtype: type) -> None:
    a, _ = link(600, 300, dtype)
    assert triples(count_ranks(a, 3 * a)) == [[(1, 1.0, 1)] * 600] * 2


def test_the_worst_rank_is_that_of_the_last() -> None:
    a, _ = link(2400, 4)
    assert triples(count_ranks(a, -a)) == [[(2400, 2400.0, 2400)] * 2400] * 2


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_lengths_neither_overflow_nor_vanish(scale: float) -> None:
    a, b = link(50, 4)
    require_equal(count_ranks(scale * a, b), count_ranks(a, b))


def test_a_sweep_of_sizes_is_that_of_the_first_columns() -> None:
    a, b = link(200, 12)
    found = cumulative_ranks(a, b, [12, 1, 5, 5])
    assert list(found) == [1, 5, 12]
    for k, ranks in found.items():
        require_equal(ranks, count_ranks(a[:, :k].copy(), b[:, :k].copy()))


def test_memory_is_that_of_a_block() -> None:
    a, b = link(6000, 8, np.float32)
    tracemalloc.start()
    count_ranks(a, b)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6  # the scores alone would be 144 MB


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (np.ones((3, 2)), np.ones((4, 2)), r"\[3, 4\] rows"),
        (np.ones((3, 2)), np.ones((3, 5)), "view 0 has 2 columns, view 1 has 5"),
        (np.ones((1, 2)), np.ones((1, 2)), "1 rows, at least 2"),
        (np.array([[1.0, 0.0], [0.0, np.nan]]), np.ones((2, 2)), "view 0, row 1, column 1 is nan"),
    ],
)
def test_wrong_scores_are_refused(a: NDArray[Any], b: NDArray[Any], message: str) -> None:
    with pytest.raises(ViewError, match=message):
        count_ranks(a, b)


@pytest.mark.parametrize("block_rows", [0, 256])
def test_wrong_blocks_are_refused(block_rows: int) -> None:
    with pytest.raises(ViewError, match=f"block_rows is {block_rows}, expected 1 to 255"):
        count_ranks(np.eye(3), np.eye(3), block_rows)


@pytest.mark.parametrize("sizes", [[], [0, 1], [4]])
def test_wrong_sizes_are_refused(sizes: list[int]) -> None:
    with pytest.raises(ViewError, match="expected numbers of columns between 1 and 3"):
        cumulative_ranks(np.eye(3), np.eye(3), sizes)

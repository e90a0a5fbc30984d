from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata_baselines.backend import TorchBackend
from musicdata_baselines.errors import ViewError
from musicdata_baselines.linear.moments import MAX_WIDTH, Moments
from tests.baselines.linear.paired import Views, make


def covariance(moments: Moments) -> Any:
    cross = moments.backend.numpy(moments.cross)
    return (np.triu(cross) + np.triu(cross, 1).T) / (moments.n_rows - 1)


def cut(views: Views, edges: list[int]) -> list[Views]:
    bounds = [0, *sorted(edges), len(views[0])]
    return [[view[a:b] for view in views] for a, b in pairwise(bounds) if b > a]


def test_they_are_the_mean_and_the_covariance() -> None:
    views = make(500, (7, 4, 3))
    stacked = np.hstack(views)
    for rows in (1, 7, 64, 500, 9999):
        moments = Moments.of(views, block_rows=rows)
        assert moments.n_rows == 500
        np.testing.assert_allclose(moments.means, stacked.mean(axis=0), atol=1e-14)
        np.testing.assert_allclose(covariance(moments), np.cov(stacked.T), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(moments.scales, stacked.std(axis=0, ddof=1), rtol=1e-13)


@settings(max_examples=40, deadline=None)
@given(
    edges=st.lists(st.integers(1, 299), max_size=6, unique=True),
    order=st.randoms(use_true_random=False),
    drift=st.sampled_from([0.0, 1.0, 1e3]),
    block_rows=st.sampled_from([None, 1, 10, 100]),
)
def test_any_shards_in_any_order_give_the_same(
    edges: list[int], order: object, drift: float, block_rows: int | None
) -> None:
    views = [view + drift * np.arange(300)[:, None] / 300 for view in make(300, (6, 4))]
    whole = Moments.of(views)
    shards = cut(views, edges)
    order.shuffle(shards)  # type: ignore[attr-defined]
    streamed = Moments.of_blocks(shards, block_rows=block_rows)
    np.testing.assert_allclose(streamed.means, whole.means, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(covariance(streamed), covariance(whole), rtol=1e-10, atol=1e-10)


@settings(max_examples=40, deadline=None)
@given(edges=st.lists(st.integers(1, 199), min_size=1, max_size=5, unique=True), fold=st.integers(0, 5))
def test_a_fold_can_be_left_out(edges: list[int], fold: int) -> None:
    views = [view + 50 for view in make(200, (5, 3))]
    folds = cut(views, edges)
    left_out = folds.pop(fold % len(folds))
    rest = Moments.of(views).without(Moments.of(left_out))
    expected = Moments.of_blocks(folds)
    assert rest.n_rows == expected.n_rows
    np.testing.assert_allclose(rest.means, expected.means, rtol=1e-10)
    np.testing.assert_allclose(
        covariance(rest) * (rest.n_rows - 1), covariance(expected) * (rest.n_rows - 1), rtol=1e-8, atol=1e-8
    ) if rest.n_rows > 1 else None


def test_merging_leaves_both_as_they_were() -> None:
    a, b = Moments.of(make(50, (3, 2))), Moments.of(make(60, (3, 2), seed=1))
    before = a.cross.copy(), b.cross.copy()
    merged = a.merge(b)
    np.testing.assert_allclose(covariance(merged), covariance(b.merge(a)), rtol=1e-12)
    assert merged.n_rows == 110
    np.testing.assert_array_equal(before[0], a.cross)
    np.testing.assert_array_equal(before[1], b.cross)


@pytest.mark.parametrize("offset", [0.0, 1e4])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3, 1e-25, 1e25])
def test_float32_keeps_correlations_whatever_scale_and_offset(scale: float, offset: float) -> None:
    views = make(2000, (5, 4))
    narrow = [((view / view.std(axis=0) + offset) * scale).astype(np.float32) for view in views]
    moments = Moments.of(narrow, block_rows=256)
    found = covariance(moments) / np.outer(moments.scales, moments.scales)
    assert moments.scales.all()
    np.testing.assert_allclose(found, np.corrcoef(np.hstack(narrow).astype(np.float64).T), atol=2e-6)


def test_torch_has_the_same_and_they_go_back_and_forth() -> None:
    views = make(300, (6, 4))
    ours, theirs = Moments.of(views), Moments.of(views, backend=TorchBackend("cpu"))
    np.testing.assert_allclose(covariance(theirs), covariance(ours), rtol=1e-12, atol=1e-12)
    back = theirs.to(ours.backend).update(views)
    np.testing.assert_allclose(covariance(back), covariance(ours.merge(ours)), rtol=1e-12, atol=1e-12)
    forth = ours.to(theirs.backend).merge(theirs)
    np.testing.assert_allclose(covariance(forth), covariance(back), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("value", [0.1, -7.3, 1e6, 123456.789])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_constant_column_has_scale_zero(value: float, dtype: type) -> None:
    views: Views = [view.astype(dtype) for view in make(5000, (3, 2))]
    views[0][:, 1] = value
    moments = Moments.of(views, block_rows=300)
    assert np.flatnonzero(moments.scales == 0).tolist() == [1]


def test_small_shards_are_put_together_and_empty_ones_passed_over() -> None:
    views = make(100, (3, 2))
    shards = [[view[:0] for view in views], *cut(views, list(range(1, 100)))]
    np.testing.assert_array_equal(Moments.of_blocks(shards).cross, Moments.of(views).cross)


def test_bad_rows_are_named() -> None:
    views = make(100, (3, 2))
    views[1][42, 1] = np.nan
    with pytest.raises(ViewError, match="view 1, row 42, column 1 is nan"):
        Moments.of(views, block_rows=10)
    with pytest.raises(ViewError, match="block 1: view 1, row 12, column 1"):
        Moments.of_blocks([[v[:30] for v in views], [v[30:] for v in views]])
    with pytest.raises(ViewError, match="block 1: view 0 has 2 features"):
        Moments.of_blocks([[v[:30] for v in views], [views[1][:9], views[1][:9]]])
    with pytest.raises(ViewError, match="no block"):
        Moments.of_blocks([])
    with pytest.raises(ViewError, match="too large"):
        Moments.of([np.full((4, 1), 1e308), np.ones((4, 1))])
    with pytest.raises(ViewError, match="squares overflow"):
        Moments.of([np.array([[1e200], [-1e200]]), np.ones((2, 1))]).scales  # noqa: B018
    with pytest.raises(ViewError, match="RandomizedPCA"):
        Moments([MAX_WIDTH, 1])
    with pytest.raises(ViewError, match="do not go together"):
        Moments([3, 2]).merge(Moments([2, 3]))
    with pytest.raises(ViewError, match="no row is left"):
        Moments.of(make(9, (2, 2))).without(Moments.of(make(9, (2, 2))))

from __future__ import annotations

import tracemalloc
from typing import Any

import cca_zoo.linear
import numpy as np
import pytest

from musicdata_baselines.backend import Backend, TorchBackend
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.moments import Moments
from tests.baselines.linear.paired import correlations, make


def test_the_correlations_are_those_of_cca_zoo() -> None:
    views = make(800, (40, 25), shared=12)
    reference = cca_zoo.linear.CCA(n_components=20).fit([*views])
    ours = CCA(n_components=20).fit(views)
    np.testing.assert_allclose(ours.canonical_correlations_, correlations(reference.transform([*views])), atol=1e-10)
    np.testing.assert_allclose(correlations(ours.transform(views)), ours.canonical_correlations_, atol=1e-12)


@pytest.mark.parametrize("shrinkage", [0.01, 0.3, 0.9, 1.0])
def test_the_ridge_is_that_of_cca_zoo_on_standardised_columns(shrinkage: float) -> None:
    views = make(500, (20, 15))
    standard = [(view - view.mean(axis=0)) / view.std(axis=0, ddof=1) for view in views]
    reference = cca_zoo.linear.RidgeCCA(n_components=6, shrinkage=shrinkage).fit(standard).transform(standard)
    for ours, theirs in zip(CCA(n_components=6, shrinkage=shrinkage).fit_transform(views), reference, strict=True):
        signs = np.sign((ours * theirs).sum(axis=0))
        np.testing.assert_allclose(ours, theirs * signs, atol=1e-8)


def test_scores_are_canonical_variates() -> None:
    views = make(400, (12, 9))
    a, b = CCA().fit_transform(views)
    identity, n = np.eye(9), len(a) - 1
    np.testing.assert_allclose(a.T @ a / n, identity, atol=1e-10)
    np.testing.assert_allclose(b.T @ b / n, identity, atol=1e-10)
    cross = a.T @ b / n
    np.testing.assert_allclose(cross, np.diag(cross.diagonal()), atol=1e-10)
    assert (np.diff(cross.diagonal()) <= 0).all()


def test_one_fit_serves_every_number_of_components() -> None:
    views = make(300, (10, 8))
    large, small = CCA(n_components=8).fit(views), CCA(n_components=3).fit(views)
    for a, b in zip(large.transform(views), small.transform(views), strict=True):
        np.testing.assert_allclose(a[:, :3], b, atol=1e-12)


@pytest.mark.parametrize("scale_by", ["column", "offset", "both"])
def test_float32_loses_nothing_to_scales_and_offsets(scale_by: str) -> None:
    rng = np.random.default_rng(1)
    views = make(4000, (60, 40), shared=20)
    truth = CCA(n_components=10).fit(views).canonical_correlations_.sum()
    narrow = []
    for view in views:
        offset = 0.0 if scale_by == "column" else 1e4 * view.std(axis=0)
        scale = 1.0 if scale_by == "offset" else 10 ** rng.uniform(-3, 3, size=view.shape[1])
        narrow.append(((view + offset) * scale).astype(np.float32))
    found = CCA(n_components=10).fit(narrow).canonical_correlations_.sum()
    assert abs(found - truth) / truth < 1e-4


def test_streamed_in_memory_and_added_rows_give_the_same() -> None:
    views = make(900, (14, 11))
    shards = [[view[i : i + 150] for view in views] for i in range(0, 900, 150)]
    whole = CCA(n_components=5).fit(views)
    added = CCA(n_components=5)
    for shard in shards:
        added.partial_fit(shard)
    streamed = CCA(n_components=5).fit_blocks(reversed(shards))
    given = CCA(n_components=5).fit_moments(Moments.of_blocks(shards))
    for other in (added, streamed, given):
        np.testing.assert_allclose(other.canonical_correlations_, whole.canonical_correlations_, atol=1e-10)
        for a, b in zip(other.transform(views), whole.transform(views), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-10)


def test_the_same_input_gives_the_same_bytes_and_signs_follow_the_first_view() -> None:
    views = make(300, (10, 8))
    first, again = CCA().fit(views), CCA().fit(views)
    assert [w.tobytes() for w in first.weights_] == [w.tobytes() for w in again.weights_]
    weights = first.weights_[0]
    assert (weights[np.abs(weights).argmax(axis=0), np.arange(weights.shape[1])] > 0).all()


@pytest.mark.parametrize("shrinkage", [0.0, 0.2])
def test_torch_gives_the_same(shrinkage: float, monkeypatch: pytest.MonkeyPatch) -> None:
    views = make(400, (12, 9, 7))[:2]
    views[0][:, 3] = views[0][:, 4]  # the eigenvalue route too
    views[1][:, 2] = 5.0
    ours = CCA(n_components=6, shrinkage=shrinkage, device="cpu").fit(views)
    theirs = CCA(n_components=6, shrinkage=shrinkage)
    theirs._fit(Moments.of(views, backend=TorchBackend("cpu")))
    np.testing.assert_allclose(theirs.canonical_correlations_, ours.canonical_correlations_, atol=1e-8)
    for a, b in zip(theirs.weights_, ours.weights_, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-8)


def test_weighting_multiplies_scores_with_a_power_of_their_correlation() -> None:
    views = make(300, (10, 8))
    plain = CCA(n_components=4).fit(views)
    for weighting, power in (("none", 0), ("correlation", 1), (2.5, 2.5), (0, 0)):
        weighted = CCA(n_components=4, weighting=weighting).fit(views)
        for a, b in zip(weighted.transform(views), plain.transform(views), strict=True):
            np.testing.assert_allclose(a, b * plain.canonical_correlations_**power, rtol=1e-12)
        assert weighted.score(views) == pytest.approx(plain.score(views), abs=1e-12)


def test_score_is_the_mean_correlation_of_rows_not_fitted_to() -> None:
    views = make(1000, (10, 8))
    train, test = [v[:600] for v in views], [v[600:] for v in views]
    fitted = CCA(n_components=4).fit(train)
    assert fitted.score(test) == pytest.approx(correlations(fitted.transform(test)).mean(), abs=1e-12)
    assert fitted.score(train) == pytest.approx(fitted.canonical_correlations_.mean(), abs=1e-12)


def test_columns_that_repeat_others_lower_the_rank_and_change_nothing_else() -> None:
    views = make(300, (6, 5))
    doubled = [np.hstack([views[0], views[0] @ np.ones((6, 2))]), views[1]]
    plain, redundant = CCA().fit(views), CCA().fit(doubled)
    assert redundant.rank_ == plain.rank_ == 5
    np.testing.assert_allclose(redundant.canonical_correlations_, plain.canonical_correlations_, atol=1e-10)
    narrow = [np.hstack([views[0][:, :3]] * 3), views[1]]
    assert CCA().fit(narrow).rank_ == 3
    assert CCA().fit([view.astype(np.float32) for view in narrow]).rank_ == 3


def test_constant_columns_weigh_nothing_and_are_listed() -> None:
    views = make(300, (6, 5))
    spoilt = [np.insert(views[0], 2, 7.5, axis=1), np.insert(views[1], [0, 5], -1.0, axis=1)]
    plain, fitted = CCA().fit(views), CCA().fit(spoilt)
    assert fitted.constant_columns_ == [[2], [0, 6]]
    assert not fitted.weights_[0][2].any()
    np.testing.assert_allclose(fitted.canonical_correlations_, plain.canonical_correlations_, atol=1e-12)
    for a, b in zip(fitted.transform(spoilt), plain.transform(views), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-10)


def test_memory_of_a_fit_does_not_depend_on_the_rows() -> None:
    peaks = []
    for n in (8_000, 80_000):
        views: Any = [np.random.default_rng(0).normal(size=(n, 40)).astype(np.float32) for _ in range(2)]
        tracemalloc.start()
        Moments.of(views, block_rows=100, backend=Backend())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]

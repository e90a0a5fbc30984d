from __future__ import annotations

import cca_zoo.linear
import numpy as np
import pytest

from musicdata_baselines.backend import TorchBackend
from musicdata_baselines.errors import ViewError
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.gcca import GCCA
from musicdata_baselines.linear.mcca import MCCA
from musicdata_baselines.linear.moments import Moments
from tests.baselines.linear.paired import Views, correlations, make

WIDTHS = (14, 11, 9)


def standardise(views: Views) -> Views:
    return [(view - view.mean(axis=0)) / view.std(axis=0, ddof=1) for view in views]


@pytest.mark.parametrize("shrinkage", [0.0, 0.1, 0.7])
@pytest.mark.parametrize("estimator", [GCCA, MCCA])
def test_the_directions_are_those_of_cca_zoo(estimator: type, shrinkage: float) -> None:
    views = make(600, WIDTHS)
    reference = getattr(cca_zoo.linear, estimator.__name__)(n_components=5, shrinkage=shrinkage)
    theirs = reference.fit_transform(standardise(views))
    fitted = estimator(n_components=5, shrinkage=shrinkage).fit(views)
    for a, b in zip(fitted.transform(views), theirs, strict=True):
        cosines = (a * b).sum(axis=0) / np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
        np.testing.assert_allclose(np.abs(cosines), 1.0, atol=1e-8)
    if shrinkage == 0:
        np.testing.assert_allclose(fitted.canonical_correlations_, correlations(theirs), atol=1e-8)
        np.testing.assert_allclose(fitted.canonical_correlations_, correlations(fitted.transform(views)), atol=1e-12)


@pytest.mark.parametrize("estimator", [GCCA, MCCA])
def test_of_two_views_they_are_cca(estimator: type) -> None:
    views = make(500, WIDTHS[:2])
    cca, fitted = CCA().fit(views), estimator().fit(views)
    assert fitted.rank_ == cca.rank_ == 11
    np.testing.assert_allclose(fitted.canonical_correlations_, cca.canonical_correlations_, atol=1e-10)
    for a, b in zip(fitted.transform(views), cca.transform(views), strict=True):
        np.testing.assert_allclose(a[:, :5], b[:, :5], atol=1e-6)


def test_gcca_maximises_the_squared_correlations_with_the_shared_representation() -> None:
    views = make(500, WIDTHS)
    fitted = GCCA(n_components=4).fit(views)
    bases = [np.linalg.qr(view - view.mean(axis=0))[0] for view in views]
    # The definition: eigenvectors of the sum of projections, an n × n matrix.
    values, vectors = np.linalg.eigh(sum(basis @ basis.T for basis in bases))
    np.testing.assert_allclose(fitted.eigenvalues_, values[::-1][:4], atol=1e-10)
    for scores in fitted.transform(views):
        np.testing.assert_allclose(scores.std(axis=0, ddof=1), 1.0, rtol=1e-10)
    shared = sum(fitted.transform(views))
    assert np.abs(np.corrcoef(np.asarray(shared)[:, 0], vectors[:, -1])[0, 1]) > 0.99


def test_mcca_maximises_the_sum_of_covariances_under_its_constraint() -> None:
    views = make(500, WIDTHS)
    scores = MCCA(n_components=3).fit(views)
    found = np.array(scores.transform(views))
    covariances = np.einsum("vnk,unk->vuk", found, found) / (found.shape[1] - 1)
    own = np.einsum("vvk->vk", covariances)
    np.testing.assert_allclose(own.sum(axis=0), 3.0, rtol=1e-10)
    between = covariances.sum(axis=(0, 1)) - own.sum(axis=0)
    np.testing.assert_allclose(between / 3, scores.eigenvalues_, rtol=1e-10)
    rng = np.random.default_rng(0)
    for _ in range(200):
        tried = [w[:, 0] + 0.1 * rng.normal(size=len(w)) for w in scores.weights_]
        other = np.cov([z @ w for z, w in zip(standardise(views), tried, strict=True)])
        assert (other.sum() - other.trace()) / other.trace() <= scores.eigenvalues_[0] + 1e-12


def test_without_a_ridge_both_find_the_same_directions() -> None:
    views = make(500, WIDTHS)
    gcca, mcca = GCCA(n_components=4).fit(views), MCCA(n_components=4).fit(views)
    np.testing.assert_allclose(gcca.eigenvalues_, 1 + mcca.eigenvalues_, atol=1e-10)
    np.testing.assert_allclose(gcca.canonical_correlations_, mcca.canonical_correlations_, atol=1e-10)


@pytest.mark.parametrize("estimator", [GCCA, MCCA])
@pytest.mark.parametrize("shrinkage", [0.0, 0.3])
def test_torch_gives_the_same(estimator: type, shrinkage: float) -> None:
    views = make(400, WIDTHS)
    views[1][:, 0] = views[1][:, 1]
    ours = estimator(n_components=4, shrinkage=shrinkage, device="cpu").fit(views)
    theirs = estimator(n_components=4, shrinkage=shrinkage)._fit(Moments.of(views, backend=TorchBackend("cpu")))
    np.testing.assert_allclose(theirs.eigenvalues_, ours.eigenvalues_, atol=1e-8)
    np.testing.assert_allclose(theirs.canonical_correlations_, ours.canonical_correlations_, atol=1e-8)
    for a, b in zip(theirs.weights_, ours.weights_, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-8)


def test_a_view_that_takes_no_part_is_an_error_not_a_zero() -> None:
    hadamard = np.array([[1.0]])
    for _ in range(4):
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    columns = hadamard[:, 1:]  # exactly uncorrelated
    a, b, c = columns[:, [0, 1]], columns[:, [0, 2]], columns[:, [3, 4]]
    with pytest.raises(ViewError, match="component 0 has no part in one of the views"):
        GCCA(n_components=1).fit([a, b, c])
    with pytest.raises(ViewError, match="component 0 correlates with nothing: the views have nothing in common"):
        CCA().fit([a, c])
    with pytest.raises(ViewError, match="component 1 correlates with nothing: ask for n_components=1"):
        CCA(n_components=2).fit([a, b])
    assert CCA().fit([a, b]).n_components_ == 1


def test_no_matrix_grows_with_the_rows() -> None:
    views = make(20_000, (4, 3, 3))  # rows × rows would take 3 GB
    assert GCCA(n_components=2).fit(views).canonical_correlations_.shape == (2,)

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from musicdata_baselines.backend import Backend, TorchBackend
from musicdata_baselines.errors import ViewError
from musicdata_baselines.linear import estimator as linear
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.gcca import GCCA
from musicdata_baselines.linear.mcca import MCCA
from musicdata_baselines.linear.row_space import RowSpace
from tests.baselines.linear.paired import make


@pytest.mark.parametrize("shrinkage", [0.01, 0.5, 1.0])
@pytest.mark.parametrize(
    ("estimator", "widths"), [(CCA, (300, 200)), (CCA, (12, 300)), (GCCA, (300, 12, 200)), (MCCA, (300, 12, 200))]
)
def test_rows_give_the_same_answer_as_columns(
    estimator: type, widths: tuple[int, ...], shrinkage: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = make(60, widths)
    views[1][:, 3] = 4.25
    views[0] += 100.0
    by_rows = estimator(n_components=5, shrinkage=shrinkage, weighting="correlation").fit(views)
    assert by_rows.moments_ is None
    monkeypatch.setattr(linear, "COLUMNS_A_ROW", 1000)
    by_columns = estimator(n_components=5, shrinkage=shrinkage, weighting="correlation").fit(views)
    assert by_columns.moments_ is not None
    np.testing.assert_allclose(by_rows.canonical_correlations_, by_columns.canonical_correlations_, atol=1e-10)
    assert by_rows.constant_columns_ == by_columns.constant_columns_
    assert by_rows.n_features_in_ == list(widths)
    for mine, other in zip(by_rows.weights_, by_columns.weights_, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-9)
    for mine, other in zip(by_rows.transform(views), by_columns.transform(views), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_constant_column_of_many_rows_is_constant(dtype: type) -> None:
    view: Any = make(900, (5,))[0].astype(dtype)
    view[:, 2] = 3.3
    assert RowSpace(view, 0, Backend()).constant_columns == [2]


@pytest.mark.parametrize("backend", [Backend(), TorchBackend("cpu")], ids=["numpy", "torch"])
def test_a_row_space_is_a_rotation_of_the_standardised_view(backend: Backend) -> None:
    (view,) = make(20, (70,))
    view[:, 5] = 1.5
    space = RowSpace(view, 0, backend)
    standard = (view - view.mean(axis=0)) / np.where(np.arange(70) == 5, 1.0, view.std(axis=0, ddof=1))
    assert space.coordinates.shape == (20, 19)
    np.testing.assert_allclose(space.coordinates @ space.coordinates.T, standard @ standard.T, atol=1e-9)
    rotation = space.weights(np.eye(19))
    np.testing.assert_allclose(rotation.T @ rotation, np.eye(19), atol=1e-10)
    np.testing.assert_allclose(standard @ rotation, space.coordinates, atol=1e-9)
    assert not rotation[5].any()


def test_a_sheet_of_64000_features_needs_no_square_of_them() -> None:
    rng = np.random.default_rng(0)
    latents = rng.normal(size=(80, 3))
    sheet = (latents @ rng.normal(size=(3, 64_000)) + rng.normal(size=(80, 64_000))).astype(np.float32)
    lyrics = latents @ rng.normal(size=(3, 20)) + rng.normal(size=(80, 20))
    tracemalloc.start()
    fitted = CCA(n_components=3, shrinkage=0.1).fit([sheet, lyrics])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6  # their square has 33 GB
    assert fitted.canonical_correlations_[0] > 0.8


def test_blocks_have_no_rows_to_go_by() -> None:
    views = [np.zeros((10, 20_000), dtype=np.float32), np.zeros((10, 3))]
    with pytest.raises(ViewError, match=r"20003 together.*RandomizedPCA"):
        CCA(shrinkage=0.1).fit_blocks([views])


def test_without_a_ridge_it_is_refused_before_anything_large_is_made() -> None:
    views = make(30, (12_000, 8))
    with pytest.raises(ViewError, match=r"view 0 has 12000 columns that vary and only 30 rows"):
        CCA().fit(views)

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from musicdata.errors import UsageError
from musicdata_baselines import backend
from musicdata_baselines.backend import TorchBackend
from musicdata_baselines.errors import ViewError
from musicdata_baselines.linear import pca
from musicdata_baselines.linear.pca import RandomizedPCA


def make(n: int, width: int, *, dtype: Any = np.float64, seed: int = 0) -> NDArray[Any]:
    """Return rows with twelve strong directions of falling variance, and noise."""
    rng = np.random.default_rng(seed)
    strong = rng.normal(size=(n, 12)) * 0.7 ** np.arange(12) * 30
    rows = strong @ np.linalg.qr(rng.normal(size=(width, 12)))[0].T + 0.05 * rng.normal(size=(n, width)) + 128
    made: NDArray[Any] = rows.round().clip(0, 255).astype(dtype) if dtype == np.uint8 else rows.astype(dtype)
    return made


def reference(array: NDArray[Any], k: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return components and shares of variance by a singular value decomposition of all."""
    centred = array.astype(np.float64) - array.mean(axis=0, dtype=np.float64)
    _, values, rows = np.linalg.svd(centred, full_matrices=False)
    return rows[:k], (values**2 / (values**2).sum())[:k]


def in_blocks(array: NDArray[Any], rows: int) -> Any:
    return lambda: (array[i : i + rows] for i in range(0, len(array), rows))


def assert_same(fitted: RandomizedPCA, array: NDArray[Any], k: int, atol: float) -> None:
    components, shares = reference(array, k)
    np.testing.assert_allclose(fitted.explained_variance_ratio_, shares, rtol=1e-3, atol=atol)
    np.testing.assert_allclose(np.abs(np.sum(fitted.components_ * components, axis=1)), 1.0, atol=atol)
    np.testing.assert_allclose(fitted.components_ @ fitted.components_.T, np.eye(k), atol=max(atol, 1e-5))
    np.testing.assert_allclose(fitted.mean_, array.mean(axis=0, dtype=np.float64), rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
@pytest.mark.parametrize(("n", "width"), [(300, 500), (900, 60)])
def test_small_arrays_are_exact(n: int, width: int, dtype: Any) -> None:
    array = make(n, width, dtype=dtype)
    fitted = RandomizedPCA(6).fit(array)
    assert_same(fitted, array, 6, 1e-6)
    assert fitted.components_.dtype == (np.float64 if dtype == np.float64 else np.float32)


def test_narrow_arrays_are_exact_whatever_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pca, "EXACT_ROWS", 100)
    array = make(2000, 50)
    assert_same(RandomizedPCA(6).fit(array), array, 6, 1e-9)
    assert_same(RandomizedPCA(6).fit_blocks(in_blocks(array, 170)), array, 6, 1e-9)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8])
def test_sketches_find_the_strong_directions(dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pca, "EXACT_ROWS", 100)
    monkeypatch.setattr(pca, "EXACT_COLUMNS", 100)
    array = make(1500, 700, dtype=dtype)
    fitted = RandomizedPCA(6, n_passes=6).fit_blocks(in_blocks(array, 250))
    assert_same(fitted, array, 6, 1e-4)
    again = RandomizedPCA(6, n_passes=6).fit_blocks(in_blocks(array, 250))
    assert fitted.components_.tobytes() == again.components_.tobytes()
    scores = fitted.transform(array)
    assert scores.shape == (1500, 6)
    assert scores.dtype == fitted.components_.dtype
    np.testing.assert_allclose(scores.mean(axis=0), 0.0, atol=1e-2)
    np.testing.assert_allclose(
        scores.var(axis=0) / array.astype(np.float64).var(axis=0).sum(), fitted.explained_variance_ratio_, rtol=1e-3
    )


def test_few_rows_in_blocks_are_kept_and_exact() -> None:
    array = make(40, 6000, dtype=np.uint8)
    assert_same(RandomizedPCA(5).fit_blocks(in_blocks(array, 16)), array, 5, 1e-5)


def test_torch_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = {"rows": make(60, 200), "columns": make(400, 30), "sketch": make(400, 300)}
    monkeypatch.setattr(pca, "EXACT_ROWS", 100)
    monkeypatch.setattr(pca, "EXACT_COLUMNS", 100)
    ours = {name: RandomizedPCA(4, device="cpu").fit(array) for name, array in arrays.items()}
    monkeypatch.setattr(backend, "choose", lambda _: TorchBackend("cpu"))
    for name, array in arrays.items():
        theirs = RandomizedPCA(4).fit(array)
        np.testing.assert_allclose(theirs.components_, ours[name].components_, atol=1e-8)
        np.testing.assert_allclose(theirs.transform(array), ours[name].transform(array), atol=1e-8)


def test_memory_is_that_of_the_sketch() -> None:
    rng = np.random.default_rng(0)
    basis = rng.normal(size=(3, 64_000)).astype(np.float32)
    seeds = range(12)

    def blocks() -> Iterator[NDArray[np.float32]]:
        return (np.random.default_rng(seed).normal(size=(20, 3)).astype(np.float32) @ basis for seed in seeds)

    tracemalloc.start()
    fitted = RandomizedPCA(2, oversampling=8).fit_blocks(blocks)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6  # all rows have 61 MB, a square of the features 16 GB
    assert fitted.components_.shape == (2, 64_000)


def test_there_are_fewer_components_where_the_rank_is_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    array = np.random.default_rng(0).normal(size=(50, 3)) @ np.eye(3, 40)
    assert RandomizedPCA(10).fit(array).n_components_ == 3
    assert RandomizedPCA(10).fit(array[:3]).n_components_ == 2
    monkeypatch.setattr(pca, "EXACT_ROWS", 10)
    assert RandomizedPCA(10).fit(array).n_components_ == 3
    monkeypatch.setattr(pca, "EXACT_COLUMNS", 10)
    assert RandomizedPCA(10).fit(array).components_.shape == (3, 40)


def test_bad_input_is_named() -> None:
    array = make(30, 20)[:, :10]
    spoilt = array.copy()
    spoilt[4, 7] = np.inf
    with pytest.raises(ViewError, match="row 4, column 7 is inf"):
        RandomizedPCA(2).fit(spoilt)
    with pytest.raises(ViewError, match=r"block 2: .*row 0, column 7"):
        RandomizedPCA(2).fit_blocks(in_blocks(spoilt, 2))
    for n, width in ((30, 10), (10, 30)):
        with pytest.raises(ViewError, match=f"constant in all of its {width} columns"):
            RandomizedPCA(2).fit(np.full((n, width), 3.3))
    with pytest.raises(ViewError, match="1 rows"):
        RandomizedPCA(2).fit(array[:1])
    with pytest.raises(ViewError, match="block 1 has 9 features"):
        RandomizedPCA(2).fit_blocks(lambda: [array, array[:, :9]])
    with pytest.raises(ViewError, match="no block"):
        RandomizedPCA(2).fit_blocks(list)
    with pytest.raises(ViewError, match="expected numbers"):
        RandomizedPCA(2).fit([["a", "b"]])
    with pytest.raises(ViewError, match="9 features; the components were fitted on 10"):
        RandomizedPCA(2).fit(array).transform(array[:, :9])
    for wrong in ({"n_components": 0}, {"n_components": 2, "n_passes": 1}, {"n_components": 2, "seed": 0.5}):
        with pytest.raises(UsageError, match="expected a whole number"):
            RandomizedPCA(**wrong).fit(array)


def test_a_sketch_refuses_constant_views_and_blocks_that_are_gone_after_one_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pca, "EXACT_ROWS", 10)
    monkeypatch.setattr(pca, "EXACT_COLUMNS", 10)
    array = make(300, 20)
    with pytest.raises(ViewError, match="constant in all of its 20 columns"):
        RandomizedPCA(2).fit(np.full((300, 20), 3.3))
    once = iter(in_blocks(array, 50)())
    with pytest.raises(ViewError, match=r"no block|rows in the first pass"):
        RandomizedPCA(2).fit_blocks(lambda: once)

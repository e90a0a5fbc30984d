from __future__ import annotations

import numpy as np
import pytest

from musicdata_baselines.backend import Backend, TorchBackend


@pytest.mark.parametrize("backend", [Backend(), TorchBackend("cpu")], ids=["numpy", "torch"])
@pytest.mark.parametrize("shape", [(120, 50), (50, 120), (60, 60)])
@pytest.mark.parametrize("decay", [0.97, 0.5])  # the second falls too fast for squares
def test_the_largest_singular_values_are_those_of_a_full_decomposition(
    backend: Backend, shape: tuple[int, int], decay: float
) -> None:
    rng = np.random.default_rng(0)
    side = min(shape)
    left, right = (np.linalg.qr(rng.normal(size=(n, side)))[0] for n in shape)
    values = decay ** np.arange(side)
    matrix = backend.array(left * values @ right.T)
    for k in (1, 12, side):
        u, s, v = backend.svd(matrix, k)
        np.testing.assert_allclose(s, values[:k], atol=1e-14)
        u, v = backend.numpy(u), backend.numpy(v)
        np.testing.assert_allclose(u.T @ u, np.eye(k), atol=1e-10)
        np.testing.assert_allclose(v.T @ v, np.eye(k), atol=1e-10)
        np.testing.assert_allclose(backend.numpy(matrix) @ v, u * s, atol=1e-12)


@pytest.mark.parametrize("backend", [Backend(), TorchBackend("cpu")], ids=["numpy", "torch"])
def test_only_the_upper_triangle_counts(backend: Backend) -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 8))
    full = rows.T @ rows
    upper = np.triu(full) + np.tril(np.full((8, 8), 99.0), -1)
    np.testing.assert_allclose(backend.numpy(backend.mirror(backend.array(upper))), full)
    values, vectors = backend.eigh(backend.array(upper.copy()), 3)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(full)[::-1][:3])
    np.testing.assert_allclose(full @ backend.numpy(vectors), backend.numpy(vectors) * values, atol=1e-10)
    factor = backend.cholesky(backend.array(upper.copy()))
    right = rng.normal(size=(8, 2))
    solved = backend.solve_triangular(factor, backend.array(right), transposed=True)
    np.testing.assert_allclose(backend.numpy(backend.solve_triangular(factor, solved)), np.linalg.solve(full, right))
    assert backend.cholesky(backend.array(-np.eye(3))) is None


@pytest.mark.parametrize("backend", [Backend(), TorchBackend("cpu")], ids=["numpy", "torch"])
def test_read_only_and_backward_views_are_taken(backend: Backend) -> None:
    values = np.arange(12.0).reshape(4, 3)[::-1, ::-1]
    values.flags.writeable = False
    np.testing.assert_array_equal(backend.numpy(backend.array(values)), values)
    out = backend.buffer(4, 3, np.float64)
    np.testing.assert_array_equal(backend.centre(values, out), values.mean(axis=0))
    np.testing.assert_array_equal(backend.numpy(out), values - values.mean(axis=0))

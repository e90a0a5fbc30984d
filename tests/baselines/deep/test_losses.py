"""Losses of deep CCA: values and gradients against definitions, and batches that break eigenvalue gradients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from musicdata_baselines.deep.losses import MIN_RIDGE, cca_loss, gcca_loss
from tests.baselines.deep.batches import BATCHES, count_bad_gradients

LOSSES: dict[str, Callable[..., torch.Tensor]] = {
    "cca": lambda views, ridge=1e-4: cca_loss(views[0], views[1], ridge),
    "gcca": gcca_loss,
}


def covariances(views: list[torch.Tensor], ridge: float) -> tuple[np.ndarray, np.ndarray, list[slice]]:
    """Return covariance of all units, its diagonal blocks with their ridge, and where each view's units are."""
    arrays = [view.numpy() for view in views]
    total = np.cov(np.hstack(arrays), rowvar=False)
    ends = np.cumsum([array.shape[1] for array in arrays])
    parts = [slice(end - array.shape[1], end) for end, array in zip(ends, arrays, strict=True)]
    inner = np.zeros_like(total)
    for part in parts:
        block = total[part, part]
        inner[part, part] = block + ridge * np.trace(block) / len(block) * np.eye(len(block))
    return total, inner, parts


def inverse_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors / np.sqrt(values)) @ vectors.T)


@pytest.mark.parametrize("ridge", [1e-6, 1e-2])
def test_cca_loss_is_minus_the_squared_singular_values_of_the_whitened_covariance(ridge: float) -> None:
    views = BATCHES["generic"]()[:2]
    total, inner, (first, second) = covariances(views, ridge)
    whitened = inverse_root(inner[first, first]) @ total[first, second] @ inverse_root(inner[second, second])
    expected = -np.square(np.linalg.svd(whitened, compute_uv=False)).sum()
    assert cca_loss(views[0], views[1], ridge).item() == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("ridge", [1e-6, 1e-2])
def test_gcca_loss_is_minus_the_top_eigenvalues_of_the_summed_projections(ridge: float) -> None:
    views = BATCHES["generic"]()
    _, inner, parts = covariances(views, ridge)
    centred = [view.numpy() - view.numpy().mean(axis=0) for view in views]
    scaled = [x @ inverse_root(inner[part, part]) / np.sqrt(len(x) - 1) for x, part in zip(centred, parts, strict=True)]
    eigenvalues = np.linalg.eigvalsh(sum(x @ x.T for x in scaled))
    assert gcca_loss(views, ridge).item() == pytest.approx(-eigenvalues[-views[0].shape[1] :].sum(), rel=1e-10)


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("rows", [30, 6])
def test_gradients_are_finite_differences(name: str, rows: int) -> None:
    generator = torch.Generator().manual_seed(1)
    shapes = [(rows, 5), (rows, 5)] if name == "cca" else [(rows, 4), (rows, 6), (rows, 5)]
    views = [torch.randn(*shape, generator=generator, dtype=torch.float64, requires_grad=True) for shape in shapes]
    assert torch.autograd.gradcheck(lambda *hs: LOSSES[name](list(hs), 0.1), views)


def test_cca_gradient_is_that_of_automatic_differentiation_in_float32_too() -> None:
    views = BATCHES["fewer rows than units"]()[:2]

    def by_definition(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        x, y = x - x.mean(0), y - y.mean(0)
        a, b = (v.T @ v / 11 + 1e-4 * (v.T @ v / 11).diagonal().mean() * torch.eye(20, dtype=v.dtype) for v in (x, y))
        c = x.T @ y / 11
        return -torch.trace(torch.linalg.solve(a, c) @ torch.linalg.solve(b, c.T))

    exact = [view.clone().requires_grad_() for view in views]
    by_definition(*exact).backward()
    single = [view.float().requires_grad_() for view in views]
    cca_loss(*single).backward()
    for one, other in zip(exact, single, strict=True):
        assert other.grad.dtype == torch.float32
        assert (other.grad - one.grad).norm() < 1e-4 * one.grad.norm()


def test_a_scale_changes_nothing() -> None:
    for name, loss in LOSSES.items():
        views = BATCHES["generic"]()
        assert loss([1e-3 * view for view in views]).item() == pytest.approx(loss(views).item(), rel=1e-9), name


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("name", LOSSES)
def test_no_gradient_is_nan_or_infinite(name: str, batch: str, dtype: torch.dtype) -> None:
    assert count_bad_gradients(LOSSES[name], BATCHES[batch](), dtype) == 0


@pytest.mark.parametrize("name", LOSSES)
def test_the_smallest_ridge_has_a_cholesky_factor(name: str) -> None:
    for batch in ("fewer rows than units", "duplicated unit", "identical views", "dead units"):
        views = BATCHES[batch]()
        assert count_bad_gradients(lambda hs: LOSSES[name](hs, MIN_RIDGE), views, torch.float64) == 0


def test_a_dead_view_has_no_correlation_and_no_gradient() -> None:
    x, y, _ = (view.requires_grad_() for view in BATCHES["a view all dead"]())
    value = cca_loss(x, y)
    value.backward()
    assert value.item() == 0.0
    assert not y.grad.any()


def test_white_and_identical_views_correlate_fully() -> None:
    x = BATCHES["white"]()[0]
    assert cca_loss(x, x, MIN_RIDGE).item() == pytest.approx(-20, rel=1e-6)
    assert gcca_loss([x, x, x], MIN_RIDGE).item() == pytest.approx(-60, rel=1e-6)

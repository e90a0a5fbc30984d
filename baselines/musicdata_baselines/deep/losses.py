"""Losses of deep CCA: float64 inside, gradients in closed form, so that no eigenvalue or pivot is ever divided by.

Differentiating an eigendecomposition divides by differences of eigenvalues, and white views, dead units or fewer rows
than units make those zero. Here the decompositions are only used, never differentiated. The ridge is relative: it adds
`ridge` times a view's mean variance to each of its variances. Scaling a view by a number therefore changes nothing, and
a dead unit (variance zero) is as regular as any other. Rounding stays harmless from a ridge of about 1e-8 on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_RIDGE = 1e-8
"""Below this a batch of fewer rows than units may have no Cholesky factor."""
_MIN_VARIANCE = 1e-60  # of a view whose units are all dead: with it the gradient is an exact zero, not 0/0


def cca_loss(h1: torch.Tensor, h2: torch.Tensor, ridge: float = 1e-4) -> torch.Tensor:
    """Return minus the sum of the squared canonical correlations of two encodings of the same rows.

    −tr(A⁻¹ C B⁻¹ Cᵀ) with the covariances A = cov(h1) + ridge, B = cov(h2) + ridge and C = cov(h1, h2). It is the
    squared Frobenius norm of A^(−1/2) C B^(−1/2): the objective of Andrew, Arora, Bilmes & Livescu, Deep canonical
    correlation analysis, ICML 2013, eq. 10, with squares for absolute values, which are not differentiable at a
    correlation of zero.

    Args:
        h1: shape (rows, units), float32 or float64.
        h2: shape (rows, units); as many rows, any number of units.
        ridge: added to each variance, relative to the view's mean variance; at least `MIN_RIDGE`.

    Returns:
        A float64 scalar.
    """
    return _CCALoss.apply(h1, h2, ridge)


def gcca_loss(hs: Sequence[torch.Tensor], ridge: float = 1e-4) -> torch.Tensor:
    """Return minus the sum of the D largest eigenvalues of the summed projections on two or more encodings.

    The projections Σ Hᵥ (Hᵥᵀ Hᵥ + ridge)⁻¹ Hᵥᵀ are a rows × rows matrix; the same eigenvalues solve S w = λ B w, with S
    the covariance of all units together and B its diagonal blocks with their ridge, which is only as large as all
    units. Objective of Benton et al., Deep generalized canonical correlation analysis, RepL4NLP 2019, section 3. D is
    the smallest number of units of a view.

    Args:
        hs: one array of shape (rows, units) a view, float32 or float64.
        ridge: as for `cca_loss`.

    Returns:
        A float64 scalar between −D × views and 0.
    """
    return _GCCALoss.apply(ridge, *hs)


class _CCALoss(torch.autograd.Function):
    """`cca_loss`.

    With P = A⁻¹C, Q = B⁻¹Cᵀ and G = A⁻¹CB⁻¹, its gradient by h1 is −2/(n−1) · (Y Gᵀ − X P Gᵀ).
    """

    @staticmethod
    def forward(ctx: Any, h1: torch.Tensor, h2: torch.Tensor, ridge: float) -> torch.Tensor:
        x, y = _centre(h1), _centre(h2)
        degrees = len(x) - 1
        cross = x.T @ y / degrees
        factor_x, factor_y = _factor(x.T @ x / degrees, ridge), _factor(y.T @ y / degrees, ridge)
        p = torch.cholesky_solve(cross, factor_x)
        q = torch.cholesky_solve(cross.T, factor_y)
        ctx.save_for_backward(x, y, p, q, torch.cholesky_solve(q.T, factor_x))
        ctx.ridge, ctx.dtypes = ridge, (h1.dtype, h2.dtype)
        return -(p * q.T).sum()

    @staticmethod
    def backward(ctx: Any, *upstream: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        x, y, p, q, g = ctx.saved_tensors
        scale = -2 * upstream[0] / (len(x) - 1)
        by_x = (y @ g.T - x @ _with_ridge(p @ g.T, ctx.ridge)) * scale
        by_y = (x @ g - y @ _with_ridge(q @ g, ctx.ridge)) * scale
        return by_x.to(ctx.dtypes[0]), by_y.to(ctx.dtypes[1]), None


class _GCCALoss(torch.autograd.Function):
    """`gcca_loss`.

    With the eigenvectors W, WᵀBW = I, the sum of the eigenvalues λ has the gradients WWᵀ by S and −W diag(λ) Wᵀ by B.
    They hold for repeated eigenvalues too, as the sum is a function of the subspace alone.
    """

    @staticmethod
    def forward(ctx: Any, ridge: float, *hs: torch.Tensor) -> torch.Tensor:
        x = torch.cat([_centre(h) for h in hs], dim=1)
        covariance = x.T @ x / (len(x) - 1)
        blocks = _blocks([h.shape[1] for h in hs])
        factor = torch.zeros_like(covariance)
        for block in blocks:
            factor[block, block] = _factor(covariance[block, block], ridge)
        half = torch.linalg.solve_triangular(factor, covariance, upper=False)
        values, vectors = torch.linalg.eigh(torch.linalg.solve_triangular(factor, half.T, upper=False))
        top = min(h.shape[1] for h in hs)
        weights = torch.linalg.solve_triangular(factor.T, vectors[:, -top:], upper=True)
        ctx.save_for_backward(x, weights, values[-top:])
        ctx.ridge, ctx.blocks, ctx.dtypes = ridge, blocks, [h.dtype for h in hs]
        return -values[-top:].sum()

    @staticmethod
    def backward(ctx: Any, *upstream: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        x, weights, values = ctx.saved_tensors
        by_covariance = weights @ weights.T
        for block in ctx.blocks:
            by_block = (weights[block] * values) @ weights[block].T
            by_covariance[block, block] -= _with_ridge(by_block, ctx.ridge)
        by_x = (x @ by_covariance) * (-2 * upstream[0] / (len(x) - 1))
        return None, *[by_x[:, block].to(dtype) for block, dtype in zip(ctx.blocks, ctx.dtypes, strict=True)]


def _centre(h: torch.Tensor) -> torch.Tensor:
    """Return the encodings in float64 without their mean."""
    exact = h.double()
    return exact - exact.mean(dim=0)


def _factor(covariance: torch.Tensor, ridge: float) -> torch.Tensor:
    """Return the lower Cholesky factor of a covariance and its ridge."""
    added = ridge * covariance.diagonal().mean() + _MIN_VARIANCE
    return torch.linalg.cholesky(covariance + torch.diag(added.expand(len(covariance))))


def _with_ridge(gradient: torch.Tensor, ridge: float) -> torch.Tensor:
    """Return the gradient by a covariance, given that by the covariance with its ridge, which grows with the trace."""
    return gradient + torch.diag((ridge * gradient.diagonal().mean()).expand(len(gradient)))


def _blocks(widths: Sequence[int]) -> list[slice]:
    """Return where each view's units are among all."""
    ends = [sum(widths[: i + 1]) for i in range(len(widths))]
    return [slice(end - width, end) for end, width in zip(ends, widths, strict=True)]

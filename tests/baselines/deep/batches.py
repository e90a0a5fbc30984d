"""The batches on which the losses of others return NaN, and ordinary ones beside them."""

from __future__ import annotations

from collections.abc import Callable

import torch

N_UNITS = 20


def _linked(rows: int, units: int, noise: float = 1.0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(rows, units, generator=generator, dtype=torch.float64)
    mix = torch.randn(units, units, generator=generator, dtype=torch.float64)
    y = x @ mix / units**0.5 + noise * torch.randn(rows, units, generator=generator, dtype=torch.float64)
    return [x, y, (x + y).tanh()]


def _white() -> list[torch.Tensor]:
    """Views whose covariance is exactly the identity."""
    x = [torch.linalg.qr(view - view.mean(0)).Q * 199**0.5 for view in _linked(200, N_UNITS)]
    return [view - view.mean(0) for view in x]


def _dead() -> list[torch.Tensor]:
    """Views in which a quarter of the units is constant, as after a ReLU that never opens."""
    views = _linked(200, N_UNITS)
    for view in views:
        view[:, : N_UNITS // 4] = 0.0
    return views


def _all_dead() -> list[torch.Tensor]:
    views = _linked(200, N_UNITS)
    return [torch.full_like(views[0], 0.25), *views[1:]]


def _saturated() -> list[torch.Tensor]:
    """Sigmoids driven so far that float32 knows little but 0 and 1."""
    return [torch.sigmoid(60 * view + 20).float().double() for view in _linked(200, N_UNITS)]


def _duplicated_unit() -> list[torch.Tensor]:
    views = _linked(200, N_UNITS)
    for view in views:
        view[:, 1] = view[:, 0]
    return views


BATCHES: dict[str, Callable[[], list[torch.Tensor]]] = {
    "generic": lambda: _linked(200, N_UNITS),
    "fewer rows than units": lambda: _linked(12, N_UNITS),
    "white": _white,
    "dead units": _dead,
    "a view all dead": _all_dead,
    "saturated sigmoid": _saturated,
    "identical views": lambda: [_linked(200, N_UNITS)[0]] * 3,
    "duplicated unit": _duplicated_unit,
    "tiny scale": lambda: [1e-12 * view for view in _linked(200, N_UNITS)],
    "large offset": lambda: [view + 1e4 for view in _linked(200, N_UNITS)],
}
"""Name → three views of shape (rows, units), float64."""


def count_bad_gradients(
    loss: Callable[[list[torch.Tensor]], torch.Tensor], views: list[torch.Tensor], dtype: torch.dtype
) -> int:
    """Return how many gradients of the loss by the views, taken as `dtype`, are not finite."""
    leaves = [view.to(dtype).clone().requires_grad_() for view in views]
    loss(leaves).backward()
    return sum(int((~torch.isfinite(leaf.grad)).sum()) for leaf in leaves if leaf.grad is not None)

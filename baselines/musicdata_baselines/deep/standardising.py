"""Standardises views for the networks: exact means and scales, by blocks of rows, float32 only at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1024


def summarise(view: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean and the standard deviation of each column; the latter is 1 where the column is constant.

    Args:
        view: shape (rows, features), or (rows, coefficients, frames), where all frames of a coefficient share both.

    Returns:
        Two arrays of shape (features,) or (coefficients, 1).
    """
    axes = (0, *range(2, view.ndim))
    mean = view.mean(axis=axes, dtype=np.float64, keepdims=True)
    blocks = (view[start : start + _BLOCK] for start in range(0, len(view), _BLOCK))
    squares = sum(np.square(block - mean).sum(axis=axes, keepdims=True) for block in blocks)
    scale = np.sqrt(squares * (mean.size / view.size))
    # A constant column's deviations are rounding errors; dividing by them would make noise of it.
    scale[scale <= 1e-12 * np.abs(mean)] = 1.0
    return mean[0], scale[0]


def standardise(view: NDArray[Any], mean: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return (view − mean) / scale in float32, shape as the view's; computed in float64, block by block."""
    out = np.empty(view.shape, dtype=np.float32)
    for start in range(0, len(view), _BLOCK):
        block = slice(start, start + _BLOCK)
        out[block] = (view[block] - mean) / scale
    return out

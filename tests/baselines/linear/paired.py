"""Synthetic paired views: columns that mix shared latents, with noise of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Views = list[NDArray[Any]]


def make(n: int, widths: tuple[int, ...], *, shared: int = 5, noise: float = 2.0, seed: int = 0) -> Views:
    rng = np.random.default_rng(seed)
    latents = rng.normal(size=(n, shared)) * np.linspace(1.5, 0.5, shared)
    return [latents @ rng.normal(size=(shared, p)) + noise * rng.normal(size=(n, p)) for p in widths]


def correlations(scores: Views) -> NDArray[np.float64]:
    """Return the correlation of each component, mean over the pairs of views."""
    pairs = [(a, b) for i, a in enumerate(scores) for b in scores[i + 1 :]]
    found = [[np.corrcoef(x, y)[0, 1] for x, y in zip(a.T, b.T, strict=True)] for a, b in pairs]
    mean: NDArray[np.float64] = np.mean(np.array(found), axis=0)
    return mean

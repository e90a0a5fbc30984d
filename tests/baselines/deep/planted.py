"""Views with a planted link, for the deep estimators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def linked(
    n_rows: int, link: Callable[[Array], Array] = np.asarray, *, noise: float = 0.3, n_latent: int = 4, seed: int = 0
) -> list[Array]:
    """Return two views, (rows, 12) and (rows, 10): mixed latents z + noise, and mixed link(z) + noise."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n_rows, n_latent))
    views = []
    for shown, width in ((z, 12), (link(z), 10)):
        mixed = shown @ rng.normal(size=(shown.shape[1], width)) / shown.shape[1] ** 0.5
        views.append(mixed + noise * rng.normal(size=mixed.shape))
    return views


def sign_free(z: Array) -> Array:
    """Return what has no linear correlation with z: its absolute values and products of neighbours."""
    return np.hstack([np.abs(z) - np.sqrt(2 / np.pi), z * np.roll(z, 1, axis=1)])


def split(views: list[Array], *sizes: int) -> list[list[Array]]:
    """Cut the views into as many sets of rows as sizes are given."""
    ends = np.cumsum(sizes)
    return [[view[end - size : end] for view in views] for end, size in zip(ends, sizes, strict=True)]

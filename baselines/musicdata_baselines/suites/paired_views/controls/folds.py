"""Divides items into folds that keep groups whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS = 5


def fold_by_group(groups: NDArray[Any], seed: int, n_folds: int = FOLDS) -> list[NDArray[np.intp]]:
    """Return the rows of each fold, ascending; a group (n,) is in one fold only, and no fold is empty."""
    numbers = np.unique(groups, return_inverse=True)[1]
    fold = np.random.default_rng(seed).permutation(numbers.max() + 1) % n_folds
    folds = [np.flatnonzero(fold[numbers] == number) for number in range(n_folds)]
    return [rows for rows in folds if len(rows)]

"""Labels of items, such as the song a window is from, as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.errors import ViewError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def number_labels(labels: Sequence[Any] | NDArray[Any] | None, n: int, name: str) -> NDArray[np.int64]:
    """Return for each of n items the number of its label, from 0 in the labels' order; a label of its own where None.

    Raises:
        ViewError: not one label an item, labels that cannot be sorted, or one that is not a number (NaN).
    """
    if labels is None:
        return np.arange(n)
    array = np.asarray(labels)
    if array.shape != (n,):
        raise ViewError(f"{name} has shape {array.shape}, expected ({n},): one label for each row of the views")
    try:
        known, numbers = np.unique(array, return_inverse=True, equal_nan=False)
    except TypeError as error:
        raise ViewError(
            f"{name} cannot be compared with each other: {error}; give all strings or all numbers"
        ) from None
    if known.dtype.kind == "f" and np.isnan(known[-1]):
        raise ViewError(f"{name} has NaN in row {int(np.isnan(array).argmax())}; give every row a label")
    return numbers.astype(np.int64, copy=False)

"""Views: arrays of the same items in the same order, checked before anything is computed from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.errors import ViewError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def check_views(
    views: Sequence[Any],
    *,
    n_views: int | None = None,
    widths: Sequence[int] | None = None,
    min_rows: int = 2,
    finite: bool = True,
) -> list[NDArray[Any]]:
    """Return the views as floating arrays of shape (rows, features), flattened past the first axis.

    float32 and float64 stay what they are; other types become float64. Nothing is copied that need not be.

    Args:
        views: one array a modality; row i of each is the same item.
        n_views: how many there must be; any number from two when None.
        widths: features each must have, as when the estimator was fitted.
        min_rows: rows there must be at least.
        finite: look for values that are not; a caller that sums the columns anyway asks `require_finite` when it must.

    Raises:
        ViewError: too few views or rows, unequal lengths, a wrong width, or a value that is not finite; the message
            names view, row and column.
    """
    n_expected = n_views if n_views is not None else (len(widths) if widths is not None else None)
    if len(views) != n_expected if n_expected is not None else len(views) < 2:
        raise ViewError(
            f"{len(views)} views were given, expected {n_expected or 'two or more'}: a list, one array a modality"
        )
    arrays = [_as_rows(view, number) for number, view in enumerate(views)]
    rows = [len(array) for array in arrays]
    if len(set(rows)) > 1:
        raise ViewError(f"the views have {rows} rows; row i of each must be the same item")
    if rows[0] < min_rows:
        raise ViewError(f"{rows[0]} rows, at least {min_rows} are needed")
    for number, array in enumerate(arrays):
        if widths is not None and array.shape[1] != widths[number]:
            raise ViewError(f"view {number} has {array.shape[1]} features; it was fitted on {widths[number]}")
        if finite:
            require_finite(array, number)
    return arrays


def _as_rows(view: Any, number: int) -> NDArray[Any]:
    try:
        array = np.asarray(view)
        array = array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ViewError(f"view {number} is no array of numbers: {error}") from error
    if array.ndim < 2 or 0 in array.shape[1:]:
        raise ViewError(f"view {number} has shape {array.shape}, expected (rows, features)")
    return array.reshape(len(array), math.prod(array.shape[1:]))


def require_finite(array: NDArray[Any], number: int) -> None:
    """Refuse view `number` if a value of it is not finite.

    Raises:
        ViewError: with the row and the column.
    """
    # A sum is finite only if every value is, and costs a fraction of looking at each; overflow sends us the slow way.
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(array.sum()):
            return
    wrong = ~np.isfinite(array)
    if not wrong.any():
        return
    row = int(wrong.any(axis=1).argmax())
    if wrong[row].all():
        raise ViewError(
            f"view {number} is missing in row {row} (no value is finite); leave such rows out of every view"
        )
    column = int(wrong[row].argmax())
    raise ViewError(
        f"view {number}, row {row}, column {column} is {array[row, column]}; {int(wrong.sum())} values are not finite"
    )


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """Sequences of token ids, one an item, end to end: a view whose items have different lengths.

    Attributes:
        values: (total,) int32, the ids of all items.
        offsets: (items + 1,) int64, where each begins, and the end.

    Raises:
        ViewError: the offsets do not lead from 0 to the end, rising, or an id is below zero.
    """

    values: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def __post_init__(self) -> None:
        starts = self.offsets
        if len(starts) < 1 or starts[0] != 0 or starts[-1] != len(self.values) or (np.diff(starts) < 0).any():
            raise ViewError(f"{len(self.values)} tokens with offsets that do not rise from 0 to their number")
        if len(self.values) and int(self.values.min()) < 0:
            raise ViewError(f"token {int(self.values.argmin())} is {int(self.values.min())}; ids count from 0")

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Sequences:
        """Return the sequences of lists.

        >>> Sequences.of([[5, 2], [], [7]]).offsets.tolist()
        [0, 2, 2, 3]
        """
        lengths = [len(one) for one in lists]
        values = [np.asarray(one, np.int32) for one in lists if len(one)]
        joined = np.concatenate(values) if values else np.empty(0, np.int32)
        return cls(joined, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def take(self, rows: NDArray[np.int64]) -> Sequences:
        """Return the sequences of the given items, in their order."""
        starts, lengths = self.offsets[rows], np.diff(self.offsets)[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
        return Sequences(self.values[np.repeat(starts, lengths) + within], offsets)

"""Sufficient statistics of paired views: rows, means and cross products, added block by block and merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from musicdata_baselines.backend import Backend
from musicdata_baselines.errors import ViewError
from musicdata_baselines.views import check_views, require_finite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

MAX_WIDTH = 16_384  # features of all views together: the cross products then take 2 GiB
BLOCK_BYTES = 24 << 20  # of the buffer in which a block of rows is centred
LARGEST = 1e150  # squares of larger values leave the range of float64
_STRETCH = 64  # blocks whose means are settled at once


class Moments:
    """Holds what every linear estimator needs of any number of rows, all views side by side.

    Of each block of rows the mean is taken out before its cross product is made, in the precision of the views (float32
    views are multiplied in float32); the sums over blocks and the means are float64 and merged as in Chan, Golub &
    LeVeque, Updating formulae and a pairwise algorithm for computing sample variances, COMPSTAT 1982. So neither
    offsets nor scales of the columns cost accuracy, and memory does not depend on the rows.

    Attributes:
        widths: features of each view.
        n_rows: rows seen.
        means: of all columns, shape (sum of widths,), float64.
        cross: sum over rows of (x − mean)(x − mean)ᵀ, shape (sum of widths, sum of widths), float64, an array of the
            backend; only its upper triangle is right.
        epsilon: relative spacing of the coarsest floats the rows came in.

    Example:
        >>> x = np.arange(12.0).reshape(6, 2)
        >>> both = Moments.of([x[:2], x[:2, :1]]).merge(Moments.of([x[2:], x[2:, :1]]))
        >>> both.n_rows, both.means.tolist()
        (6, [5.0, 6.0, 5.0])
    """

    def __init__(self, widths: Sequence[int], backend: Backend | None = None) -> None:
        self.widths = [int(width) for width in widths]
        self.backend = backend or Backend()
        total = sum(self.widths)
        if total > MAX_WIDTH:
            raise ViewError(
                f"the views have {self.widths} features, {total} together; cross products of more than {MAX_WIDTH} are "
                "not made. Compress the widest with RandomizedPCA, or fit all rows at once with shrinkage above 0"
            )
        self.n_rows = 0
        self.epsilon = float(np.finfo(np.float64).eps)
        self.means = np.zeros(total)
        self.cross = self.backend.zeros(total, total)

    @classmethod
    def of(cls, views: Sequence[Any], block_rows: int | None = None, backend: Backend | None = None) -> Moments:
        """Return the moments of views in memory; see `update`."""
        arrays = check_views(views, min_rows=1, finite=False)
        return cls([array.shape[1] for array in arrays], backend).update(arrays, block_rows)

    @classmethod
    def of_blocks(
        cls, blocks: Iterable[Sequence[Any]], block_rows: int | None = None, backend: Backend | None = None
    ) -> Moments:
        """Return the moments of blocks of rows (shards), each a list of views, seen one after the other.

        Raises:
            ViewError: there is no block, or one cannot be used; the message says which.
        """
        moments: Moments | None = None
        for views in _gather(blocks, block_rows):
            moments = moments or cls([view.shape[1] for view in views], backend)
            moments.update(views, block_rows)
        if moments is None:
            raise ViewError("no block of rows was given")
        return moments

    def update(self, views: Sequence[Any], block_rows: int | None = None) -> Self:
        """Add rows.

        Args:
            views: one array of shape (rows, features) a view.
            block_rows: rows that are centred and multiplied at once; as many as fit `BLOCK_BYTES` when None.

        Raises:
            ViewError: the views do not fit each other or those seen before, or a value is not finite.
        """
        arrays = check_views(views, widths=self.widths, min_rows=1, finite=False)
        dtype = np.result_type(*arrays)
        rows = block_rows or _block_rows(arrays)
        n = len(arrays[0])
        buffer = self.backend.buffer(min(rows, n), sum(self.widths), dtype)
        for start in range(0, n, rows * _STRETCH):
            stop = min(n, start + rows * _STRETCH)
            self._add_stretch(arrays, [slice(i, min(i + rows, stop)) for i in range(start, stop, rows)], buffer)
        self.epsilon = max(self.epsilon, float(np.finfo(dtype).eps))
        return self

    def _add_stretch(self, arrays: list[NDArray[Any]], blocks: list[slice], buffer: Any) -> None:
        """Add blocks of rows: their centred cross products, then what their means add to them."""
        counts = np.array([[block.stop - block.start] for block in blocks], dtype=np.float64)
        block_means = [self._add_block(arrays, block, buffer[: block.stop - block.start]) for block in blocks]
        residuals = np.array([residual for _, residual in block_means])
        means = np.array([shift + residual for shift, residual in block_means])
        n = counts.sum()
        mean = (counts * means).sum(axis=0) / n
        apart = np.sqrt(self.n_rows * n / (self.n_rows + n)) * (mean - self.means)
        between = np.vstack([np.sqrt(counts) * (means - mean), apart])
        self.backend.add_gram(self.cross, self.backend.array(between))
        self.backend.add_gram(self.cross, self.backend.array(np.sqrt(counts) * residuals), sign=-1.0)
        self.n_rows += int(n)
        self.means += (mean - self.means) * (n / self.n_rows)

    def _add_block(
        self, arrays: list[NDArray[Any]], block: slice, buffer: Any
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Add the cross product of a block less its rounded mean; return that, and the mean of what is left."""
        shifts = []
        for number, (array, columns) in enumerate(zip(arrays, self.columns(), strict=True)):
            shift = self.backend.centre(array[block], buffer[:, columns])
            if not np.isfinite(shift).all():
                require_finite(array, number)
            shifts.append(shift)
        shift = np.concatenate(shifts)
        # The negation is for NaN: of sums that overflowed, as every value is finite.
        if not (np.abs(shift) < LARGEST).all() or not self.backend.add_gram(self.cross, buffer):
            return self._add_wide_range(arrays, block)
        return shift, self.backend.column_means(buffer)

    def _add_wide_range(
        self, arrays: list[NDArray[Any]], block: slice
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Do in float64 what overflowed, or vanished, in float32."""
        if np.result_type(*arrays) == np.float64:
            raise ViewError(f"the values are too large: a mean is above {LARGEST:.0e}; scale the views first")
        wide = [array[block].astype(np.float64) for array in arrays]
        buffer = self.backend.buffer(len(wide[0]), sum(self.widths), np.float64)
        return self._add_block(wide, slice(0, len(wide[0])), buffer)

    def merge(self, other: Moments) -> Moments:
        """Return the moments of the rows of both.

        Raises:
            ViewError: the views differ in width.
        """
        return self._combine(other, 1)

    def without(self, other: Moments) -> Moments:
        """Return the moments of the rows that are not in `other`, whose rows must be among these: a fold left out.

        Raises:
            ViewError: the views differ in width, or no row is left.
        """
        return self._combine(other, -1)

    def _combine(self, other: Moments, sign: int) -> Moments:
        if self.widths != other.widths:
            raise ViewError(f"moments of views with {self.widths} and {other.widths} features do not go together")
        n = self.n_rows + sign * other.n_rows
        if n < 1:
            raise ViewError(f"{other.n_rows} of {self.n_rows} rows are to be left out; no row is left")
        out = Moments.__new__(Moments)
        out.widths, out.backend, out.n_rows = self.widths, self.backend, n
        out.epsilon = max(self.epsilon, other.epsilon)
        out.means = (self.n_rows * self.means + sign * other.n_rows * other.means) / n
        fewer = self if sign > 0 else out
        apart = np.sqrt(fewer.n_rows * other.n_rows / max(n, self.n_rows)) * (other.means - fewer.means)
        out.cross = self.cross + sign * other.to(self.backend).cross
        self.backend.add_gram(out.cross, self.backend.array(apart[None]), sign)
        return out

    def to(self, backend: Backend) -> Moments:
        """Return the same moments for another backend."""
        if backend.name == self.backend.name and type(backend) is type(self.backend):
            return self
        out = Moments(self.widths, backend)
        out.n_rows, out.epsilon, out.means = self.n_rows, self.epsilon, self.means
        out.cross[...] = backend.array(self.backend.numpy(self.cross))
        return out

    def columns(self) -> Iterator[slice]:
        """Yield the columns of each view."""
        start = 0
        for width in self.widths:
            yield slice(start, start + width)
            start += width

    @property
    def scales(self) -> NDArray[np.float64]:
        """Return the standard deviation of all columns (n − 1); 0 where a column is constant but for rounding.

        Raises:
            ViewError: a variance overflows float64.
        """
        variances = self.backend.numpy(self.cross.diagonal()) / max(1, self.n_rows - 1)
        if not np.isfinite(variances).all():
            raise ViewError("the values are too large: their squares overflow float64; scale the views first")
        scales = np.sqrt(np.maximum(variances, 0.0))
        scales[scales <= 4 * self.epsilon * np.abs(self.means)] = 0.0
        return scales


def _block_rows(views: list[NDArray[Any]]) -> int:
    """Return how many rows fit the buffer."""
    row_bytes = sum(view.shape[1] for view in views) * np.result_type(*views).itemsize
    return max(256, int(BLOCK_BYTES // row_bytes))


def _gather(blocks: Iterable[Sequence[Any]], block_rows: int | None) -> Iterator[list[NDArray[Any]]]:
    """Yield the blocks, small ones put together: a cross product costs as much of few rows as of many.

    Raises:
        ViewError: a block's views do not fit each other or those of the first, or hold a value that is not finite.
    """
    waiting: list[list[NDArray[Any]]] = []
    widths: list[int] | None = None
    for number, block in enumerate(blocks):
        try:
            views = check_views(block, widths=widths, min_rows=0)
        except ViewError as error:
            raise ViewError(f"block {number}: {error}") from error
        widths = widths or [view.shape[1] for view in views]
        if len(views[0]):
            waiting.append(views)
        if sum(len(views[0]) for views in waiting) >= (block_rows or _block_rows(views)):
            yield _join(waiting)
            waiting = []
    if waiting:
        yield _join(waiting)


def _join(blocks: list[list[NDArray[Any]]]) -> list[NDArray[Any]]:
    return blocks[0] if len(blocks) == 1 else [np.concatenate(parts) for parts in zip(*blocks, strict=True)]

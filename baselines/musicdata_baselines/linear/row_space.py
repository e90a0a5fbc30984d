"""Views wider than they are long, in coordinates of the space that their rows span: no array of columns × columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.errors import ViewError
from musicdata_baselines.views import require_finite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from musicdata_baselines.backend import Backend

_CHUNK_BYTES = 16 << 20
_ROUNDING = 1e-12  # share of the largest eigenvalue below which one is rounding


class RowSpace:
    """A centred and scaled view Z (rows, columns) as A Vᵀ: A of shape (rows, rank), V with orthonormal columns.

    What lies outside the row space correlates with nothing, and (1 − c) R + c I keeps its form under the rotation V, so
    the weights w that solve a ridge problem in A are the weights V w of Z. A comes from the eigenvectors of Z Zᵀ,
    (rows, rows), made in float64 from a few columns at a time.

    Args:
        view: shape (rows, columns); it is kept, not copied.
        number: of the view, for messages.
        backend: computes.
        standardise: scale the columns to variance one too; else they are only centred.
        rank: coordinates at most; all there are when None.

    Raises:
        ViewError: a value is not finite, or every column is constant.
    """

    def __init__(
        self, view: NDArray[Any], number: int, backend: Backend, *, standardise: bool = True, rank: int | None = None
    ) -> None:
        require_finite(view, number)
        self.view = view
        self.backend = backend
        self.mean = view.mean(axis=0, dtype=np.float64)
        self._factor = np.ones(view.shape[1])
        squares = np.empty(view.shape[1])
        for where, columns in self._chunks():
            rest = columns.mean(axis=1)  # what the rounding of a long sum has left, or a constant would seem to vary
            self.mean[where] += rest
            squares[where] = ((columns - rest[:, None]) ** 2).sum(axis=1)
        deviations = np.sqrt(squares / max(1, len(view) - 1))
        epsilon = np.finfo(view.dtype).eps if np.issubdtype(view.dtype, np.floating) else 0.0
        varies = deviations > 4 * epsilon * np.abs(self.mean)
        if not varies.any():
            raise ViewError(f"view {number} is constant in all of its {len(varies)} columns; there is nothing to fit")
        self.constant_columns: list[int] = np.flatnonzero(~varies).tolist()
        self.scale = np.where(varies, deviations, 1.0)
        self._factor = varies / self.scale if standardise else varies.astype(np.float64)
        self.sum_of_squares = float(squares.sum())
        gram = backend.zeros(len(view), len(view))
        for _, columns in self._chunks():
            backend.add_gram(gram, backend.array(columns))
        values, vectors = backend.eigh(gram, min(rank or len(view), len(view)))
        kept = int((values > _ROUNDING * values[0]).sum())
        self.singular_values = np.sqrt(values[:kept])
        self._left = backend.numpy(vectors[:, :kept])

    @property
    def coordinates(self) -> NDArray[np.float64]:
        """Return A, shape (rows, rank)."""
        return self._left * self.singular_values

    def weights(self, of_coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return V w, shape (columns, components), of weights w of shape (rank, components)."""
        of_rows = self.backend.array((self._left / self.singular_values) @ of_coordinates)
        out = np.empty((self.view.shape[1], of_coordinates.shape[1]))
        for where, columns in self._chunks():
            out[where] = self.backend.numpy(self.backend.array(columns) @ of_rows)
        return out

    def _chunks(self) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Yield some columns at a time, centred and scaled, one a row of the array."""
        n, width = self.view.shape
        step = max(1, _CHUNK_BYTES // (8 * n))
        for start in range(0, width, step):
            where = slice(start, min(start + step, width))
            columns = np.array(self.view[:, where].T, dtype=np.float64, order="C")
            columns -= self.mean[where, None]
            columns *= self._factor[where, None]
            yield where, columns

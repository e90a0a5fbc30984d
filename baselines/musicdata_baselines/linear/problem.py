"""The problem that all linear estimators solve: correlations within and between standardised views, and whitening."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.errors import ViewError

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from musicdata_baselines.backend import Backend
    from musicdata_baselines.linear.moments import Moments

NEGLIGIBLE = 1e-10  # a correlation below it, or a view's part in a component, is rounding; more in float32


@dataclass(frozen=True, slots=True)
class Whitener:
    """A matrix W with Wᵀ C W = I, C = (1 − c) R + c I of one view.

    W is U⁻¹ of the Cholesky factor UᵀU = C; where C is singular W has as many columns as C has rank, eigenvectors over
    the root of their eigenvalue.

    Attributes:
        rank: columns of W.
        upper: U; None where C is singular.
        vectors: W where it is kept as such.
    """

    backend: Backend
    rank: int
    upper: Any = None
    vectors: Any = None

    def whiten(self, right: Any) -> Any:
        """Return Wᵀ right."""
        if self.upper is None:
            return self.vectors.T @ right
        return self.backend.solve_triangular(self.upper, right, transposed=True)

    def unwhiten(self, right: Any) -> Any:
        """Return W right."""
        if self.upper is None:
            return self.vectors @ right
        return self.backend.solve_triangular(self.upper, right)


class Problem:
    """What moments say of standardised views: each column centred and of variance one, constant columns left out.

    Args:
        moments: of the views.
        shrinkage: c in C = (1 − c) R + c I, R the correlations within a view; because columns are standardised, the
            ridge does not depend on their scale.
        unscaled: views whose columns must not be scaled: coordinates of a view whose columns were.

    Raises:
        ViewError: fewer than two rows, a view whose columns are all constant, or one that is as wide as there are rows
            while shrinkage is 0.
    """

    def __init__(self, moments: Moments, shrinkage: float, unscaled: Collection[int] = ()) -> None:
        if moments.n_rows < 2:
            raise ViewError(f"{moments.n_rows} rows, at least 2 are needed")
        self.moments = moments
        self.backend = moments.backend
        self.shrinkage = shrinkage
        self.negligible = max(NEGLIGIBLE, 8 * moments.epsilon)
        self.columns = list(moments.columns())
        all_scales = moments.scales
        scales = [all_scales[columns] for columns in self.columns]
        self.active = [np.flatnonzero(scale) for scale in scales]
        self.constant_columns = [np.flatnonzero(scale == 0).tolist() for scale in scales]
        self.scales = [
            np.ones_like(scale) if number in unscaled else np.where(scale == 0, 1.0, scale)
            for number, scale in enumerate(scales)
        ]
        self.means = [moments.means[columns] for columns in self.columns]
        for number, active in enumerate(self.active):
            self._require_columns(number, len(active))
        self.whiteners = [self._whitener(number) for number in range(len(self.columns))]
        self._require_freedom()

    def _require_columns(self, number: int, n_active: int) -> None:
        n_rows, width = self.moments.n_rows, self.moments.widths[number]
        if n_active == 0:
            raise ViewError(f"view {number} is constant in all of its {width} columns; there is nothing to correlate")
        if self.shrinkage == 0:
            require_more_rows(number, n_active, n_rows)

    def _require_freedom(self) -> None:
        """Refuse views that must share directions for want of rows."""
        if self.shrinkage > 0:
            return
        for a, b in combinations(range(len(self.whiteners)), 2):
            ranks = self.whiteners[a].rank, self.whiteners[b].rank
            if (forced := sum(ranks) - (self.moments.n_rows - 1)) > 0:
                raise ViewError(
                    f"views {a} and {b} have {ranks[0]} + {ranks[1]} dimensions and only {self.moments.n_rows} rows: "
                    f"{forced} correlations would be 1 whatever the data. Set shrinkage above 0, or compress a view "
                    "with RandomizedPCA"
                )

    @property
    def rank(self) -> int:
        """Return the most components there can be."""
        return min(self.moments.n_rows - 1, *(whitener.rank for whitener in self.whiteners))

    def correlations(self, a: int, b: int) -> Any:
        """Return R between the columns that vary of views a ≤ b; of R within a view only the upper triangle."""
        cross = self.moments.cross[self.columns[a], self.columns[b]]
        rows, columns = self.active[a], self.active[b]
        if len(rows) < len(cross) or len(columns) < cross.shape[1]:
            cross = cross[rows][:, columns]
        left, right = (self._inverse_scale(view) for view in (a, b))
        scaled = cross * left[:, None]
        scaled *= right
        return scaled

    def _inverse_scale(self, view: int) -> Any:
        root = np.sqrt(self.moments.n_rows - 1)
        return self.backend.array(1 / (self.scales[view][self.active[view]] * root))

    def within(self, view: int) -> Any:
        """Return C = (1 − c) R + c I of a view, its upper triangle."""
        blend = self.correlations(view, view)
        if self.shrinkage == 0:
            return blend
        blend *= 1 - self.shrinkage
        diagonal = np.arange(len(blend))
        blend[diagonal, diagonal] += self.shrinkage
        return blend

    def _whitener(self, view: int) -> Whitener:
        width = len(self.active[view])
        tolerance = max(1e-12, 4 * np.sqrt(width) * self.moments.epsilon)
        upper = self.backend.cholesky(self.within(view))
        if upper is not None and float((upper.diagonal() ** 2).min()) > 100 * tolerance:
            return Whitener(self.backend, width, upper=upper)
        values, vectors = self.backend.eigh(self.within(view), width)
        rank = int((values > tolerance * values[0]).sum())
        return Whitener(self.backend, rank, vectors=vectors[:, :rank] / self.backend.array(np.sqrt(values[:rank])))

    def between(self, a: int, b: int) -> Any:
        """Return Wᵀ R W between views a < b: correlations of the whitened views."""
        half = self.whiteners[b].whiten(self.correlations(a, b).T)
        return self.whiteners[a].whiten(half.T)

    def whitened_within(self, view: int) -> Any:
        """Return Wᵀ R W of a view, its upper triangle: the identity where there is no ridge."""
        whitener = self.whiteners[view]
        if self.shrinkage == 0:
            return self.backend.array(np.eye(whitener.rank))
        upper = self.correlations(view, view)
        half = whitener.whiten(self.backend.mirror(upper))
        return whitener.whiten(half.T)

    def weights(self, view: int, whitened: Any) -> NDArray[np.float64]:
        """Return W whitened, one row a column of the view; constant columns have weight zero."""
        weights = np.zeros((self.moments.widths[view], whitened.shape[1]))
        weights[self.active[view]] = self.backend.numpy(self.whiteners[view].unwhiten(whitened))
        return weights


def require_more_rows(number: int, n_columns: int, n_rows: int) -> None:
    """Refuse view `number` if it has as many columns that vary as there are rows.

    Raises:
        ViewError: it has; without a ridge every correlation would be 1.
    """
    if n_columns >= n_rows:
        raise ViewError(
            f"view {number} has {n_columns} columns that vary and only {n_rows} rows: every correlation would be 1. "
            "Set shrinkage above 0, or compress the view with RandomizedPCA"
        )


def fix_signs(weights: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Return the weights with each component's sign such that the first view's largest entry is positive."""
    signs = np.where(-weights[0].min(axis=0) > weights[0].max(axis=0), -1.0, 1.0)
    return [weight * signs for weight in weights]

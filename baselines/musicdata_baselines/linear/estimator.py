"""What the linear estimators have in common: parameters, ways to be fitted, scores and their weighting."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from musicdata.errors import UsageError
from musicdata_baselines import backend
from musicdata_baselines.errors import ModelFileError, ViewError
from musicdata_baselines.estimator import Estimator
from musicdata_baselines.linear.moments import MAX_WIDTH, Moments
from musicdata_baselines.linear.problem import Problem, fix_signs, require_more_rows
from musicdata_baselines.linear.row_space import RowSpace
from musicdata_baselines.views import check_views

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.backend import Backend

COLUMNS_A_ROW = 3  # a view with more of them is solved in the space of its rows
TRANSFORM_ROWS = 1024


@dataclass(frozen=True, slots=True)
class Solution:
    """What an estimator found in a problem.

    Attributes:
        whitened: one array (rank of the view, components) a view: weights of the whitened views.
        correlations: one a component.
        rank: the most components there can be.
        more: further fitted attributes by name.
    """

    whitened: list[Any]
    correlations: NDArray[np.float64]
    rank: int
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many components are wanted: `n`, all there are when None; fewer will do if it is but a limit."""

    n: int | None
    is_limit: bool = False

    def among(self, rank: int) -> int:
        """Return how many of `rank` components to look for.

        Raises:
            ViewError: more are wanted than there are.
        """
        if self.n is not None and self.n > rank and not self.is_limit:
            raise ViewError(f"n_components is {self.n}, but the views have rank {rank}; ask for {rank} at most")
        return min(self.n or rank, rank)

    def keep(self, usable: NDArray[np.bool_], fault: str) -> int:
        """Return how many of the components found come before the first that is not usable.

        Raises:
            ViewError: more are wanted, or there is none.
        """
        kept = len(usable) if usable.all() else int(usable.argmin())
        if kept == 0 or (self.n is not None and kept < len(usable) and not self.is_limit):
            remedy = f"ask for n_components={kept} at most" if kept else "the views have nothing in common"
            raise ViewError(f"component {kept} {fault}: {remedy}")
        return kept


class LinearEstimator(Estimator):
    """The base of the linear estimators; a subclass states its problem and solves it (`_solve`).

    Attributes:
        weights_: one array (features, n_components) a view, for standardised columns; zero for constant columns.
        means_: of each view's columns.
        scales_: their standard deviations (n − 1); 1 for constant columns.
        canonical_correlations_: one a component; with shrinkage they are those of the ridge problem, smaller than the
            training scores' own.
        rank_: the most components there can be.
        n_components_: components there are.
        n_features_in_: features of each view.
        constant_columns_: of each view, the columns that do not vary in the training rows.
        moments_: the sufficient statistics, so that `partial_fit` can add rows; None when a view was solved in the
            space of its rows, and missing after loading.
    """

    ARRAYS: tuple[str, ...] = ("weights_", "means_", "scales_", "canonical_correlations_")
    FACTS: tuple[str, ...] = ("n_features_in_", "n_components_", "rank_", "constant_columns_")
    N_VIEWS: ClassVar[int | None] = None

    weights_: list[NDArray[np.float64]]
    means_: list[NDArray[np.float64]]
    scales_: list[NDArray[np.float64]]
    canonical_correlations_: NDArray[np.float64]
    rank_: int
    n_components_: int
    n_features_in_: list[int]
    constant_columns_: list[list[int]]
    moments_: Moments | None

    def __init__(
        self,
        n_components: int | None = None,
        shrinkage: float = 0.0,
        weighting: str | float = "none",
        device: str = "auto",
    ) -> None:
        self.n_components = n_components
        self.shrinkage = shrinkage
        self.weighting = weighting
        self.device = device

    @abstractmethod
    def _solve(self, problem: Problem, wanted: Wanted) -> Solution:
        """Return the solution with the wanted components."""

    def fit(self, views: Sequence[Any]) -> Self:
        """Fit to views in memory.

        A view with more than `COLUMNS_A_ROW` features a row is solved in the space of its rows when shrinkage is above
        0, without an array of features × features; the answer is the same.

        Raises:
            ViewError: the views do not fit each other, hold a value that is not finite, or have fewer components than
                asked for.
            UsageError: a parameter makes no sense.
            DeviceError: the device is unknown or not there.
        """
        self._check_parameters()
        device = backend.choose(self.device)
        arrays = check_views(views, n_views=self.N_VIEWS, finite=False)
        if wide := self._wide_views(arrays):
            return self._fit_row_spaces(arrays, wide, device)
        return self._fit(Moments.of(arrays, backend=device))

    def _wide_views(self, arrays: list[NDArray[Any]]) -> list[int]:
        """Return the views to be solved in the space of their rows; without a ridge none may be wider than long."""
        n, total = len(arrays[0]), sum(array.shape[1] for array in arrays)
        if self.shrinkage == 0:
            for number, array in enumerate(arrays):
                if array.shape[1] >= n:
                    require_more_rows(number, int((array != array[0]).any(axis=0).sum()), n)
            return []
        limit = n if total > MAX_WIDTH else COLUMNS_A_ROW * n
        return [number for number, array in enumerate(arrays) if array.shape[1] > limit]

    def _fit_row_spaces(self, arrays: list[NDArray[Any]], wide: list[int], device: Backend) -> Self:
        spaces = {number: RowSpace(arrays[number], number, device) for number in wide}
        views = [spaces[number].coordinates if number in spaces else array for number, array in enumerate(arrays)]
        self._fit(Moments.of(views, backend=device), unscaled=wide)
        self.moments_ = None
        for number, space in spaces.items():
            self.weights_[number] = space.weights(self.weights_[number])
            self.means_[number], self.scales_[number] = space.mean, space.scale
            self.n_features_in_[number] = len(space.mean)
            self.constant_columns_[number] = space.constant_columns
        self.weights_ = fix_signs(self.weights_)
        return self

    def fit_blocks(self, blocks: Iterable[Sequence[Any]]) -> Self:
        """Fit to blocks of rows (shards), each a list of views; memory does not depend on the number of rows.

        Raises:
            ViewError: as `fit`, and when the views have more than `MAX_WIDTH` features together.
            UsageError: a parameter makes no sense.
            DeviceError: the device is unknown or not there.
        """
        self._check_parameters()
        return self._fit(Moments.of_blocks(blocks, backend=backend.choose(self.device)))

    def partial_fit(self, views: Sequence[Any]) -> Self:
        """Add rows to those fitted to before, if any, and solve again; rows that cannot be solved are not added.

        For many blocks `fit_blocks` is faster, as it solves once.

        Raises:
            UsageError: the estimator was loaded, or fitted to a view in the space of its rows, and has no moments.
            ViewError: as `fit`.
        """
        self._check_parameters()
        moments = Moments.of(views, backend=backend.choose(self.device))
        if hasattr(self, "weights_"):
            before = getattr(self, "moments_", None)
            if before is None:
                raise UsageError(f"this {type(self).__name__} has no moments to add rows to; fit a new one to all rows")
            moments = before.merge(moments)
        return self._fit(moments)

    def fit_moments(self, moments: Moments, *, at_most: int | None = None) -> Self:
        """Fit to moments made before, which are left as they are: one pass over the rows serves any number of fits.

        Args:
            moments: of the views.
            at_most: find so many components, or those there are, whatever `n_components` says.

        Raises:
            ViewError: as `fit`.
            UsageError: a parameter makes no sense.
            DeviceError: the device is unknown or not there.
        """
        self._check_parameters()
        return self._fit(moments.to(backend.choose(self.device)), at_most=at_most)

    def _fit(self, moments: Moments, unscaled: Sequence[int] = (), at_most: int | None = None) -> Self:
        if len(moments.widths) < 2 or (self.N_VIEWS and len(moments.widths) != self.N_VIEWS):
            raise ViewError(
                f"{type(self).__name__} takes {self.N_VIEWS or 'two or more'} views, not {len(moments.widths)}"
            )
        problem = Problem(moments, self.shrinkage, unscaled)
        wanted = Wanted(self.n_components) if at_most is None else Wanted(at_most, is_limit=True)
        solution = self._solve(problem, wanted)
        weights = [problem.weights(number, whitened) for number, whitened in enumerate(solution.whitened)]
        self.weights_ = fix_signs(weights)
        self.means_, self.scales_ = problem.means, problem.scales
        self.canonical_correlations_ = solution.correlations
        self.rank_ = solution.rank
        self.n_components_ = len(solution.correlations)
        self.n_features_in_ = list(moments.widths)
        self.constant_columns_ = problem.constant_columns
        self.moments_ = moments
        for name, value in solution.more.items():
            setattr(self, name, value)
        return self

    def transform(self, views: Sequence[Any]) -> list[NDArray[np.float64]]:
        """Return the scores, one float64 array of shape (rows, n_components) a view, weighted as `weighting` says.

        Raises:
            NotFittedError: `fit` was not called.
            ViewError: a view does not fit those fitted to.
        """
        self.require_fitted()
        return self._scores(views, self.importance())

    def transform_one(self, view: Any, number: int) -> NDArray[np.float64]:
        """Return the scores (rows, n_components) of one view, as `transform` does of all; `number` says which it is.

        Raises:
            NotFittedError: `fit` was not called.
            ViewError: the view does not fit that fitted to.
        """
        self.require_fitted()
        (array,) = check_views([view], widths=self.n_features_in_[number : number + 1], min_rows=1)
        return self._scores_of(array, number, self.importance())

    def _scores(self, views: Sequence[Any], importance: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        arrays = check_views(views, widths=self.n_features_in_, min_rows=1)
        return [self._scores_of(array, number, importance) for number, array in enumerate(arrays)]

    def _scores_of(self, array: NDArray[Any], number: int, importance: NDArray[np.float64]) -> NDArray[np.float64]:
        device = backend.choose(self.device)
        matrix = device.array(self.weights_[number] * importance / self.scales_[number][:, None])
        centre = device.array(self.means_[number])
        out = np.empty((len(array), self.n_components_))
        for start in range(0, len(array), TRANSFORM_ROWS):
            rows = slice(start, start + TRANSFORM_ROWS)
            out[rows] = device.numpy((device.array(array[rows]) - centre) @ matrix)
        return out

    def importance(self, exponent: float | None = None) -> NDArray[np.float64]:
        """Return what each score is multiplied with: its correlation to the power `weighting` names, or to this one.

        A component of negative correlation, as several views can have, weighs zero unless the power is 0.
        """
        if exponent is None:
            exponent = float({"none": 0.0, "correlation": 1.0}.get(str(self.weighting), self.weighting))
        return np.maximum(self.canonical_correlations_, 0.0) ** exponent

    def score(self, views: Sequence[Any]) -> float:
        """Return the mean correlation between the scores of the views, over components and pairs of views.

        Raises:
            NotFittedError: `fit` was not called.
            ViewError: a view does not fit those fitted to, or a score does not vary in these rows.
        """
        self.require_fitted()
        standard = []
        for number, score in enumerate(self._scores(views, np.ones(self.n_components_))):
            centred = score - score.mean(axis=0)
            norm = np.sqrt((centred**2).sum(axis=0))
            if (still := np.flatnonzero(norm == 0)).size:
                raise ViewError(f"component {still[0]} of view {number} does not vary in these {len(score)} rows")
            standard.append(centred / norm)
        return float(np.mean([(a * b).sum(axis=0).mean() for a, b in combinations(standard, 2)]))

    def check_state(self) -> None:
        """Refuse a restored state that `fit` cannot have left.

        Raises:
            ModelFileError: an array has another shape or type than it must have.
        """
        self._check_parameters()
        k, widths = self.n_components_, self.n_features_in_
        shapes = {
            "weights_": [(p, k) for p in widths],
            "means_": [(p,) for p in widths],
            "scales_": [(p,) for p in widths],
        }
        for name in self.ARRAYS:
            value = getattr(self, name)
            arrays = value if isinstance(value, list) else [value]
            actual = [array.shape for array in arrays]
            if k < 1 or actual != (expected := shapes.get(name, [(k,)])):
                raise ModelFileError(f"{name} has shapes {actual}, expected {expected}")
            if wrong := [str(array.dtype) for array in arrays if array.dtype != np.float64]:
                raise ModelFileError(f"{name} is of type {wrong[0]}, expected float64")
        if not all((scale > 0).all() for scale in self.scales_):
            raise ModelFileError("a scale is not above 0")
        if not (isinstance(self.rank_, int) and k <= self.rank_) or len(self.constant_columns_) != len(widths):
            raise ModelFileError(f"rank {self.rank_!r} and constant columns {self.constant_columns_!r} do not fit")

    def _check_parameters(self) -> None:
        k, c, g = self.n_components, self.shrinkage, self.weighting
        if k is not None and (not isinstance(k, int | np.integer) or isinstance(k, bool) or k < 1):
            raise UsageError(f"n_components is {k!r}, expected a whole number of at least 1, or None for all there are")
        if not _is_number(c) or not 0 <= c <= 1:
            raise UsageError(f"shrinkage is {c!r}, expected a number from 0 to 1")
        if g not in ("none", "correlation") and not (_is_number(g) and 0 <= float(g) < float("inf")):
            raise UsageError(f"weighting is {g!r}, expected 'none', 'correlation', or an exponent of at least 0")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.floating | np.integer) and not isinstance(value, bool)

"""Compares several methods on the same queries: intervals and differences from the same draws of whole groups."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.errors import ViewError
from musicdata_baselines.retrieval.inference import require_groups
from musicdata_baselines.retrieval.labels import number_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_AT_ONCE = 1 << 22


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better one method is than another on the same queries.

    Attributes:
        mean: of the differences.
        low: bound at 95 %, bootstrap by group; `high` the other.
        p_value: two-sided, twice the smaller share of draws on one side of 0, the observed one counted.
    """

    mean: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, eq=False)
class PairedDraws:
    """Draws of whole groups with replacement, the same for every method that is asked about.

    Attributes:
        groups: label (n,) of what a query is about.
        n_draws: of them.
        seed: of the draws.
        level: of the intervals.

    Raises:
        ViewError: fewer than two groups, or no draw.

    >>> draws = PairedDraws(["a", "a", "b", "b", "c"], n_draws=500)
    >>> draws.compare(np.array([1.0, 1.0, 1.0, 1.0, 1.0]), np.array([0.5, 0.5, 0.5, 0.5, 0.5])).low
    0.5
    """

    groups: Sequence[Any] | NDArray[Any]
    n_draws: int = 2_000
    seed: int = 0
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.n_draws < 1 or not 0 < self.level < 1:
            raise ViewError(f"{self.n_draws} draws at level {self.level}, expected one at least and a level in (0, 1)")
        require_groups(len(np.unique(self._numbers)))

    def interval(self, values: NDArray[Any]) -> tuple[float, float]:
        """Return the percentile interval of the mean of values (n,).

        Raises:
            ViewError: values that are not finite, or not one a query.
        """
        return self._bounds(self._means(self._checked(values)))

    def standard_error(self, values: NDArray[Any]) -> float:
        """Return the standard deviation of the mean of values (n,) over the draws.

        Raises:
            ViewError: see `interval`.
        """
        return float(self._means(self._checked(values)).std())

    def compare(self, ours: NDArray[Any], theirs: NDArray[Any]) -> Difference:
        """Return the mean of `ours` (n,) less that of `theirs` (n,).

        Raises:
            ViewError: see `interval`.
        """
        differences = self._checked(ours) - self._checked(theirs)
        means = self._means(differences)
        below, above = int((means <= 0).sum()), int((means >= 0).sum())
        p_value = min(1.0, 2 * (1 + min(below, above)) / (1 + self.n_draws))
        return Difference(float(differences.mean()), *self._bounds(means), p_value)

    @cached_property
    def _numbers(self) -> NDArray[np.int64]:
        return number_labels(self.groups, len(self.groups), "groups")

    @cached_property
    def _drawn(self) -> NDArray[np.float32]:
        """Return how often each group is drawn (draws, groups)."""
        n = int(self._numbers.max()) + 1
        rng = np.random.default_rng(self.seed)
        drawn = np.empty((self.n_draws, n), np.float32)
        step = max(1, _AT_ONCE // n)
        for start in range(0, self.n_draws, step):
            rows = slice(start, min(self.n_draws, start + step))
            drawn[rows] = rng.multinomial(n, np.full(n, 1 / n), size=rows.stop - start)
        return drawn

    @cached_property
    def _sizes(self) -> NDArray[np.float64]:
        """Return how many queries each draw has (draws,)."""
        return np.asarray(self._drawn @ np.bincount(self._numbers).astype(np.float64), np.float64)

    def _means(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((self._drawn @ np.bincount(self._numbers, weights=values)) / self._sizes, np.float64)

    def _bounds(self, means: NDArray[np.float64]) -> tuple[float, float]:
        low, high = np.quantile(means, [(1 - self.level) / 2, (1 + self.level) / 2])
        return float(low), float(high)

    def _checked(self, values: NDArray[Any]) -> NDArray[np.float64]:
        values = np.asarray(values, dtype=np.float64)
        if values.shape != (len(self._numbers),) or not np.isfinite(values).all():
            raise ViewError(f"values of shape {values.shape}, expected ({len(self._numbers)},) finite numbers")
        return values


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for how many there are (Holm 1979, A simple sequentially rejective procedure).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, highest = [0.0] * len(p_values), 0.0
    for place, number in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[number]))
        adjusted[number] = highest
    return adjusted

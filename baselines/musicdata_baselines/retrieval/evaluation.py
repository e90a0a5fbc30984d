"""Everything about retrieval between two views in one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata_baselines.retrieval.category import CategoryMetrics, category_chance, category_metrics
from musicdata_baselines.retrieval.inference import bootstrap_by_group
from musicdata_baselines.retrieval.metrics import Metrics, chance, reciprocal_ranks
from musicdata_baselines.retrieval.ranks import Places, count_ranks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """Retrieval in one direction.

    Attributes:
        places: where each query's partner stands.
        metrics: the figures.
        interval: bounds of the MRR at 95 %, bootstrap by group.
        category: figures of the query's category, where categories were given.
    """

    places: Places
    metrics: Metrics
    interval: tuple[float, float]
    category: CategoryMetrics | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Retrieval between two views.

    Attributes:
        a_to_b: items of a ask; `b_to_a` items of b do.
        interval: bounds of the mean MRR of both directions at 95 %, bootstrap by group.
        chance: figures of a random order.
        category_chance: likewise for categories, where they were given.
    """

    a_to_b: Direction
    b_to_a: Direction
    interval: tuple[float, float]
    chance: Metrics
    category_chance: CategoryMetrics | None = None

    @property
    def mrr(self) -> float:
        """Return the mean MRR of both directions."""
        return (self.a_to_b.metrics.mrr + self.b_to_a.metrics.mrr) / 2


def evaluate(
    a: NDArray[Any],
    b: NDArray[Any],
    groups: Sequence[Any] | NDArray[Any] | None = None,
    categories: Sequence[Any] | NDArray[Any] | None = None,
    n_bootstraps: int = 2000,
    seed: int = 0,
) -> Evaluation:
    """Evaluate retrieval by cosine, row i of a (n, k) belonging to row i of b (n, k).

    Args:
        a: scores of the first view, as an estimator's `transform` returns them.
        b: scores of the second.
        groups: label (n,) of what an item is from, such as a song; each item is its own group where None.
        categories: label (n,) of each item's category; no figures of categories where None.
        n_bootstraps: draws for the intervals.
        seed: of the draws.

    Raises:
        ViewError: see `count_ranks`, `bootstrap_by_group` and `category_metrics`.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(50, 4))
    >>> found = evaluate(x, x + 0.1)
    >>> found.mrr > 10 * found.chance.mrr
    True
    """
    ranks = count_ranks(a, b)
    both = [ranks.a_to_b, ranks.b_to_a]
    reciprocal = [reciprocal_ranks(places) for places in both]
    reciprocal.append((reciprocal[0] + reciprocal[1]) / 2)
    intervals = [bootstrap_by_group(values, groups, n_bootstraps, seed) for values in reciprocal]
    by_category = [None, None] if categories is None else category_metrics(a, b, categories)
    directions = [
        Direction(places, Metrics.of(places), interval, category)
        for places, interval, category in zip(both, intervals[:2], by_category, strict=True)
    ]
    return Evaluation(
        directions[0],
        directions[1],
        interval=intervals[2],
        chance=chance(len(both[0].better)),
        category_chance=None if categories is None else category_chance(categories),
    )

"""From scores on the test split to the figures of a report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musicdata_baselines import retrieval
from musicdata_baselines.suites.paired_views.results import BaselineResult, DirectionResult

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from musicdata_baselines.retrieval import CategoryMetrics, Places
    from musicdata_baselines.suites.paired_views.controls.subject import Pair


@dataclass(frozen=True, slots=True)
class Scores:
    """What one baseline says about the test split.

    Attributes:
        name: of the baseline.
        pairs: pair of modalities → their scores, (samples, components) each, row i being sample i.
        settings: what was chosen on the validation split.
        seconds: wall time of choosing and fitting.
    """

    name: str
    pairs: dict[Pair, tuple[NDArray[Any], NDArray[Any]]]
    settings: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A baseline's result on one pair, with each query's reciprocal rank (samples,), mean of both directions."""

    result: BaselineResult
    reciprocal_ranks: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judge:
    """Turns scores into figures: ranks, intervals by group, p-values against re-pairings of groups.

    Attributes:
        groups: (samples,) group of each sample of the test split.
        categories: (samples,) class of each, or None.
        seed: of bootstraps and permutations.
        n_permutations: re-pairings.
        n_bootstraps: draws of groups.
    """

    groups: NDArray[Any]
    categories: NDArray[Any] | None = None
    seed: int = 0
    n_permutations: int = 10_000
    n_bootstraps: int = 2_000

    def judge(self, scores: Scores) -> list[Judged]:
        """Return the result on each pair the baseline serves."""
        return [self._pair(scores, pair, a, b) for pair, (a, b) in scores.pairs.items()]

    def _pair(self, scores: Scores, pair: Pair, a: NDArray[Any], b: NDArray[Any]) -> Judged:
        ranks = retrieval.count_ranks(a, b)
        permuted = retrieval.permutation_test(
            a, b, groups=self.groups, n_permutations=self.n_permutations, seed=self.seed
        )
        categories = retrieval.category_metrics(a, b, self.categories) if self.categories is not None else (None, None)
        both = (ranks.a_to_b, ranks.b_to_a)
        reciprocal = [retrieval.reciprocal_ranks(places) for places in both]
        curves = [dict(retrieval.recall_curve(places)) for places in both]
        result = BaselineResult(
            name=scores.name,
            pair=pair,
            directions=(
                self._direction(pair[0], pair[1], both[0], categories[0]),
                self._direction(pair[1], pair[0], both[1], categories[1]),
            ),
            p_value=permuted.p_value,
            null_mrr=permuted.null_mean,
            detection_limit_mrr=permuted.detection_limit,
            settings=scores.settings | {"n_components": int(a.shape[1])},
            seconds=scores.seconds,
            recall_curve=tuple((k, (curves[0][k] + curves[1][k]) / 2) for k in curves[0]),
        )
        return Judged(result, (reciprocal[0] + reciprocal[1]) / 2)

    def _direction(self, query: str, target: str, places: Places, category: CategoryMetrics | None) -> DirectionResult:
        metrics = retrieval.Metrics.of(places)
        low, high = self.interval(retrieval.reciprocal_ranks(places))
        return DirectionResult(
            query=query,
            target=target,
            mrr=metrics.mrr,
            mrr_low=low,
            mrr_high=high,
            recall=metrics.recall,
            median_rank=metrics.median_rank,
            mean_rank=metrics.mean_rank,
            tie_gap=metrics.tie_gap,
            mrr_category=category.mrr if category is not None else None,
            mrr_category_chance=self._category_chance(),
        )

    def _category_chance(self) -> float | None:
        return retrieval.category_chance(self.categories).mrr if self.categories is not None else None

    def interval(self, values: NDArray[np.float64]) -> tuple[float, float]:
        """Return the 95 % interval of the mean of `values` (samples,), bootstrap by group."""
        return retrieval.bootstrap_by_group(values, self.groups, n_draws=self.n_bootstraps, seed=self.seed)

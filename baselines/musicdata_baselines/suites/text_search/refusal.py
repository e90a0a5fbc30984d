"""Whether a search can say that a song is not there: answers below a threshold are refused.

Lines of songs of the index stand against lines of songs that are absent, made in the same way. Which number is compared
with the threshold, and the threshold, are chosen on the valid split and counted on the test split.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.search.terms import split_terms
from musicdata_baselines.suites.text_search.judging import N_DRAWS
from musicdata_baselines.suites.text_search.results import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.suites.text_search.asking import Run
    from musicdata_baselines.suites.text_search.queries import QuerySet

LEAST_ABSENT = 3
"""Absent and present queries of each split; even three that all stand apart from thirty others are no chance."""

FIRST = 10


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Lines of one split, of songs that are there and of songs that are not.

    Attributes:
        queries: that were asked.
        runs: what the systems answered whose scores are looked at.
        present: whether a song of the index answers.
    """

    queries: QuerySet
    runs: Sequence[Run]
    present: NDArray[np.bool_]

    @property
    def is_enough(self) -> bool:
        """Say whether both kinds are there in any number."""
        return min(int(self.present.sum()), int((~self.present).sum())) >= LEAST_ABSENT

    def statistics(self) -> dict[str, NDArray[np.float64]]:
        """Return name → value (queries,) of what can be compared with a threshold, high where a song seems there.

        Scores are divided by the terms of the query; a margin is the distance to the best song of another group, as a
        share of the score. It is 0 where nothing matched.
        """
        n_terms = np.array([max(len(split_terms(text)), 1) for text in self.queries.texts])
        found: dict[str, NDArray[np.float64]] = {}
        for run in self.runs:
            best, following = run.best.astype(np.float64), run.next.astype(np.float64)
            found[f"{run.name} score"] = best
            found[f"{run.name} score a term"] = best / n_terms
            found[f"{run.name} margin"] = np.divide(best - following, best, out=np.zeros_like(best), where=best > 0)
        return found


def measure(valid: Asked, test: Asked, all_ones: dict[str, float], seed: int) -> Refusal | None:
    """Choose on valid, count on test; None where a split has too few.

    Args:
        valid: lines to choose by.
        test: lines to count.
        all_ones: system → hit rate among the first ten of its answers to the present lines of test.
        seed: of the draws.
    """
    if not (valid.is_enough and test.is_enough):
        return None
    values = valid.statistics()
    tried = {name: auc(value[valid.present], value[~valid.present]) for name, value in values.items()}
    chosen = max(tried, key=lambda name: tried[name])
    threshold = _threshold(values[chosen], valid.present)
    value = test.statistics()[chosen]
    answered, present = value >= threshold, test.present
    low, high = auc_interval(value, present, test.queries.groups, seed)
    recall, wrong = float(answered[present].mean()), float(answered[~present].mean())
    found = np.flatnonzero(answered & present)
    right = next(run for run in test.runs if chosen.startswith(run.name)).hits(FIRST)[found]
    return Refusal(
        statistic=chosen,
        tried=tried,
        threshold=threshold,
        present_found=len(found),
        present_refused=int((~answered & present).sum()),
        absent_found=int((answered & ~present).sum()),
        absent_refused=int((~answered & ~present).sum()),
        right=float(right.mean()) if len(right) else 0.0,
        precision=recall / (recall + wrong) if recall + wrong else 0.0,
        recall=recall,
        f1=balanced_f1(recall, wrong),
        auc=auc(value[present], value[~present]),
        auc_low=low,
        auc_high=high,
        answering_all=balanced_f1(1.0, 1.0),
        all_ones={name: 2 * h / (1 + h) for name, h in all_ones.items()},
        n_valid=(int(valid.present.sum()), int((~valid.present).sum())),
    )


def balanced_f1(recall: float, wrong: float) -> float:
    """Return F1 of answering so many of the present and so many of the absent queries, where both are half of all.

    >>> round(balanced_f1(1.0, 1.0), 3), balanced_f1(1.0, 0.0)
    (0.667, 1.0)
    """
    return 2 * recall / (1 + recall + wrong)


def auc(present: NDArray[np.float64], absent: NDArray[np.float64]) -> float:
    """Return the probability that a present query has a higher value than an absent one; ties count half.

    >>> auc(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    0.875
    """
    return float(_wins(present, absent).mean())


def auc_interval(
    values: NDArray[np.float64], present: NDArray[np.bool_], groups: NDArray[np.str_], seed: int
) -> tuple[float, float]:
    """Return bounds of the AUC at 95 % when groups of each kind are drawn with replacement."""
    wins = _wins(values[present], values[~present])
    rng = np.random.default_rng(seed)
    of_present, of_absent = (_draw(groups[kind], rng) for kind in (present, ~present))
    drawn = ((of_present @ wins) * of_absent).sum(axis=1) / (of_present.sum(axis=1) * of_absent.sum(axis=1))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def _wins(present: NDArray[np.float64], absent: NDArray[np.float64]) -> NDArray[np.float32]:
    more = present[:, None] > absent[None]
    return np.asarray(more + 0.5 * (present[:, None] == absent[None]), np.float32)


def _draw(groups: NDArray[np.str_], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return how often each query is drawn (draws, queries), whole groups at once."""
    numbers = np.unique(groups, return_inverse=True)[1]
    n = int(numbers.max()) + 1
    return np.asarray(rng.multinomial(n, np.full(n, 1 / n), size=N_DRAWS)[:, numbers], np.float32)


def _threshold(values: NDArray[np.float64], present: NDArray[np.bool_]) -> float:
    """Return the value from which on answering gives the highest F1; the highest such value."""
    candidates = np.unique(values)[::-1]
    ordered_present, ordered_absent = np.sort(values[present]), np.sort(values[~present])
    recall = 1 - np.searchsorted(ordered_present, candidates, side="left") / len(ordered_present)
    wrong = 1 - np.searchsorted(ordered_absent, candidates, side="left") / len(ordered_absent)
    f1 = 2 * recall / (1 + recall + wrong)
    return float(candidates[int(f1.argmax())])

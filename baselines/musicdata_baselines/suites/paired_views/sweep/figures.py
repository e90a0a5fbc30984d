"""From scores to the figures of a cell, from runs to their mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines import retrieval
from musicdata_baselines.suites.paired_views.results import SweepCell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one fit gave: the figures of both directions, a → b and b → a."""

    method: str
    n_components: int
    run: str
    figures: tuple[Figures, Figures]


def measure_scores(a: NDArray[Any], b: NDArray[Any], categories: NDArray[Any] | None) -> tuple[Figures, Figures]:
    """Return the figures of both directions; ties count with their mean over all orders."""
    ranks = retrieval.count_ranks(a, b)
    both = [_of_places(places) for places in (ranks.a_to_b, ranks.b_to_a)]
    if categories is not None:
        for figures, mrr in zip(both, retrieval.category_mrr(a, b, categories), strict=True):
            figures["mrr_category"] = mrr
    return both[0], both[1]


def _of_places(places: retrieval.Places) -> Figures:
    metrics = retrieval.Metrics.of(places)
    return {"mrr": metrics.mrr, "recall_1": metrics.recall[1], "recall_5": metrics.recall[5]}


def chance(n: int, categories: NDArray[Any] | None) -> Figures:
    """Return what a random order of n candidates gives."""
    metrics = retrieval.chance(n)
    figures = {"mrr": metrics.mrr, "recall_1": metrics.recall[1], "recall_5": metrics.recall[5]}
    return figures if categories is None else figures | {"mrr_category": retrieval.category_chance(categories).mrr}


def mean(found: Sequence[Figures]) -> Figures:
    """Return the mean of each figure."""
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


def gather(measured: Iterable[Measured], pair: tuple[str, str]) -> Iterator[SweepCell]:
    """Yield the cells: means over the runs, and standard deviations between them where there are several."""
    by_cell: dict[tuple[str, int], list[Measured]] = {}
    for one in measured:
        by_cell.setdefault((one.method, one.n_components), []).append(one)
    for (method, k), runs in by_cell.items():
        for side, (query, target) in enumerate((pair, pair[::-1])):
            figures = [run.figures[side] for run in runs]
            names = figures[0] if len(figures) > 1 else {}
            spread = {name: float(np.std([one[name] for one in figures], ddof=1)) for name in names}
            yield SweepCell(method, query, target, k, len(figures), mean(figures), spread)

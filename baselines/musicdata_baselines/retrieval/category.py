"""Retrieval of items of the query's category: the first one's rank, recall at K, mean average precision, and chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.errors import ViewError
from musicdata_baselines.retrieval.firsts import expect_reciprocal_ranks, miss_all
from musicdata_baselines.retrieval.labels import number_labels
from musicdata_baselines.retrieval.metrics import RECALL_AT
from musicdata_baselines.retrieval.order import SCORES_AT_ONCE, harmonic_numbers, order_candidates
from musicdata_baselines.retrieval.ranks import check_scores, normalise
from musicdata_baselines.retrieval.tiles import tie_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CategoryMetrics:
    """Retrieval in one direction where every item of the query's category is relevant.

    Everything is expected over the orders of tied candidates.

    Attributes:
        n: queries that have a relevant candidate; the others are left out.
        mrr: mean reciprocal rank of the first relevant candidate.
        recall: K → share of queries with a relevant candidate among the first K.
        median_rank: of the first relevant candidate; ranks count from 1.
        mean_rank: likewise.
        mean_average_precision: mean over the queries of the mean precision at their relevant candidates.
    """

    n: int
    mrr: float
    recall: dict[int, float]
    median_rank: float
    mean_rank: float
    mean_average_precision: float


@dataclass(frozen=True, slots=True, eq=False)
class _Classes:
    """Holds classes of tied candidates with at least one relevant, in the order of queries and then of places.

    Attributes:
        query: whose candidates they are.
        before: candidates better than the class's; `relevant_before` the relevant ones of them.
        size: candidates in the class; `relevant` the relevant ones of them.
    """

    query: NDArray[np.int64]
    before: NDArray[np.int64]
    relevant_before: NDArray[np.int64]
    size: NDArray[np.int64]
    relevant: NDArray[np.int64]


def category_metrics(
    a: NDArray[Any], b: NDArray[Any], categories: Sequence[Any] | NDArray[Any], *, exclude_self: bool = False
) -> tuple[CategoryMetrics, CategoryMetrics]:
    """Return a → b and b → a by cosine, rows i of a (n, k) and of b (n, k) being of category i.

    The query's own partner is of its category, so that it counts as relevant; `exclude_self` takes it out of the
    candidates, which shows whether more than the pairing is found.

    Raises:
        ViewError: see `count_ranks`; not one category a row, or no query has a relevant candidate.
    """
    a, b = check_scores(a, b)
    numbers = number_labels(categories, len(a), "categories")
    _require_relevant(numbers, exclude_self)
    a, b = normalise(a), normalise(b)
    return _evaluate(a, b, numbers, exclude_self), _evaluate(b, a, numbers, exclude_self)


def category_mrr(a: NDArray[Any], b: NDArray[Any], categories: Sequence[Any] | NDArray[Any]) -> tuple[float, float]:
    """Return only the `mrr` of `category_metrics`, a → b and b → a: counted, not sorted, for a fraction of the time.

    Raises:
        ViewError: see `count_ranks`; not one category a row.
    """
    a, b = check_scores(a, b)
    numbers = number_labels(categories, len(a), "categories")
    a, b = normalise(a), normalise(b)
    return _first_relevant(a, b, numbers), _first_relevant(b, a, numbers)


def _first_relevant(a: NDArray[np.float64], b: NDArray[np.float64], numbers: NDArray[np.int64]) -> float:
    """Return the mean reciprocal rank of the best candidate of each query's category, expected over the orders of ties.

    Whatever is better than the best relevant candidate is not relevant, so that counting it is enough.
    """
    tie = tie_width(a.shape[1])
    order = np.argsort(numbers, kind="stable")  # a category's candidates side by side
    sorted_b, sizes = b[order].T.copy(), np.bincount(numbers)
    ends = np.cumsum(sizes)
    total, step = 0.0, max(1, SCORES_AT_ONCE // len(a))
    for start in range(0, len(a), step):
        asking = numbers[start : start + step]
        scores = a[start : start + step] @ sorted_b
        best = np.maximum.reduceat(scores, ends - sizes, axis=1)[np.arange(len(asking)), asking, None]
        before = np.count_nonzero(scores > best + tie, axis=1)
        is_tied = scores >= best - tie
        tied = np.count_nonzero(is_tied, axis=1) - before
        relevant = np.ones_like(tied)
        for row in np.flatnonzero(tied > 1):
            end = ends[asking[row]]
            relevant[row] = np.count_nonzero(is_tied[row, end - sizes[asking[row]] : end])
        total += float(expect_reciprocal_ranks(before, tied, relevant).sum())
    return total / len(a)


def category_chance(categories: Sequence[Any] | NDArray[Any], *, exclude_self: bool = False) -> CategoryMetrics:
    """Return what a uniformly random order of the candidates gives, exactly, by the sizes of the categories.

    Raises:
        ViewError: no query has a relevant candidate.
    """
    numbers = number_labels(categories, len(categories), "categories")
    _require_relevant(numbers, exclude_self)
    relevant = (np.bincount(numbers)[numbers] - exclude_self).astype(np.int64)
    asking = np.flatnonzero(relevant)
    none = np.zeros_like(asking)
    # A random order is one class of candidates that are all tied.
    return _summarise(_Classes(asking, none, none, none + len(numbers) - exclude_self, relevant[asking]), len(numbers))


def _require_relevant(numbers: NDArray[np.int64], exclude_self: bool) -> None:
    if exclude_self and np.bincount(numbers).max() < 2:
        raise ViewError("no category has two items, so that nothing is relevant once a query's partner is excluded")


def _evaluate(
    a: NDArray[np.float64], b: NDArray[np.float64], numbers: NDArray[np.int64], exclude_self: bool
) -> CategoryMetrics:
    parts = []
    for ordered in order_candidates(a, b, without_partner=exclude_self):
        width = ordered.items.shape[1]
        relevant = (numbers[ordered.items] == numbers[ordered.rows, None]).astype(np.int64)
        before = np.cumsum(relevant, axis=1) - relevant
        first = np.flatnonzero(ordered.opens)
        in_class = np.add.reduceat(relevant.ravel(), first)
        kept = first[in_class > 0]
        size = np.diff(first, append=relevant.size)[in_class > 0]
        row, place = np.divmod(kept, width)
        parts.append((row + ordered.rows.start, place, before.ravel()[kept], size, in_class[in_class > 0]))
    return _summarise(_Classes(*(np.concatenate(column) for column in zip(*parts, strict=True))), len(a))


def _summarise(classes: _Classes, n: int) -> CategoryMetrics:
    asking, first = np.unique(classes.query, return_index=True)
    before, size, relevant = classes.before[first], classes.size[first], classes.relevant[first]
    precision = np.bincount(classes.query, weights=_precisions(classes, n))
    of_all = np.bincount(classes.query, weights=classes.relevant)
    rank = before + (size + 1) / (relevant + 1)
    return CategoryMetrics(
        n=len(asking),
        mrr=float(expect_reciprocal_ranks(before, size, relevant).mean()),
        recall={k: float(1 - miss_all(np.clip(k - before, 0, size), size, relevant).mean()) for k in RECALL_AT},
        median_rank=float(np.median(rank)),
        mean_rank=float(rank.mean()),
        mean_average_precision=float((precision[asking] / of_all[asking]).mean()),
    )


def _precisions(classes: _Classes, n: int) -> NDArray[np.float64]:
    """Return the expected sum of the precisions at the relevant candidates of each class.

    With s candidates before, c of them relevant, and t of m relevant in the class, place l of the class is relevant
    with probability t/m, and then has c + 1 + (l - 1)(t - 1)/(m - 1) relevant ones up to it (McSherry and Najork,
    Computing information retrieval performance measures efficiently in the presence of tied scores, ECIR 2008).
    """
    harmonic = harmonic_numbers(n)
    ahead = harmonic[classes.before + classes.size] - harmonic[classes.before]
    others = (classes.relevant - 1) / np.maximum(classes.size - 1, 1)
    within = classes.size - (classes.before + 1) * ahead
    sums: NDArray[np.float64] = (
        classes.relevant / classes.size * ((classes.relevant_before + 1) * ahead + others * within)
    )
    return sums

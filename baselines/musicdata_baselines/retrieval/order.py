"""All candidates of a query in the order of their scores, with the classes of tied ones; some rows at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.retrieval.tiles import tie_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SCORES_AT_ONCE = 2**18


@dataclass(frozen=True, slots=True, eq=False)
class Ordered:
    """Holds the candidates of some queries, best first.

    Attributes:
        rows: the queries.
        items: (rows, n) candidates by falling score.
        opens: (rows, n) whether a place is the first of a class of tied candidates.
    """

    rows: slice
    items: NDArray[np.int64]
    opens: NDArray[np.bool_]


def order_candidates(
    a: NDArray[np.float64], b: NDArray[np.float64], *, without_partner: bool = False
) -> Iterator[Ordered]:
    """Go through the queries of a (n, k) in order, and order all items of b (n, k) for each, rows of unit length.

    `without_partner` leaves item i of b out for query i, so that there are n - 1 candidates.
    """
    n, tie = len(a), tie_width(a.shape[1])
    step = max(1, SCORES_AT_ONCE // n)
    for start in range(0, n, step):
        rows = slice(start, min(n, start + step))
        falling = -a[rows] @ b.T
        if without_partner:
            falling[np.arange(rows.stop - start), np.arange(start, rows.stop)] = np.inf
        yield _order(falling, tie, rows, n - without_partner)


def _order(falling: NDArray[np.float64], tie: float, rows: slice, n: int) -> Ordered:
    items = np.argsort(falling, axis=1)[:, :n]
    gaps = np.diff(np.take_along_axis(falling, items, axis=1), axis=1, prepend=-np.inf)
    return Ordered(rows, items, gaps > tie)


def harmonic_numbers(n: int) -> NDArray[np.float64]:
    """Return H_0 … H_n, the sums of 1/1 … 1/n."""
    return np.concatenate([[0.0], np.cumsum(1 / np.arange(1, n + 1))])


def tabulate_reciprocal_ranks(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the reciprocal rank (n, n) of every item of b for every query of a, expected over the orders of ties."""
    table = np.empty((len(a), len(a)), np.float32)
    for ordered in order_candidates(a, b):
        table[ordered.rows] = _spread_ties(ordered)
    return table


def reciprocal_ranks_of_all(scores: NDArray[np.float64], tie: float) -> NDArray[np.float32]:
    """Return the reciprocal rank of every candidate for every query, in the scores' shape; within `tie` is tied."""
    return _spread_ties(_order(-scores, tie, slice(0, len(scores)), scores.shape[1]))


def _spread_ties(ordered: Ordered) -> NDArray[np.float32]:
    """Return the reciprocal ranks (rows, n) of the candidates, as they are numbered, expected over ties."""
    n = ordered.items.shape[1]
    values = np.broadcast_to((1 / np.arange(1, n + 1)).astype(np.float32), ordered.items.shape)
    if not ordered.opens.all():
        harmonic = harmonic_numbers(n)
        first = np.flatnonzero(ordered.opens)
        size = np.diff(first, append=ordered.opens.size)
        before = first % n
        mean = (harmonic[before + size] - harmonic[before]) / size
        values = np.repeat(mean.astype(np.float32), size).reshape(ordered.items.shape)
    table = np.empty(ordered.items.shape, np.float32)
    np.put_along_axis(table, ordered.items, values, axis=1)
    return table

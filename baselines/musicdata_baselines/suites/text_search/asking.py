"""Asks a system queries, some at a time, and keeps of its answers what figures need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.search import Hits
    from musicdata_baselines.suites.text_search.queries import QuerySet

CUTOFF = 1_000
"""Songs of an answer that are looked at."""

_AT_ONCE = 256


class Searching(Protocol):
    """What is asked."""

    def search(
        self,
        queries: Sequence[str],
        k: int,
        *,
        among: NDArray[np.bool_] | None = None,
        spans: bool = True,
        languages: Sequence[str] | None = None,
    ) -> Hits:
        """Return the k best songs of each query."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a system answered, all (queries,).

    Attributes:
        name: of the system.
        ranks: of the first right song, from 1; 0 where none is among the first 1,000.
        best: score of the first song, 0 where nothing matched.
        next: score of the best song of another group, 0 where there is none.
        can: whether the system can read the query's language.
    """

    name: str
    ranks: NDArray[np.int32]
    best: NDArray[np.float32]
    next: NDArray[np.float32]
    can: NDArray[np.bool_]

    @property
    def reciprocal_ranks(self) -> NDArray[np.float64]:
        """Return the reciprocal ranks, 0 for what was not found."""
        return np.where(self.ranks > 0, 1 / np.maximum(self.ranks, 1), 0.0)

    def hits(self, k: int) -> NDArray[np.float64]:
        """Return 1 where a right song is among the first k."""
        return ((self.ranks > 0) & (self.ranks <= k)).astype(np.float64)

    def take(self, queries: NDArray[np.int64]) -> Run:
        """Return what was answered to some queries."""
        return Run(self.name, self.ranks[queries], self.best[queries], self.next[queries], self.can[queries])


def ask(
    name: str,
    search: Searching,
    queries: QuerySet,
    groups: NDArray[np.str_],
    *,
    languages: frozenset[str] | None = None,
    among: NDArray[np.bool_] | None = None,
    sink: Callable[[QuerySet, Hits], None] | None = None,
) -> Run:
    """Ask a system all queries.

    Args:
        name: of the system, for tables.
        search: fitted to the songs of the index.
        queries: what is asked.
        groups: (songs,) of nearly the same words.
        languages: of queries that the system can read; others are not asked and count as not found. None for any.
        among: (songs,) that may be found; None for all.
        sink: is given some of the queries and their hits, block after block.
    """
    n = len(queries)
    ranks, best, following = np.zeros(n, np.int32), np.zeros(n, np.float32), np.zeros(n, np.float32)
    can = np.ones(n, bool) if languages is None else np.isin(queries.languages, sorted(languages))
    asked = np.flatnonzero(can)
    numbers = np.unique(groups, return_inverse=True)[1]
    for start in range(0, len(asked), _AT_ONCE):
        rows = asked[start : start + _AT_ONCE]
        part = queries.take(rows)
        hits = search.search(part.texts, CUTOFF, among=among, spans=False, languages=part.languages.tolist())
        ranks[rows] = [_rank(songs, right) for songs, right in zip(hits.songs, part.relevant, strict=True)]
        best[rows], following[rows] = _first_scores(hits, numbers)
        if sink is not None:
            sink(part, hits)
    return Run(name, ranks, best, following, can)


def _rank(songs: NDArray[np.int32], right: NDArray[np.int32]) -> int:
    found = np.flatnonzero(np.isin(songs, right))
    return int(found[0]) + 1 if len(found) else 0


def _first_scores(hits: Hits, numbers: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the scores of the first song and of the first one of another group."""
    groups = np.where(hits.songs >= 0, numbers[hits.songs], -1)
    other = (groups != groups[:, :1]) & (groups >= 0)
    place = other.argmax(axis=1)
    rows = np.arange(len(groups))
    best = np.where(groups[:, 0] >= 0, hits.scores[:, 0], 0)
    following = np.where(other[rows, place], hits.scores[rows, place], 0)
    return best.astype(np.float32), following.astype(np.float32)

"""Songs looked for in one language and found in another: by their beginning, among the songs of the other language.

Nothing is chosen by these queries, so those of valid are counted beside those of test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.suites.text_search.asking import Run, ask
from musicdata_baselines.suites.text_search.judging import cell
from musicdata_baselines.suites.text_search.queries import TRANSLATION
from musicdata_baselines.suites.text_search.results import ACROSS, ALL, BM25, CHARACTERS, PAPER
from musicdata_baselines.suites.text_search.systems import System

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.search import Hits
    from musicdata_baselines.suites.text_search.dataset import SongSet
    from musicdata_baselines.suites.text_search.encoders import Encoders
    from musicdata_baselines.suites.text_search.queries import QuerySet
    from musicdata_baselines.suites.text_search.results import Cell
    from musicdata_baselines.suites.text_search.systems import Systems

LEAST_QUERIES = 10
"""From one language to another, for figures of their own."""

COMPARED = (PAPER, CHARACTERS, BM25)


def measure(
    data: SongSet,
    queries: QuerySet,
    fitted: Systems,
    encoders: Encoders,
    first: str,
    seed: int,
    sink_of: Callable[[str], Callable[[QuerySet, Hits], None] | None],
) -> Iterator[Cell]:
    """Yield what is found over all pairs of languages, from each language, and for each pair with enough queries.

    Args:
        data: songs.
        queries: of kind translation.
        fitted: systems.
        encoders: that are here.
        first: the encoder that is meant to lead from one language to another.
        seed: of the draws.
        sink_of: name of a system → what is given its hits.
    """
    if not len(queries):
        return
    known = np.array(data.songs.languages)
    compared = [system for name in COMPARED if (system := fitted.find(name)) is not None]
    runs = [_ask(data, queries, dict.fromkeys(_pairs(queries), system), system.name, sink_of) for system in compared]
    ours = {
        (language, target): System(ACROSS, fitted.dense[name])
        for language, target in _pairs(queries)
        if (name := encoders.between(data.songs, language, target, first)) is not None
    }
    if ours:
        runs.append(_ask(data, queries, ours, ACROSS, sink_of))
    n_candidates = np.array([int((known == target).sum()) for target in queries.targets.tolist()])
    for label, rows in _cells(queries):
        some = [run.take(rows) for run in runs]
        yield cell(TRANSLATION, label, queries.take(rows), some, n_candidates[rows], seed)


def _pairs(queries: QuerySet) -> list[tuple[str, str]]:
    return sorted(set(zip(queries.languages.tolist(), queries.targets.tolist(), strict=True)))


def _ask(
    data: SongSet,
    queries: QuerySet,
    systems: Mapping[tuple[str, str], System],
    name: str,
    sink_of: Callable[[str], Callable[[QuerySet, Hits], None] | None],
) -> Run:
    """Ask each pair of languages the system that serves it; queries of a pair without one count as not read."""
    n = len(queries)
    ranks, best, following = np.zeros(n, np.int32), np.zeros(n, np.float32), np.zeros(n, np.float32)
    can = np.zeros(n, bool)
    known, sink = np.array(data.songs.languages), sink_of(name)
    for language, target in _pairs(queries):
        rows = np.flatnonzero((queries.languages == language) & (queries.targets == target))
        system = systems.get((language, target))
        if system is None or (system.languages is not None and target not in system.languages):
            continue
        among: NDArray[np.bool_] = known == target
        part = queries.take(rows)
        run = ask(name, system.search, part, data.groups, languages=system.languages, among=among, sink=sink)
        ranks[rows], best[rows], following[rows], can[rows] = run.ranks, run.best, run.next, run.can
    return Run(name, ranks, best, following, can)


def _cells(queries: QuerySet) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Yield label and queries: all, those from one language, those from one to another."""
    yield ALL, np.arange(len(queries))
    languages: Sequence[str] = np.unique(queries.languages).tolist()
    for language in languages:
        rows = np.flatnonzero(queries.languages == language)
        targets, counts = np.unique(queries.targets[rows], return_counts=True)
        if len(targets) > 1 and len(rows) >= LEAST_QUERIES:
            yield f"{language} → any", rows
        for target in targets[counts >= LEAST_QUERIES].tolist():
            yield f"{language} → {target}", rows[queries.targets[rows] == target]

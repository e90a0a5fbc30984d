"""From what systems answered to the figures of a report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.retrieval.firsts import Firsts
from musicdata_baselines.retrieval.metrics import RECALL_AT
from musicdata_baselines.retrieval.paired import PairedDraws, holm
from musicdata_baselines.suites.text_search.asking import CUTOFF
from musicdata_baselines.suites.text_search.results import ALL, LEXICAL, Cell, Difference, SystemFigures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.suites.text_search.asking import Run
    from musicdata_baselines.suites.text_search.queries import QuerySet

KINDS = ("line", "masked", "typo", "masked_typo", "misheard", "title_in_text", "title")
"""In the order of a report; kinds that it does not know stand behind."""

LEAST_QUERIES = 100
"""Of a language, of all kinds together, for figures of its own."""

LEAST_OF_KIND = 10
"""Of a kind in such a language."""

LEAST_READ = 0.95
"""Share of the queries that a system must be able to read, to be measured on them."""

N_DRAWS = 2_000


def kinds_of(queries: QuerySet) -> list[str]:
    """Return the kinds there are, in the order of a report."""
    there = set(queries.kinds.tolist())
    return [kind for kind in KINDS if kind in there] + sorted(there - set(KINDS))


def judge(queries: QuerySet, runs: Sequence[Run], n_candidates: int, seed: int) -> Iterator[Cell]:
    """Yield the figures of every kind in all languages and in each that has `LEAST_QUERIES`.

    Args:
        queries: that were asked, searched among all songs.
        runs: what each system answered.
        n_candidates: songs that could be found.
        seed: of the draws.
    """
    candidates = np.full(len(queries), n_candidates)
    languages, counts = np.unique(queries.languages, return_counts=True)
    often = languages[counts >= LEAST_QUERIES].tolist()
    for kind in kinds_of(queries):
        of_kind = np.flatnonzero(queries.kinds == kind)
        some = [run.take(of_kind) for run in runs]
        yield cell(kind, ALL, queries.take(of_kind), some, candidates[of_kind], seed)
        for language in often:
            rows = of_kind[queries.languages[of_kind] == language]
            if len(rows) >= LEAST_OF_KIND:
                some = [run.take(rows) for run in runs]
                yield cell(kind, language, queries.take(rows), some, candidates[rows], seed)


def cell(
    kind: str, language: str, queries: QuerySet, runs: Sequence[Run], n_candidates: NDArray[np.int64], seed: int
) -> Cell:
    """Return the figures of some queries; systems that cannot read most of them are left out.

    Args:
        kind: how the queries were made.
        language: of them, for people.
        queries: that were asked.
        runs: what each system answered to them.
        n_candidates: (queries,) songs that could be found.
        seed: of the draws.
    """
    able = [run for run in runs if run.can.mean() >= LEAST_READ]
    groups = len(np.unique(queries.groups))
    draws = PairedDraws(queries.groups, N_DRAWS, seed) if groups > 1 else None
    return Cell(
        kind=kind,
        language=language,
        n_queries=len(queries),
        n_groups=groups,
        n_candidates=int(n_candidates[0]) if len(np.unique(n_candidates)) == 1 else 0,
        chance=chance(queries.n_relevant, n_candidates),
        systems=tuple(_with_differences(able, [_figures(run, draws) for run in able], draws)),
    )


def chance(n_relevant: NDArray[np.int64], n_candidates: NDArray[np.int64] | int) -> dict[str, float]:
    """Return what a random order gives queries (n,) with so many right ones among so many candidates."""
    none = np.zeros_like(n_relevant)
    firsts = Firsts(none, none + n_candidates, n_relevant)
    hits = {f"hits_{k}": float(firsts.hits(k).mean()) for k in RECALL_AT}
    return {"mrr": float(firsts.reciprocal_ranks.mean()), **hits, "median_rank": float(np.median(firsts.ranks))}


def median_rank(run: Run) -> float:
    """Return the median rank; what is not among the first 1,000 counts as the next one."""
    return float(np.median(np.where(run.ranks > 0, run.ranks, CUTOFF + 1)))


def _figures(run: Run, draws: PairedDraws | None) -> SystemFigures:
    hits = {k: run.hits(k) for k in RECALL_AT}
    bounds = {k: _interval(values, draws) for k, values in hits.items()}
    low, high = _interval(run.reciprocal_ranks, draws)
    return SystemFigures(
        name=run.name,
        hits={k: float(values.mean()) for k, values in hits.items()},
        hits_low={k: of_k[0] for k, of_k in bounds.items()},
        hits_high={k: of_k[1] for k, of_k in bounds.items()},
        mrr=float(run.reciprocal_ranks.mean()),
        mrr_low=low,
        mrr_high=high,
        median_rank=median_rank(run),
    )


def _interval(values: NDArray[np.float64], draws: PairedDraws | None) -> tuple[float, float]:
    """Return bounds at 95 %; nothing is known of a mean over one group: 0 and 1."""
    return draws.interval(values) if draws is not None else (0.0, 1.0)


def _with_differences(
    runs: Sequence[Run], figures: Sequence[SystemFigures], draws: PairedDraws | None
) -> list[SystemFigures]:
    """Return the figures with how much more each system finds than the better lexical one."""
    lexical = [number for number, run in enumerate(runs) if run.name in LEXICAL]
    if draws is None or not lexical:
        return list(figures)
    than = max(lexical, key=lambda number: figures[number].mrr)
    others = [number for number in range(len(runs)) if number != than]
    found = [draws.compare(runs[number].reciprocal_ranks, runs[than].reciprocal_ranks) for number in others]
    adjusted = holm([one.p_value for one in found])
    differences = {
        number: Difference(runs[than].name, one.mean, one.low, one.high, p_value)
        for number, one, p_value in zip(others, found, adjusted, strict=True)
    }
    return [replace(one, difference=differences.get(number)) for number, one in enumerate(figures)]

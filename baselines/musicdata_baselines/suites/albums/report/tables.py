"""The figures as tables: the paper's beside ours, scheme by scheme; what artists on both sides inflate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.definitions.suite import FigureTable
from musicdata_baselines.report import figures
from musicdata_baselines.retrieval.gallery import POOLS
from musicdata_baselines.suites.albums.gate import best
from musicdata_baselines.suites.albums.judging import TESTED
from musicdata_baselines.suites.albums.report import paper_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata_baselines.suites.albums.results import Albums, Figures, SchemeResult

Row = tuple[Any, ...]
_RECALLS = (1, 5, 10)


def of_scheme(result: Albums, scheme: SchemeResult) -> Iterator[FigureTable]:
    """Yield the tables of a scheme: the paper's ablations, both directions, probes."""
    if result.paper:
        yield ablations(result, scheme)
    yield reviews(scheme)
    yield albums(scheme)
    yield probes(scheme)


def ablations(result: Albums, scheme: SchemeResult) -> FigureTable:
    """Return the paper's table beside ours."""
    paper = paper_table.load(result.paper)
    rows: list[Row] = []
    for row in paper.rows:
        ours = scheme.method(row.ours)
        printed = tuple(f"{100 * row.recall[k]:.2f}" for k in _RECALLS)
        of_ours = tuple(_with_interval(ours.of("review", TESTED), k) for k in _RECALLS) if ours else (None,) * 3
        rows.append((row.method, *printed, *of_ours))
    caption = (
        f"Review → album under scheme {scheme.name}: the paper's {paper.table.partition(',')[0]}, then ours with "
        f"intervals at 95 %, all in per cent; an album's score is the {TESTED} of its songs'"
    )
    return FigureTable(caption, ("as the paper has it", "R@1", "R@5", "R@10", "ours: R@1", "R@5", "R@10"), tuple(rows))


def reviews(scheme: SchemeResult) -> FigureTable:
    """Return review → album, with chance, by best and by mean of an album's songs."""
    by_chance = scheme.chance["review"]
    rows: list[Row] = [("chance", None, *_chance(by_chance), None, None, None, figures.share(scheme.genre_chance))]
    for method in scheme.methods:
        for pool in POOLS:
            one = method.of("review", pool)
            tested = pool == TESTED
            rows.append(
                (
                    method.name,
                    pool,
                    *_shares(one),
                    figures.rank(one.median_rank),
                    figures.share(one.mrr),
                    figures.interval(one.mrr_low, one.mrr_high),
                    figures.times(one.mrr, by_chance["mrr"]),
                    figures.p_value(method.test.p_value) if tested else None,
                    figures.share(method.genre_first) if tested else None,
                )
            )
    n = f"{scheme.n_asking:,} reviews choose from {scheme.n_albums['test']:,} albums"
    caption = f"Review → album under scheme {scheme.name}: {n}; 95 % is of the MRR, genre of the best other album"
    heading = ("method", "songs", "R@1", "R@5", "R@10", "MedR", "MRR", "95 %", "times", "p", "genre")
    return FigureTable(caption, heading, tuple(rows))


def albums(scheme: SchemeResult) -> FigureTable:
    """Return album → review: any of its reviews counts; R-precision says how many of them come first."""
    by_chance = scheme.chance["album"]
    rows: list[Row] = [("chance", None, *_chance(by_chance), None, None)]
    for method in scheme.methods:
        for pool in POOLS:
            one = method.of("album", pool)
            rows.append(
                (
                    method.name,
                    pool,
                    *_shares(one),
                    figures.rank(one.median_rank),
                    figures.share(one.mrr),
                    figures.interval(one.mrr_low, one.mrr_high),
                    figures.share(one.precision),
                )
            )
    n = f"{scheme.n_albums['test']:,} albums choose from {scheme.n_reviews['test']:,} reviews"
    caption = f"Album → review under scheme {scheme.name}: {n}; any review of the album counts"
    heading = ("method", "songs", "R@1", "R@5", "R@10", "MedR", "MRR", "95 %", "R-precision")
    return FigureTable(caption, heading, tuple(rows))


def probes(scheme: SchemeResult) -> FigureTable:
    """Return what is found without sound and words, and the controls."""
    rows = tuple(
        (
            probe.name,
            *(figures.share(probe.recall[k]) for k in _RECALLS),
            figures.share(probe.mrr),
            None if probe.off is None else f"{probe.off:+.1f}",
        )
        for probe in scheme.probes
    )
    caption = (
        f"Review → album under scheme {scheme.name} by something other than sound and words, and controls;"
        " off: standard errors above chance"
    )
    return FigureTable(caption, ("probe", "R@1", "R@5", "R@10", "MRR", "off"), rows)


def side_by_side(result: Albums) -> FigureTable:
    """Return the methods under every scheme, in galleries of their own and in ones of the same size."""
    names = dict.fromkeys(method.name for scheme in result.schemes for method in scheme.methods)
    rows = tuple((name, *(cell for scheme in result.schemes for cell in _of_both(scheme, name))) for name in names)
    same = f"MRR of {result.n_common}"
    heading = tuple(cell for scheme in result.schemes for cell in (f"{scheme.name}: R@10", "MRR", same))
    caption = (
        f"Review → album under each scheme, {TESTED} of the songs; {same}: in galleries of {result.n_common:,} albums, "
        "as large as the smallest, where figures are comparable"
    )
    return FigureTable(caption, ("method", *heading), rows)


def sentences(result: Albums) -> Iterator[str]:
    """Yield what the schemes are, and how much more the others show than the disjoint one."""
    for scheme in result.schemes:
        yield (
            f"scheme {scheme.name} trains on {scheme.n_reviews['train']:,} reviews and {scheme.n_songs['train']:,} "
            f"songs of {scheme.n_albums['train']:,} albums; {scheme.shared_albums:.0%} of the albums to find and "
            f"{scheme.shared_artists:.0%} of their artists are among those"
        )
    disjoint = result.disjoint
    for scheme in result.schemes:
        if disjoint is not None and not scheme.is_disjoint:
            yield _inflation(scheme, disjoint, result.n_common)


def _inflation(scheme: SchemeResult, disjoint: SchemeResult, n_common: int) -> str:
    method = best(disjoint)
    other = scheme.method(method.name)
    if other is None:
        return f"{method.name} was not fitted under scheme {scheme.name}: nothing can be said of what that inflates"
    return (
        f"what scheme {scheme.name} inflates: {method.name} has an MRR of {other.mrr_common:.4f} there, in galleries "
        f"of {n_common:,} albums, and of {method.mrr_common:.4f} on albums and artists it has never met"
    )


def _of_both(scheme: SchemeResult, name: str) -> Row:
    method = scheme.method(name)
    if method is None:
        return (None,) * 3
    one = method.of("review", TESTED)
    return (figures.share(one.recall[10]), figures.share(one.mrr), figures.share(method.mrr_common))


def _with_interval(one: Figures, k: int) -> str:
    low, high = one.recall_low[k], one.recall_high[k]
    return f"{100 * one.recall[k]:.2f} ({100 * low:.0f}–{100 * high:.0f})"


def _shares(one: Figures) -> tuple[str, ...]:
    return tuple(figures.share(one.recall[k]) for k in _RECALLS)


def _chance(chance: dict[str, float]) -> tuple[str, ...]:
    return (
        *(figures.share(chance[f"recall_{k}"]) for k in _RECALLS),
        figures.rank(chance["median_rank"]),
        figures.share(chance["mrr"]),
    )

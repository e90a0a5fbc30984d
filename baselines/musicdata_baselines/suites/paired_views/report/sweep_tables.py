"""The sweep as tables like the paper's: a row a number of components, a column a method, theirs beside ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata_baselines.report import figures
from musicdata_baselines.suites.paired_views.report import paper_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata_baselines.suites.paired_views.results import Sweep, SweepCell, SweepMethod, SweepScheme, Validation

IMPOSSIBLE = "N/A"
INSTANCE, CATEGORY = "instance level", "category level"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in one direction, which is one table, or half of one of the paper's.

    Attributes:
        table: number of the paper's table.
        name: of the figure, as the cells have it; `words` says it.
        side: which of the pair's modalities asks, 0 or 1.
    """

    table: str
    name: str
    words: str
    level: str
    side: int


FIGURES = (
    Figure("III", "mrr", "MRR1", INSTANCE, 0),
    Figure("IV", "mrr", "MRR1", INSTANCE, 1),
    Figure("V", "recall_1", "recall@1", INSTANCE, 0),
    Figure("V", "recall_5", "recall@5", INSTANCE, 0),
    Figure("VI", "recall_1", "recall@1", INSTANCE, 1),
    Figure("VI", "recall_5", "recall@5", INSTANCE, 1),
    Figure("VII", "mrr_category", "MRR1", CATEGORY, 0),
    Figure("VIII", "mrr_category", "MRR1", CATEGORY, 1),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is printed: the figure, and the deviation between runs, "" where there is none."""

    shown: str
    deviation: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a figure; `theirs` and `ours` are headings, `rows` components → cells, theirs before ours."""

    title: str
    figure: str
    theirs: tuple[str, ...]
    ours: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


def sentences(sweep: Sweep) -> Iterator[str]:
    """Yield what the tables are: splits, epochs, chance, whether the pairs are told from chance, what is missing."""
    for scheme in sweep.schemes:
        yield _splits(scheme)
    if trained(sweep):
        epochs = ", ".join(
            f"{m.name} {m.settings['epochs']}" for m in sweep.methods if "epochs" in m.settings and m.in_paper
        )
        yield f"epochs: {epochs}, {sweep.epochs:g} × the paper's; nothing is chosen on data, the last epoch is kept"
    for scheme in sweep.schemes:
        yield _link(scheme)
    yield from sweep.notes


def trained(sweep: Sweep) -> list[int]:
    """List the numbers of components that deep methods were trained with."""
    deep = {method.name for method in sweep.methods if "epochs" in method.settings}
    return sorted({c.n_components for scheme in sweep.schemes for c in scheme.cells if c.method in deep})


def kind(scheme: SweepScheme) -> str:
    """Return what a way of splitting is called."""
    return {"random": "random splits", "disjoint": "artist-disjoint split"}[scheme.name]


def _splits(scheme: SweepScheme) -> str:
    runs = f"{len(scheme.runs)} runs, " if len(scheme.runs) > 1 else ""
    both = sum(scheme.groups_on_both_sides) / len(scheme.groups_on_both_sides)
    chances = ", ".join(
        f"{words} {figures.share(scheme.chance[name])}"
        for name, words in (("mrr", "MRR1"), ("mrr_category", "MRR1 at category level"))
        if name in scheme.chance
    )
    return (
        f"{kind(scheme)}: {runs}{_range(scheme.n_train)} pairs fitted to, {_range(scheme.n_test)} asked; "
        f"{figures.percent(both)} of those asked have their artist among those fitted to; chance: {chances}"
    )


def _range(numbers: tuple[int, ...]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _link(scheme: SweepScheme) -> str:
    link = scheme.link
    limit = figures.share(link.detection_limit_mrr)
    return (
        f"the link on {link.run}: {link.method} with {link.n_components} components and ridge {link.shrinkage:g}, "
        f"fixed beforehand, has MRR {figures.share(link.mrr)}, re-paired {figures.share(link.null_mrr)}, p = "
        f"{figures.p_value(link.p_value)}; p < 0.01 from {limit} on"
    )


def like_the_paper(validation: Validation) -> list[Table]:
    """Return the paper's tables with ours beside: random splits, mean over the runs."""
    if (sweep := validation.result.sweep) is None:
        return []
    printed = _printed(validation.result.paper)
    scheme = sweep.schemes[0]
    return [_table(sweep, scheme, f, printed, sweep.methods) for f in FIGURES if f.name in scheme.chance]


def disjoint(validation: Validation) -> list[Table]:
    """Return the tables of the split without an artist on both sides: what we measured, for the paper has none."""
    if (sweep := validation.result.sweep) is None or len(sweep.schemes) < 2:
        return []
    scheme = sweep.schemes[1]
    return [_table(sweep, scheme, f, {}, _measured(sweep)) for f in FIGURES if f.name in scheme.chance]


def differences(validation: Validation) -> list[Table]:
    """Return by how much random splits stand above the disjoint one, MRR1 mean of both directions."""
    if (sweep := validation.result.sweep) is None or len(sweep.schemes) < 2:
        return []
    return [
        _difference(sweep, name, level)
        for name, level in (("mrr", INSTANCE), ("mrr_category", CATEGORY))
        if all(name in scheme.chance for scheme in sweep.schemes)
    ]


def _measured(sweep: Sweep) -> tuple[SweepMethod, ...]:
    names = {cell.method for scheme in sweep.schemes for cell in scheme.cells}
    return tuple(method for method in sweep.methods if method.name in names)


def short(method: str) -> str:
    """Return a heading of few letters: w stands for weighted."""
    return method.replace("JointTrain-DCCA", "Joint").replace(" weighted", " w").removeprefix("Spotify-")


def _printed(paper: str) -> dict[tuple[str, str, int], dict[str, float]]:
    rows = paper_tables.load(paper).rows if paper else ()
    return {(row.method, row.query, row.n_components): row.figures for row in rows if row.n_components is not None}


def _table(
    sweep: Sweep,
    scheme: SweepScheme,
    figure: Figure,
    printed: dict[tuple[str, str, int], dict[str, float]],
    methods: tuple[SweepMethod, ...],
) -> Table:
    query = sweep.pair[figure.side]
    known = [m.in_paper for m in methods if m.in_paper]
    theirs = [name for name in known if any(figure.name in printed.get((name, query, k), {}) for k in sweep.components)]
    rows = []
    for k in sweep.components:
        cells = [_of_paper(printed.get((name, query, k), {}).get(figure.name)) for name in theirs]
        cells += [_ours(method, scheme.cell(method.name, query, k), figure.name, k) for method in methods]
        rows.append((k, tuple(cells)))
    number = f"Table {figure.table}, " if printed else ""
    return Table(
        title=f"{number}{figure.words}, {query} as query, {figure.level}; chance "
        f"{figures.share(scheme.chance[figure.name])}",
        figure=figure.name,
        theirs=tuple(short(name) for name in theirs),
        ours=tuple(short(method.name) for method in methods),
        rows=tuple(rows),
    )


def _of_paper(value: float | None) -> Cell:
    return Cell(IMPOSSIBLE if value is None else figures.share(value, 3))


def _ours(method: SweepMethod, cell: SweepCell | None, figure: str, k: int) -> Cell:
    if cell is None:
        return Cell(IMPOSSIBLE if method.most is not None and k > method.most else figures.UNKNOWN)
    deviation = cell.deviation.get(figure)
    return Cell(figures.share(cell.mean[figure]), figures.share(deviation) if deviation is not None else "")


def _difference(sweep: Sweep, name: str, level: str) -> Table:
    random, apart = sweep.schemes
    methods = _measured(sweep)
    rows = [(k, tuple(_less(sweep, method, k, name) for method in methods)) for k in sweep.components]
    return Table(
        title=f"random less artist-disjoint: MRR1, mean of both directions, {level}; chance alone "
        f"{random.chance[name] - apart.chance[name]:+.4f}",
        figure=name,
        theirs=(),
        ours=tuple(short(method.name) for method in methods),
        rows=tuple(rows),
    )


def _less(sweep: Sweep, method: SweepMethod, k: int, name: str) -> Cell:
    random, apart = (_both_ways(sweep, scheme, method.name, k, name) for scheme in sweep.schemes)
    if random is None or apart is None:
        return _ours(method, None, name, k)
    return Cell(f"{random - apart:+.4f}")


def _both_ways(sweep: Sweep, scheme: SweepScheme, method: str, k: int, name: str) -> float | None:
    cells = [scheme.cell(method, query, k) for query in sweep.pair]
    means = [cell.mean[name] for cell in cells if cell is not None]
    return sum(means) / 2 if len(means) == 2 else None

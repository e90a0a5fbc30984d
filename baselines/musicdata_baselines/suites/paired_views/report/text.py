"""The suite's part of the report on a terminal: pairs with the paper beside, the sweep, controls, shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from musicdata_baselines.report import figures
from musicdata_baselines.report.figures import NOTED, REFUSED
from musicdata_baselines.report.text import WIDTH, bullets, section, wrap
from musicdata_baselines.suites.paired_views.report import comparison, sweep_tables, sweep_text, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from musicdata_baselines.suites.paired_views.report.comparison import DirectionTable, Row
    from musicdata_baselines.suites.paired_views.results import ControlResult, Validation

_WIDTHS = (7, 7, 7, 9, 9, 8, 8, 15, 8)  # of the columns, and a column of names before them
_NAME = WIDTH - 2 - sum(_WIDTHS)
_SUPERSCRIPTS = " ¹²³⁴⁵⁶⁷⁸⁹"


def lines(validation: Validation) -> Iterator[str]:
    """Yield the lines between the verdict and the notes; none where nothing was measured."""
    if not validation.result.baselines:
        return
    yield from _legend(validation)
    for pair in validation.result.pairs:
        yield ""
        yield from _pair(validation, pair)
    yield from _sweep(validation)
    yield from section("controls", _controls(validation))
    yield from section("shape of the figures (reported, never asked for)", bullets(validation.result.shape))


def _legend(validation: Validation) -> Iterator[str]:
    if paper := comparison.paper_of(validation):
        yield from wrap(f"paper: {paper.source}")
        yield from wrap(comparison.galleries(paper, validation), "  ")
        for note in paper.notes:
            yield from wrap(note, "  ")
    for heading in ("MedR/n", "95 %", "p"):
        yield from wrap(f"{heading}: {comparison.COLUMNS[heading]}")


def _pair(validation: Validation, pair: tuple[str, str]) -> Iterator[str]:
    verdict = next(v for v in verdicts.of_pairs(validation) if v.judge.pair == pair)
    yield from wrap(f"{verdict.label}: {verdicts.sentence(verdict, validation)}")
    for table in comparison.tabulate(validation, pair):
        yield ""
        yield from _table(table)
    of_pair = [baseline for baseline in validation.result.baselines if baseline.pair == pair]
    multiples = ", ".join(f"{b.name} {figures.times(b.mrr, validation.result.chance['mrr'])}" for b in of_pair)
    yield from wrap(f"times chance, MRR of both directions: {multiples}", "  ")
    yield from wrap(verdicts.detection(of_pair), "  ")
    for sentence in comparison.categories(validation, pair):
        yield from wrap(sentence, "  ")


def _sweep(validation: Validation) -> Iterator[str]:
    if (sweep := validation.result.sweep) is None:
        return
    yield from ("", "over numbers of components (k) and splits, reported and never asked for; w: scores × correlation")
    for sentence in sweep_tables.sentences(sweep):
        yield from wrap(sentence, f"{NOTED} ")
    yield from sweep_text.tables(validation)


def _table(table: DirectionTable) -> Iterator[str]:
    yield _line(f"{table.query} → {table.target}", comparison.COLUMNS)
    indent = "  " if table.of_paper else ""
    for source, rows in (("the paper", table.of_paper), ("ours", table.of_ours)):
        if table.of_paper:
            yield f"  {source}"
        yield from (_line(indent + row.name, _cells(row)) for row in rows)
    for number, note in enumerate(table.notes, 1):
        yield from wrap(note, f"  [{number}] ")


def _cells(row: Row) -> list[str]:
    """Return the cells; the paper has three decimals where we have four, and marks take the place of the fourth."""
    cells = []
    for heading, cell, mark in zip(comparison.COLUMNS, row.cells, row.marks, strict=True):
        is_share = heading.startswith("R@") or heading == "MRR"
        fourth = _SUPERSCRIPTS[mark] if row.kind == "paper" and is_share else ""
        cells.append(cell + fourth)
    return cells


def _line(name: str, cells: Iterable[str]) -> str:
    """Return a name and right-aligned cells; a name that is too long is cut."""
    name = figures.clean(name)
    name = name if cell_len(name) <= _NAME else set_cell_size(name, _NAME - 1) + "…"
    aligned = "".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))
    return f"  {set_cell_size(name, _NAME)}{aligned}".rstrip()


def _controls(validation: Validation) -> Iterator[str]:
    for control in validation.result.controls:
        yield from wrap(f"{control.control}, {control.subject}: {control.summary}", f"{verdicts.mark(control)} ")
        yield from _findings(control)


def _findings(control: ControlResult) -> Iterator[str]:
    for finding in control.findings:
        items = f" ({figures.value(finding.items)})" if finding.items else ""
        mark = REFUSED if finding.refuses else NOTED
        yield from wrap(finding.message + items, f"    {mark} ")

"""The report on a terminal: plain text, no colours, at most 100 columns, readable through a pipe."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from musicdata_baselines.report import comparison, figures, sweep_tables, sweep_text, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from musicdata_baselines.report.comparison import DirectionTable, Row
    from musicdata_baselines.results import ControlResult, Validation

WIDTH = 100
_WIDTHS = (7, 7, 7, 9, 9, 8, 8, 15, 8)  # of the columns, and a column of names before them
_NAME = WIDTH - 2 - sum(_WIDTHS)
_SUPERSCRIPTS = " ¹²³⁴⁵⁶⁷⁸⁹"


def lines(validation: Validation) -> Iterator[str]:
    """Yield what `musicdata validate` prints: verdict, pairs with the paper beside, controls, notes, time."""
    yield from _verdict(validation)
    yield ""
    yield from _legend(validation)
    for pair in validation.pairs:
        yield ""
        yield from _pair(validation, pair)
    yield from _sweep(validation)
    yield from _section("controls", _controls(validation))
    yield from _section("shape of the figures (reported, never asked for)", _bullets(validation.shape))
    yield from _section("what this could not prove", _bullets(validation.notes))
    yield ""
    yield from _wrap(_time(validation), "")


def _verdict(validation: Validation) -> Iterator[str]:
    holds = validation.holds
    counts = ", ".join(f"{split} {n:,}" for split, n in _in_order(validation.n_samples))
    groups = ", ".join(f"{split} {n:,}" for split, n in _in_order(validation.n_groups))
    yield from _wrap(f"{validation.dataset}: {validation.title}", "")
    yield from _wrap(f"samples: {counts}; groups: {groups}; seed {validation.seed}, {validation.device}", "")
    yield ""
    verdict = "the gate holds" if holds else "the gate refuses"
    yield from _wrap(f"{verdict}: {validation.reason}", f"{verdicts.HOLDS if holds else verdicts.REFUSED} ")
    for rule in validation.rules:
        mark = verdicts.HOLDS if rule.holds else verdicts.REFUSED
        yield from _wrap(f"{rule.name}: {rule.found}", f"  {mark} ")


def _legend(validation: Validation) -> Iterator[str]:
    if paper := comparison.paper_of(validation):
        yield from _wrap(f"paper: {paper.source}", "")
        yield from _wrap(comparison.galleries(paper, validation), "  ")
        for note in paper.notes:
            yield from _wrap(note, "  ")
    for heading in ("MedR/n", "95 %", "p"):
        yield from _wrap(f"{heading}: {comparison.COLUMNS[heading]}", "")


def _pair(validation: Validation, pair: tuple[str, str]) -> Iterator[str]:
    verdict = next(v for v in verdicts.of_pairs(validation) if v.judge.pair == pair)
    yield from _wrap(f"{verdict.label}: {verdicts.sentence(verdict, validation)}", "")
    for table in comparison.tabulate(validation, pair):
        yield ""
        yield from _table(table)
    of_pair = [baseline for baseline in validation.baselines if baseline.pair == pair]
    multiples = ", ".join(f"{b.name} {figures.times(b.mrr, validation.chance['mrr'])}" for b in of_pair)
    yield from _wrap(f"times chance, MRR of both directions: {multiples}", "  ")
    yield from _wrap(verdicts.detection(of_pair), "  ")
    for sentence in comparison.categories(validation, pair):
        yield from _wrap(sentence, "  ")


def _sweep(validation: Validation) -> Iterator[str]:
    if (sweep := validation.sweep) is None:
        return
    yield from ("", "over numbers of components (k) and splits, reported and never asked for; w: scores × correlation")
    for sentence in sweep_tables.sentences(sweep):
        yield from _wrap(sentence, f"{verdicts.NOTED} ")
    yield from sweep_text.tables(validation)


def _table(table: DirectionTable) -> Iterator[str]:
    yield _line(f"{table.query} → {table.target}", comparison.COLUMNS)
    indent = "  " if table.of_paper else ""
    for source, rows in (("the paper", table.of_paper), ("ours", table.of_ours)):
        if table.of_paper:
            yield f"  {source}"
        yield from (_line(indent + row.name, _cells(row)) for row in rows)
    for number, note in enumerate(table.notes, 1):
        yield from _wrap(note, f"  [{number}] ")


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
    for control in validation.controls:
        yield from _wrap(f"{control.control}, {control.subject}: {control.summary}", f"{verdicts.mark(control)} ")
        yield from _findings(control)


def _findings(control: ControlResult) -> Iterator[str]:
    for finding in control.findings:
        items = f" ({figures.value(finding.items)})" if finding.items else ""
        mark = verdicts.REFUSED if finding.refuses else verdicts.NOTED
        yield from _wrap(finding.message + items, f"    {mark} ")


def _bullets(sentences: tuple[str, ...]) -> Iterator[str]:
    for sentence in sentences:
        yield from _wrap(sentence, f"{verdicts.NOTED} ")


def _section(title: str, body: Iterator[str]) -> Iterator[str]:
    found = list(body)
    if found:
        yield from ("", title, *found)


def _time(validation: Validation) -> str:
    parts = sorted(validation.seconds.items(), key=lambda part: (-part[1], part[0]))
    total = figures.seconds(sum(validation.seconds.values()))
    return f"time: {total} ({', '.join(f'{name} {figures.seconds(spent)}' for name, spent in parts)})"


def _in_order(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(split, counts[split]) for split in ("train", "valid", "test") if split in counts]


def _wrap(text: str, lead: str) -> list[str]:
    """Return the text after `lead`, wrapped with a hanging indent."""
    return textwrap.wrap(
        figures.clean(text), WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False
    )

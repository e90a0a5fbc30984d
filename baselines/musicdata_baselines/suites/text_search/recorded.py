"""What a release keeps of the suite's figures: tables on its card, and the figures of each system in its record."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from musicdata_baselines.report.storing import plain
from musicdata_baselines.suites.text_search.report import paper_system, tables

if TYPE_CHECKING:
    from musicdata.definitions.suite import FigureTable
    from musicdata_baselines.suites.text_search.results import TextSearches


def card(result: TextSearches) -> tuple[FigureTable, ...]:
    """Return every kind in all languages, the paper's system beside ours, translations, and refusing."""
    if not result.cells:
        return ()
    shown = [tables.overview(result), paper_system.table(result), tables.translations(result)]
    found = tuple(table for table in shown if table is not None)
    return (*found, next(iter(tables.refusal(result.refusal)))) if result.refusal is not None else found


def methods(result: TextSearches) -> tuple[dict[str, Any], ...]:
    """Return the figures of each system on each kind of query and in each language."""
    return tuple(
        plain(
            {"name": f"{one.name} ({cell.kind}, {cell.language})", "n_queries": cell.n_queries}
            | {key: value for key, value in dataclasses.asdict(one).items() if key != "name"}
        )
        for cell in (*result.cells, *result.translations)
        for one in cell.systems
    )

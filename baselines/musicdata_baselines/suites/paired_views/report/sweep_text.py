"""The sweep on a terminal: the paper's tables with ours beside, columns aligned, at most 100 wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.suites.paired_views.report import sweep_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata_baselines.suites.paired_views.report.sweep_tables import Table
    from musicdata_baselines.suites.paired_views.results import Validation

_COMPONENTS, _THEIRS, _OURS = 6, 7, 8


def tables(validation: Validation) -> Iterator[str]:
    """Yield the tables, an empty line before each; the disjoint split's recalls are on the page only."""
    for table in sweep_tables.like_the_paper(validation):
        yield from ("", *_table(table))
    if apart := sweep_tables.disjoint(validation):
        yield from ("", "artist-disjoint split (recalls: see validation.html)")
        for table in apart:
            if table.figure.startswith("mrr"):
                yield from ("", *_table(table))
    for table in sweep_tables.differences(validation):
        yield from ("", *_table(table))


def _table(table: Table) -> Iterator[str]:
    yield f"  {table.title}"
    if table.theirs:
        theirs = "the paper".center(_THEIRS * len(table.theirs))
        yield f"  {'':{_COMPONENTS}}{theirs}{'ours'.center(_OURS * len(table.ours))}".rstrip()
    yield _line("k", [*table.theirs, *table.ours], len(table.theirs))
    for k, cells in table.rows:
        yield _line(str(k), [cell.shown for cell in cells], len(table.theirs))


def _line(first: str, cells: list[str], n_theirs: int) -> str:
    aligned = "".join(f"{cell:>{_THEIRS if i < n_theirs else _OURS}}" for i, cell in enumerate(cells))
    return f"  {first:>{_COMPONENTS - 2}}  {aligned}".rstrip()

"""Tables of figures as they are, on a terminal and on a page: for suites that draw no pages of their own."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich.cells import cell_len

from musicdata.definitions.suite import Page, Section
from musicdata_baselines.report import figures
from musicdata_baselines.report.templates import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.suite import FigureTable

_GAP = "  "
_WIDTH = 100


def lines(tables: Sequence[FigureTable]) -> Iterator[str]:
    """Yield the tables, an empty line between them; all columns but the first end at the right."""
    for number, table in enumerate(tables):
        if number:
            yield ""
        yield from textwrap.wrap(figures.clean(_caption(table)), _WIDTH, break_on_hyphens=False)
        rows = [list(table.columns), *([figures.value(cell) for cell in row] for row in table.rows)]
        widths = [max(cell_len(row[place]) for row in rows) for place in range(len(table.columns))]
        for row in rows:
            padded = [_pad(row[place], width, is_name=place == 0) for place, width in enumerate(widths)]
            yield f"{_GAP}{_GAP.join(padded)}".rstrip()


def _pad(cell: str, width: int, *, is_name: bool) -> str:
    space = " " * (width - cell_len(cell))
    return figures.clean(cell) + space if is_name else space + figures.clean(cell)


def page(tables: Sequence[FigureTable]) -> Page:
    """Return a section that shows the tables."""
    return Page((section("figures", "Figures", tables),) if tables else ())


def section(name: str, title: str, tables: Sequence[FigureTable], sentences: Sequence[str] = ()) -> Section:
    """Return a section of the page: a title, sentences, tables; every text is escaped.

    Args:
        name: id of the section, for links.
        title: of it.
        tables: in their order.
        sentences: a paragraph each, before them.
    """
    template = environment().get_template("tables.html.j2")
    shown = [(_caption(table), table) for table in tables]
    return Section(template.render(name=name, title=title, tables=shown, sentences=sentences), id=name, title=title)


def _caption(table: FigureTable) -> str:
    return " ".join(table.caption.split()).replace("*", "")

"""Rows on a terminal, and media as loose files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence


_LINE_BREAKS = re.compile(r"\s*\n\s*")


def print_rows(table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print rows as a table if it fits the terminal, else one below the other; text of data is never read as markup."""
    console = Console(markup=False, highlight=False, soft_wrap=True)
    if not rows:
        console.print(f"{table}: no rows")
        return
    cells = [{name: _text(value) for name, value in row.items()} for row in rows]
    if _table_width(cells) <= console.width:
        shown = Table(*cells[0], box=None, pad_edge=False)
        for row in cells:
            shown.add_row(*row.values())
        console.print(shown)
        return
    widest = max(map(len, cells[0]))
    for row in cells:
        console.print("\n".join(f"{name:>{widest}}  {value}" for name, value in row.items()) + "\n")


def _table_width(cells: Sequence[dict[str, str]]) -> int:
    return sum(2 + max(len(name), *(cell_len(row[name]) for row in cells)) for name in cells[0])


def _text(value: object) -> str:
    if value is None:
        return "–"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return "".join(c if c.isprintable() else "�" for c in _LINE_BREAKS.sub(" / ", text))

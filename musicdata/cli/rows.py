"""Rows on a terminal: as many columns as fit, or all of them one below the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from musicdata.wording import counted, listed

if TYPE_CHECKING:
    from collections.abc import Sequence


_LINE_BREAKS = re.compile(r"\s*\n\s*")
_GAP = 2  # between two columns
_WIDEST = 40  # a longer text is cut, unless its column was asked for
_CUT = 16  # a column that does not fit is cut to what is left, if that is so much
_NARROWEST = 8  # of a column that was asked for: below that, rows are shown one below the other


def print_rows(
    table: str,
    rows: Sequence[dict[str, Any]],
    *,
    preferred: Sequence[str] = (),
    are_chosen: bool = False,
    vertical: bool = False,
) -> None:
    """Print rows, and which columns there was no room for; text of data is never read as markup.

    Args:
        table: its name, for the message that there are none.
        rows: column → value.
        preferred: columns in the order in which they are given room; those of the rows, as they stand, when empty.
        are_chosen: the columns were asked for: they are all shown, in several lines where they are too wide.
        vertical: a line a column.
    """
    console = Console(markup=False, highlight=False, soft_wrap=True)
    if not rows:
        console.print(f"{table}: no rows")
        return
    cells = [{name: _text(value) for name, value in row.items()} for row in rows]
    if vertical or (are_chosen and len(cells[0]) * (_NARROWEST + _GAP) > console.width):
        _print_vertically(console, cells)
        return
    shown = dict.fromkeys(cells[0]) if are_chosen else _fitting(cells, preferred or list(cells[0]), console.width)
    # A table that fits keeps its widths; one of chosen columns is folded into the terminal's.
    grid = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
    for name in shown:
        is_number = all(isinstance(row[name], (int, float)) and not isinstance(row[name], bool) for row in rows)
        grid.add_column(
            name, justify="right" if is_number else "left", no_wrap=not are_chosen,
            overflow="fold" if are_chosen else "ellipsis", max_width=shown[name],
        )  # fmt: skip
    for row in cells:
        grid.add_row(*(row[name] for name in shown))
    console.print(grid, soft_wrap=False)
    if hidden := [name for name in cells[0] if name not in shown]:
        columns = counted(len(hidden), "more column")
        console.print(f"{columns}: {listed(hidden)} (--columns A,B shows those, --vertical all)", soft_wrap=True)


def _print_vertically(console: Console, cells: Sequence[dict[str, str]]) -> None:
    widest = max(map(len, cells[0]))
    for row in cells:
        console.print("\n".join(f"{name:>{widest}}  {value}" for name, value in row.items()) + "\n")


def _fitting(cells: Sequence[dict[str, str]], preferred: Sequence[str], width: int) -> dict[str, int]:
    """Return column → its width, of those that fit, one at least, as they stand in the rows; the preferred come in."""
    widths: dict[str, int] = {}
    left = width
    for name in preferred:
        needed = min(_WIDEST, max(len(name), *(cell_len(row[name]) for row in cells)))
        given = needed if needed <= left or not widths else left
        if given < min(needed, _CUT):
            break
        widths[name] = given
        left -= given + _GAP
    return {name: widths[name] for name in cells[0] if name in widths}


def _text(value: object) -> str:
    if value is None:
        return "–"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return "".join(c if c.isprintable() else "�" for c in _LINE_BREAKS.sub(" / ", text))


def print_tables(rows: Sequence[dict[str, Any]]) -> None:
    """Print what tables there are: name, number of rows, and what a row is."""
    console = Console(markup=False, highlight=False)
    names = [str(row["table"]) for row in rows]
    numbers = [f"{row['rows']:,}" for row in rows]
    left = console.width - max(map(len, [*names, "table"])) - max(map(len, [*numbers, "rows"])) - 2 * _GAP
    grid = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
    grid.add_column("table", no_wrap=True)
    grid.add_column("rows", justify="right", no_wrap=True)
    grid.add_column("what a row is", no_wrap=True, overflow="ellipsis", max_width=max(left, _NARROWEST))
    for name, number, row in zip(names, numbers, rows, strict=True):
        grid.add_row(name, number, _text(row["description"]))
    console.print(grid)

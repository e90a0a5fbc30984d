"""Tables with a separator between cells, whose cells may go over lines: CSV and TSV as people and programs save them.

Where a quotation mark is not closed, a reader that goes on would take the songs that follow for one cell. Here the row
is dropped, with the lines that it went over, and reading goes on at the next line that begins a whole row.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from typing import IO, TYPE_CHECKING

from musicdata.errors import InputError
from musicdata.sources.tabular import encoded
from musicdata.sources.tabular.rows import MAX_TEXT, Fault, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.sources.tabular.rows import SourceFile

SEPARATORS = ",;\t|"
_TOLD_SEPARATOR = re.compile(r'"?sep=(.)"?[\r\n]*$')
_QUOTED = re.compile(r'"[^"]*"')
_TRIED_LINES = 5_000  # of a row at which reading may go on


def columns(file: SourceFile) -> list[str]:
    """Return the names in the first line of a table.

    Raises:
        InputError: it cannot be read, or has no such line.
    """
    with encoded.opened(file, begin_only=True) as text:
        return _Table(text, file).names


def rows(file: SourceFile) -> Iterator[Row | Fault]:
    """Yield the rows of a table.

    Raises:
        InputError: it cannot be read, or its first line names no columns.
    """
    with encoded.opened(file) as text:
        yield from _Table(text, file).rows()


class _Lines:
    """Lines of a file; those of the row that is being read are held, and can be given back."""

    def __init__(self, text: IO[str]) -> None:
        self._lines = iter(text)
        self._waiting: deque[str] = deque()
        self.held: list[str] = []
        self.n_before = 0  # lines before those that are held

    def __iter__(self) -> Iterator[str]:
        held = self.held
        while True:
            if self._waiting:
                line = self._waiting.popleft()
            else:
                line = next(self._lines, "")
                if not line:
                    return
            held.append(line)
            yield line

    def drop(self, n_lines: int) -> None:
        """Be done with the first lines that are held; the others are read again."""
        self._waiting.extendleft(reversed(self.held[n_lines:]))
        self.n_before += n_lines
        self.held.clear()

    def done(self) -> None:
        """Be done with what is held."""
        self.n_before += len(self.held)
        self.held.clear()


class _Table:
    """A table whose first line names the columns."""

    def __init__(self, text: IO[str], file: SourceFile) -> None:
        csv.field_size_limit(MAX_TEXT)
        self._lines = _Lines(text)
        self._is_spaced = False
        self._separator = "\t" if file.ending == ".tsv" else ","
        self.names = self._header(file)
        self._lines.done()

    def _header(self, file: SourceFile) -> list[str]:
        lines = iter(self._lines)
        line = next((line for line in lines if line.strip(" \t\r\n,;|\0")), "")
        if told := _TOLD_SEPARATOR.match(line):
            self._separator = told[1]
            line = next(lines, "")
        elif any(_QUOTED.sub("", line).count(separator) for separator in SEPARATORS):
            self._separator = max(SEPARATORS, key=_QUOTED.sub("", line).count)
        self._is_spaced = f"{self._separator} " in line
        try:
            names = next(self._reader(iter([line])), [])
        except csv.Error as error:
            raise InputError(f"{file.path}: its first line names no columns: {error}: {line[:80]!r}") from None
        if not any(name.strip() for name in names):
            raise InputError(f"{file.path} is empty; expected a first line that names columns")
        return [" ".join(name.split()) for name in names]

    def _reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self._separator, skipinitialspace=self._is_spaced, strict=True)

    def rows(self) -> Iterator[Row | Fault]:
        lines, names = self._lines, self.names
        reader = self._reader(iter(lines))
        number, n_names = 0, len(names)
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                number += 1
                yield self._recovered(number, str(error))
                reader = self._reader(iter(lines))
                continue
            if cells is None:
                return
            if not cells:  # a blank line
                lines.done()
                continue
            number += 1
            while len(cells) > n_names and not cells[-1]:
                cells.pop()
            if len(cells) == n_names:
                yield Row(number, dict(zip(names, cells, strict=True)))
            else:
                yield Fault(
                    number,
                    "ragged_row",
                    f"line {lines.n_before + 1}: {_cells(len(cells))}, the first line names {n_names}",
                )
            lines.done()

    def _recovered(self, number: int, error: str) -> Row | Fault:
        """Return what to make of a row whose cells cannot be told; the next row is at the head of the lines."""
        lines, begin = self._lines, self._lines.n_before + 1
        opening = lines.held[0].rstrip("\r\n")
        if self._separator == "\t" and len(lines.held) == 1 and opening.count("\t") == len(self.names) - 1:
            lines.done()  # a quotation mark of its own, where marks do not quote
            return Row(number, dict(zip(self.names, opening.split("\t"), strict=True)))
        n_lines = self._next_row()
        last = begin + n_lines - 1
        lines.drop(n_lines)
        what = (
            f"a cell has more than {MAX_TEXT:,} characters: its quotation mark may not be closed"
            if "field larger" in error
            else "a quotation mark is not closed, or one inside a cell is not doubled"
        )
        span = f"line {begin} was" if last == begin else f"lines {begin} to {last} were"
        return Fault(number, "unclosed_quote", f"line {begin}: {what}; {span} left out")

    def _next_row(self) -> int:
        """Return how many of the lines held are before the next that begins a whole row; all, if none does."""
        held = self._lines.held
        more = iter(self._lines)
        place = 1
        while place < len(held) or next(more, ""):
            if self._begins_row(place, more):
                return place
            place += 1
        return len(held)

    def _begins_row(self, place: int, more: Iterator[str]) -> bool:
        held = self._lines.held
        line = held[place]
        if self._separator not in line and len(self.names) > 1 and '"' not in line:
            return False
        reader = self._reader(_tried(held, place, more))
        try:
            return len(next(reader, ())) == len(self.names)
        except csv.Error:
            return False


def _tried(held: Sequence[str], place: int, more: Iterator[str]) -> Iterator[str]:
    """Yield the lines from a place on, reading further ones where those held do not reach; not too many."""
    for number in range(place, place + _TRIED_LINES):
        if number >= len(held) and not next(more, ""):
            return
        yield held[number]


def _cells(n: int) -> str:
    return f"{n} cell{'s' if n != 1 else ''}"

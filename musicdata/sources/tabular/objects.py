"""Rows as JSON: an object a line, or an array of objects of any length, which is read piece by piece."""

from __future__ import annotations

import json
import re
from typing import IO, TYPE_CHECKING, Any

from musicdata.errors import InputError
from musicdata.sources.tabular import encoded
from musicdata.sources.tabular.rows import Fault, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.sources.tabular.rows import SourceFile

_LOOKED_AT = 50  # objects whose fields are the columns
_PIECE = 1 << 20
_MAX_OBJECT = 64 << 20
_BLANK = " \t\r\n\0\ufeff"
_BLANKS = re.compile(f"[{_BLANK},]*")
_DECODER = json.JSONDecoder(strict=False)


def columns(file: SourceFile) -> list[str]:
    """Return the names of the fields that the first objects have.

    Raises:
        InputError: it cannot be read.
    """
    names: dict[str, None] = {}
    for row in rows(file, begin_only=True):
        if isinstance(row, Row):
            names.update(dict.fromkeys(row.cells))
        if row.row >= _LOOKED_AT:
            break
    return list(names)


def rows(file: SourceFile, *, begin_only: bool = False) -> Iterator[Row | Fault]:
    """Yield the objects of a file.

    Args:
        file: of a source.
        begin_only: the first ones are wanted, for which the rest need not be looked at.

    Raises:
        InputError: it cannot be read, or an array ends before its bracket does.
    """
    with encoded.opened(file, begin_only=begin_only) as text:
        start = text.read(_PIECE)
        is_array = start.lstrip(_BLANK).startswith("[")
        values = _of_array(start, text, file) if is_array else _of_lines(start, text)
        for number, value in enumerate(values, 1):
            if isinstance(value, dict):
                yield Row(number, value)
            elif isinstance(value, _Broken):
                yield Fault(number, "bad_json", str(value))
            else:
                yield Fault(
                    number, "not_an_object", f"{type(value).__name__} where an object is expected: {str(value)[:60]!r}"
                )


class _Broken(str):
    """Says why a line has no value."""

    __slots__ = ()


def _of_lines(start: str, text: IO[str]) -> Iterator[Any]:
    """Yield the value of each line that is not blank."""
    rest = start
    while True:
        *lines, rest = rest.split("\n")
        for line in lines:
            if bare := line.strip(_BLANK):
                yield _value(bare)
        piece = text.read(_PIECE)
        if not piece or len(rest) > _MAX_OBJECT:
            break
        rest += piece
    if len(rest) > _MAX_OBJECT:
        yield _Broken(f"a line has more than {_MAX_OBJECT:,} characters; it and what follows was left out")
    elif bare := rest.strip(_BLANK):
        yield _value(bare)


def _value(line: str) -> Any:
    try:
        return _DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        return _Broken(f"{error}: {line[:60]!r}")


def _of_array(start: str, text: IO[str], file: SourceFile) -> Iterator[Any]:
    """Yield the elements of an array; what was read is kept only as far as an element may begin in it."""
    rest, at, n_before = start, start.index("[") + 1, 0
    while True:
        at = _after_blanks(rest, at)
        if rest.startswith("]", at):
            return
        try:
            value, end = _DECODER.raw_decode(rest, at)
        except (ValueError, RecursionError) as error:
            fault, value, end = _without_place(error), None, len(rest)
        else:
            fault = ""
        # A value that reaches to the end of what was read may go on in the next piece.
        if end >= len(rest):
            piece = text.read(max(_PIECE, len(rest) - at))
            if piece and len(rest) - at < _MAX_OBJECT:
                rest, at, n_before = rest[at:] + piece, 0, n_before + at
                continue
            if fault or at >= len(rest):
                raise InputError(
                    f"input {file.path}: its array breaks off: {fault or 'no closing bracket'}, where an element "
                    f"begins at character {n_before + at:,} of {n_before + len(rest):,} that were read; fetch it again"
                )
        yield value
        at = end


def _after_blanks(rest: str, at: int) -> int:
    found = _BLANKS.match(rest, at)
    return found.end() if found else at


def _without_place(error: Exception) -> str:
    """Return what is wrong; where it is counts from the piece that was read, and says nothing to people."""
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)

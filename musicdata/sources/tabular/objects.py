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
        decoder = _Decoder()
        values = _of_array(start, text, file, decoder) if is_array else _of_lines(start, text, decoder)
        for number, value in enumerate(values, 1):
            if isinstance(value, dict):
                yield Row(number, value)
            elif isinstance(value, _Broken):
                yield Fault(number, value.reason, str(value))
            else:
                yield Fault(
                    number, "not_an_object", f"{type(value).__name__} where an object is expected: {str(value)[:60]!r}"
                )


class _Broken(str):
    """Says why a line or an element has no value."""

    reason = "bad_json"


class _Twice(_Broken):
    """Says which key stands twice in an object, with different values, so that nobody knows which is meant."""

    reason = "duplicate_key"


class _Decoder:
    """Decodes values, and sees keys that stand twice."""

    def __init__(self) -> None:
        self._decoder = json.JSONDecoder(strict=False, object_pairs_hook=self._object)
        self._twice: _Twice | None = None

    def value(self, text: str, at: int = 0) -> tuple[Any, int]:
        """Return the value that begins there, and where it ends.

        Raises:
            ValueError: there is none, or it breaks off; RecursionError: it is nested too deeply.
        """
        self._twice = None
        value, end = self._decoder.raw_decode(text, at)
        return value if self._twice is None else self._twice, end

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            name = next((name for name, value in pairs if made[name] != value), None)
            if name is not None:
                self._twice = _Twice(f"key {name[:40]!r} stands twice in it, with different values")
        return made


def _of_lines(start: str, text: IO[str], decoder: _Decoder) -> Iterator[Any]:
    """Yield the value of each line that is not blank."""
    rest = start
    while True:
        *lines, rest = rest.split("\n")
        for line in lines:
            if bare := line.strip(_BLANK):
                yield _value(bare, decoder)
        piece = text.read(_PIECE)
        if not piece or len(rest) > _MAX_OBJECT:
            break
        rest += piece
    if len(rest) > _MAX_OBJECT:
        yield _Broken(f"a line has more than {_MAX_OBJECT:,} characters; it and what follows was left out")
    elif bare := rest.strip(_BLANK):
        yield _value(bare, decoder)


def _value(line: str, decoder: _Decoder) -> Any:
    try:
        value, end = decoder.value(line)
    except (ValueError, RecursionError) as error:
        return _Broken(f"{error}: {line[:60]!r}")
    return value if end == len(line) else _Broken(f"more follows at character {end}: {line[:60]!r}")


def _of_array(start: str, text: IO[str], file: SourceFile, decoder: _Decoder) -> Iterator[Any]:
    """Yield the elements of an array; what was read is kept only as far as an element may begin in it."""
    rest, at, n_before = start, start.index("[") + 1, 0
    while True:
        at = _after_blanks(rest, at)
        if rest.startswith("]", at):
            return
        try:
            value, end = decoder.value(rest, at)
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

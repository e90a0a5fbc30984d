"""Lines that hold an object each: JSON, or what Python prints of a dictionary.

No line is believed: its length, its nesting and its numbers are bounded, and nothing of it is run.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import TYPE_CHECKING, Any

from musicdata.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_LINE_BYTES = 1 << 20
"""Of a line; the longest that are known have some 50 kB, albums with hundreds of songs."""

LINE_TOO_LONG = "line_too_long"

_MAX_LITERAL_CHARACTERS = 1 << 17  # of a line that is no JSON and is read as a Python literal
_MAX_DEPTH = 16  # brackets in brackets; the format has four
_QUOTED = re.compile(r"""[uU]?(?:'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")""", re.DOTALL)
_BARE = re.compile(r"(?:[\s{}\[\](),:]|None|True|False|[+-]?\d[\d.eE+-]*+)*+")
_BRACKETS = re.compile(r"[\[\](){}]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n\0"
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _name: None)  # NaN and Infinity say nothing


def split(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes | None]]:
    r"""Yield number, counted from 1, and bytes of each line that is not blank; None for one that is too long.

    >>> list(split([b'\xef\xbb\xbf{"a"', b": 1}\r\n\n{}\n", b"[]"]))
    [(1, b'{"a": 1}'), (3, b'{}'), (4, b'[]')]
    """
    for number, line in enumerate(_whole(chunks), 1):
        if line is None or len(line) > MAX_LINE_BYTES:
            yield number, None
        elif bare := (line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line).strip(_BLANK):
            yield number, bare


def _whole(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    """Yield lines without their ends; of one that is too long, nothing is kept but that it was there."""
    rest, is_too_long = b"", False
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        rest = b"" if is_too_long else rest + first
        is_too_long = is_too_long or len(rest) > MAX_LINE_BYTES
        for following in others:
            yield None if is_too_long else rest
            rest, is_too_long = following, len(following) > MAX_LINE_BYTES
    if rest or is_too_long:
        yield None if is_too_long else rest


def parse(line: bytes | None) -> dict[str, Any]:
    """Return the object of a line.

    Raises:
        FormatError: ``line_too_long``, ``bad_encoding``, ``bad_json`` or ``not_an_object``.
    """
    if line is None:
        raise FormatError(LINE_TOO_LONG, f"more than {MAX_LINE_BYTES:,} bytes, at most so many are read")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        detail = f"byte {error.start} is not UTF-8: {line[error.start : error.start + 8]!r}"
        raise FormatError("bad_encoding", detail) from None
    value = _value(text)
    if not isinstance(value, dict):
        raise FormatError("not_an_object", f"{type(value).__name__} where an object is expected: {text[:60]!r}")
    return value


def _value(text: str) -> object:
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        fault = f"{error}: {text[:60]!r}"
    if not _may_be_literal(text):
        raise FormatError("bad_json", fault)
    try:
        with warnings.catch_warnings():  # of escapes that Python does not know, which are the text's own
            warnings.simplefilter("ignore")
            literal: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise FormatError("bad_json", fault) from None
    return literal


def _may_be_literal(text: str) -> bool:
    """Say whether a text is made of texts, numbers, names of constants and few brackets in brackets, and of no more."""
    if len(text) > _MAX_LITERAL_CHARACTERS or not text.startswith("{"):
        return False
    bare = _QUOTED.sub(" ", text)
    if not _BARE.fullmatch(bare):
        return False
    depth = 0
    for bracket in _BRACKETS.findall(bare):
        depth += 1 if bracket in "([{" else -1
        if depth > _MAX_DEPTH:
            return False
    return True

"""Tags of songs, however a source lists them."""

from __future__ import annotations

import json
import re
from typing import Any

from musicdata.errors import FormatError
from musicdata.music.text.limits import STATEMENT, TOO_LONG, statement
from musicdata.sources.tabular.cells import require_encodable

MAX_TAGS = 1_000
NOT_UNICODE = "not_unicode"
_LONGEST_LIST = 100_000
_BETWEEN = re.compile(r"[|;,\n]")
_WITHIN = re.compile(r"\|")
_TEXT = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_QUOTED, _ESCAPED = re.compile(_TEXT), re.compile(r"\\(.)")
_PYTHON_LIST = re.compile(rf"\[\s*+(?:{_TEXT}\s*+(?:,\s*+{_TEXT}\s*+)*+,?+)?+\s*+\]")  # never tried another way
SEPARATOR = " | "


def tags(value: Any) -> tuple[str, ...]:
    """Return the tags in a cell, each once, sorted: of a list, of the text of one, or between commas.

    Raises:
        FormatError: ``text_too_long`` or ``not_unicode``.

    >>> tags("['slow', 'sad']"), tags('["tempo:slow@audio"]'), tags("rock, slow;rock"), tags(["a|b", None]), tags("nan")
    (('sad', 'slow'), ('tempo:slow@audio',), ('rock', 'slow'), ('a', 'b'), ())
    """
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124  # not a number
        return ()
    if isinstance(value, str):
        if len(value) > _LONGEST_LIST:
            raise FormatError(TOO_LONG, f"tags: {len(value):,} characters, at most {_LONGEST_LIST:,}")
        listed = _listed(value)
        parts = [value] if listed is None else listed
        between = _BETWEEN if listed is None else _WITHIN
    else:
        parts = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        between = _WITHIN
    texts = [part for part in parts if isinstance(part, str)]
    for text in texts:
        require_encodable("tags", text, NOT_UNICODE)
    return _plain([piece for text in texts for piece in between.split(text)])


def _listed(text: str) -> list[Any] | None:
    """Return the list that a text writes out, in JSON or in Python; None where it is none."""
    bare = text.strip()
    if not bare.startswith("["):
        return None
    if _PYTHON_LIST.fullmatch(bare):
        return [_ESCAPED.sub(r"\1", quoted[1:-1]) for quoted in _QUOTED.findall(bare)]
    try:
        value = json.loads(bare)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def _plain(pieces: list[str]) -> tuple[str, ...]:
    found = sorted({name for piece in pieces if (name := statement(piece)) and name.casefold() not in ("nan", "none")})
    longest = max(map(len, found), default=0)
    if len(found) > MAX_TAGS or longest > STATEMENT:
        told = f"{len(found):,} tags, the longest of {longest:,} characters"
        raise FormatError(TOO_LONG, f"{told}; at most {MAX_TAGS:,} of {STATEMENT:,} are read")
    return tuple(found)

"""Votes as sources write them."""

from __future__ import annotations

import math
import re
from typing import Any

from musicdata.music.text.limits import statement

_WHOLE = re.compile(r"([+\-\u2212])?(\d{1,12})(?:\.0+)?")
_MOST = 2**31 - 1
_SHOWN = 100


def votes(value: Any) -> tuple[int | None, str | None]:
    """Return the votes that a value states and, where it states some that are no whole number, itself as a text.

    >>> votes(3), votes("+3"), votes(" -2 "), votes(4.0), votes(None), votes(float("nan"))
    ((3, None), (3, None), (-2, None), (4, None), (None, None), (None, None))
    >>> votes("three"), votes(2.5), votes(True), votes(10**20)
    ((None, 'three'), (None, '2.5'), (None, 'True'), (None, '100000000000000000000'))
    """
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None, None
    if type(value) is int and abs(value) <= _MOST:
        return value, None
    if isinstance(value, float) and value.is_integer() and abs(value) <= _MOST:
        return int(value), None
    text = statement(str(value)[:_SHOWN])
    if isinstance(value, str) and (found := _WHOLE.fullmatch(text)) and int(found[2]) <= _MOST:
        return int(found[2]) * (-1 if found[1] in ("-", "\u2212") else 1), None
    if not text or text.casefold() in ("nan", "none", "null", "<na>"):
        return None, None
    return None, text

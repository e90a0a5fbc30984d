"""How figures and names are written, the same on a terminal and on a page."""

from __future__ import annotations

import math

UNKNOWN = "–"
HOLDS, REFUSED, NOTED = "✓", "✗", "•"


def clean(text: object) -> str:
    r"""Return the text with every character that cannot be printed replaced: escapes, bidirectional marks, nulls.

    >>> clean("a\x1b[31mb\u202ec")
    'a�[31mb�c'
    """
    return "".join(c if c.isprintable() else "�" for c in str(text))


def share(value: float | None, digits: int = 4) -> str:
    """Write a recall or a reciprocal rank, 0 to 1."""
    return _number(value, f".{digits}f")


def rank(value: float | None) -> str:
    """Write a median or mean rank."""
    return _number(value, ",.1f")


def percent(value: float | None) -> str:
    """Write a share as per cent."""
    return _number(value, ".1%")


def p_value(value: float | None) -> str:
    """Write a p-value with two digits that count."""
    return _number(value, ".2g")


def times(value: float, chance: float) -> str:
    """Write a figure as a multiple of chance.

    >>> times(0.05, 0.02)
    '2.5×'
    """
    ratio = value / chance if chance > 0 else math.nan
    return _number(ratio, ".1f" if ratio < 99.95 else ",.0f", "×")


def interval(low: float, high: float) -> str:
    """Write an interval of shares."""
    return f"{share(low)}–{share(high)}" if math.isfinite(low) and math.isfinite(high) else UNKNOWN


def sentence(text: str) -> str:
    """Return a text that begins with a capital and ends with a stop.

    >>> sentence("chance is 0.1")
    'Chance is 0.1.'
    """
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def seconds(value: float) -> str:
    """Write a wall time."""
    return f"{value:.1f} s" if value < 100 else f"{value / 60:.1f} min"


def value(found: object) -> str:
    """Write a figure or setting of any kind, short."""
    if isinstance(found, bool) or found is None:
        return {True: "yes", False: "no", None: UNKNOWN}[found]
    if isinstance(found, float):
        return _number(found, ".4g")
    if isinstance(found, int):
        return f"{found:,}"
    if isinstance(found, dict):
        return ", ".join(f"{clean(key)} {value(found[key])}" for key in sorted(found, key=str)) or UNKNOWN
    if isinstance(found, list | tuple):
        shown = ", ".join(value(one) for one in found[:12])
        return f"{shown} … ({len(found)} in all)" if len(found) > 12 else shown or UNKNOWN
    return clean(found)


def _number(figure: float | None, form: str, unit: str = "") -> str:
    return f"{figure:{form}}{unit}" if figure is not None and math.isfinite(figure) else UNKNOWN

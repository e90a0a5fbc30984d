"""Values of an object from a line: each reader returns None for what is not there or of another kind."""

from __future__ import annotations

import html
import math
import re
from datetime import UTC, datetime
from html.entities import html5
from typing import TYPE_CHECKING, Any

from musicdata.errors import FormatError
from musicdata.music.text import limits

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_TEXT_CHARACTERS = 100_000
"""Of a review; Amazon permits 5,000 words."""

MAX_LISTED_CHARACTERS = 50_000
"""Of a list in one column, as of ASINs that are bought too."""

TEXT_TOO_LONG = "text_too_long"

_ASIN = re.compile(r"[0-9A-Z]{10}")
_MBID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOBODY = "00000000-0000-0000-0000-000000000000"
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # control characters but tab and line feed
_AMOUNT = re.compile(r"\$?\s?(\d{1,9}(?:,\d{3})*(?:\.\d{1,4})?)")
_YEAR = re.compile(r"([12]\d{3})(?:-\d{2}){0,2}")
_DAY = re.compile(r"(\d{1,2}) (\d{1,2}), ((?:19|20)\d{2})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LATEST_S = 4_102_444_800  # 2100-01-01
_INT32, _INT64 = 2**31 - 1, 2**63 - 1


def first_of(record: Mapping[str, Any], *names: str) -> Any:
    """Return the first value that says something among those of these names; None where none does."""
    for name in names:
        value = record.get(name)
        if value is not None and (value or value == 0):  # an empty text, list or object says nothing, a nought does
            return value
    return None


def running_text(value: object) -> str | None:
    r"""Return a text of several lines as people read it: character references resolved, control characters left out.

    >>> running_text("Rock &amp; roll\r\n isn\u2019t&#34;\x00dead&#34; &copyme; \ud83d")
    'Rock & roll\n isn’t"dead" &copyme; \ufffd'
    """
    if not isinstance(value, str):
        return None
    text = value
    if "&" in text:
        text = _REFERENCE.sub(_resolved, text)
    if not text.isprintable():
        if _SURROGATE.search(text):  # halves that belong together are one character, others none
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        text = _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip() or None


def _resolved(reference: re.Match[str]) -> str:
    """Return the character of a reference; a name that is none stays as it is."""
    name = reference[0][1:]
    return html.unescape(reference[0]) if name.startswith("#") else html5.get(name, reference[0])


def line_of_text(value: object, name: str) -> str | None:
    """Return a text on one line.

    Raises:
        FormatError: it is longer than what is said of anything.
    """
    text = running_text(value)
    if text is None:
        return None
    if len(text) > limits.STATEMENT:
        raise too_long(name, text, limits.STATEMENT)
    return " ".join(text.split()) or None


def too_long(name: str, text: str, longest: int) -> FormatError:
    """Return what to raise for a text that is longer than it may be."""
    return FormatError(TEXT_TOO_LONG, f"{name}: {len(text):,} characters, at most {longest:,}: {text[:40]!r} …")


def joined(names: list[str], between: str, field: str) -> str | None:
    """Return names in one text, None where there are none.

    Raises:
        FormatError: it is longer than what a column holds.
    """
    text = between.join(names)
    if len(text) > MAX_LISTED_CHARACTERS:
        raise too_long(field, text, MAX_LISTED_CHARACTERS)
    return text or None


def flat(value: object) -> list[object]:
    """Return the values of a list, and of lists in it, in order; a value that is no list, as the only one.

    >>> flat([["Music", "Rock"], "Pop"]), flat("Rock"), flat(None)
    (['Music', 'Rock', 'Pop'], ['Rock'], [])
    """
    if not isinstance(value, list | tuple):
        return [] if value is None else [value]
    return [inner for one in value for inner in (one if isinstance(one, list | tuple) else [one])]


def number(value: object) -> float | None:
    """Return a number, which a text may hold; no truth value and nothing infinite."""
    if isinstance(value, str):
        try:
            value = float(value) if len(value) <= 40 else None
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        as_float = float(value)
    except OverflowError:
        return None
    return as_float if math.isfinite(as_float) else None


def count(value: object, largest: int = _INT32) -> int | None:
    """Return a whole number from 0 on.

    >>> count(3.0), count("12"), count(2.5), count(-1), count(True)
    (3, 12, None, None, None)
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value <= largest else None
    whole = number(value)
    return int(whole) if whole is not None and whole.is_integer() and 0 <= whole <= min(largest, 2**53) else None


def rank(value: object) -> int | None:
    """Return the rank of sales among music, of an object with the rank in each department or of a number."""
    return count(value.get("Music") if isinstance(value, dict) else value, _INT64)


def price(value: object) -> float | None:
    """Return an amount of dollars.

    >>> price(12.99), price("$1,234.50"), price("12.99 - 20"), price(-1)
    (12.99, 1234.5, None, None)
    """
    if isinstance(value, str):
        amount = _AMOUNT.fullmatch(value.strip())
        return float(amount[1].replace(",", "")) if amount else None
    dollars = number(value)
    return dollars if dollars is not None and dollars >= 0 else None


def stars(value: object) -> float | None:
    """Return a rating of one to five stars."""
    given = number(value)
    return given if given is not None and 1 <= given <= 5 else None


def year(value: object) -> int | None:
    """Return a year, which may be the beginning of a date.

    >>> year(1997), year("1997-05"), year(1997.0), year("97"), year(0)
    (1997, 1997, 1997, None, None)
    """
    text = value.strip() if isinstance(value, str) else str(count(value))
    whole = _YEAR.fullmatch(text.removesuffix(".0"))
    return int(whole[1]) if whole else None


def seconds(unix_time: object, day: object) -> int | None:
    """Return a time in seconds since 1970, else midnight UTC of a day as in ``07 9, 2012``; None from 2100 on.

    >>> seconds(1341792000, None), seconds(None, "07 9, 2012"), seconds("soon", "13 40, 2012")
    (1341792000, 1341792000, None)
    """
    since = count(unix_time, _LATEST_S)
    if since is not None:
        return since
    told = _DAY.fullmatch(day.strip()) if isinstance(day, str) else None
    if told is None:
        return None
    try:
        return int(datetime(int(told[3]), int(told[1]), int(told[2]), tzinfo=UTC).timestamp())
    except ValueError:
        return None


def asin(value: object) -> str | None:
    """Return an Amazon Standard Identification Number.

    >>> asin(" b00005la6g "), asin("B00005LA6"), asin(None)
    ('B00005LA6G', None, None)
    """
    text = value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    if not _ASIN.fullmatch(text):
        text = text.strip().upper()
    return text if _ASIN.fullmatch(text) else None


def mbid(value: object) -> str | None:
    """Return a MusicBrainz id in lower case."""
    text = value.strip().lower() if isinstance(value, str) else ""
    return text if _MBID.fullmatch(text) and text != _NOBODY else None

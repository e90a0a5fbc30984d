"""Lyrics with times, in LRC lines: ``[01:02.50]words``.

The format has no standard. Read are: several times before one line, hours, hundredths after a dot or a colon,
thousandths, times inside a line (dropped), and an offset in milliseconds, which makes all lines come earlier. In
``[00:17:12]`` the last number is seconds, unless one in that place is over 59 anywhere in the text: then it is
hundredths.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_LINES = 10_000
_MAX_S = 24 * 3600.0
_NUMBERS = r"(\d{1,3}):(\d{1,2})(?::(\d{1,2}))?(?:\.(\d{1,3}))?"
_TAG = re.compile(rf"\s*\[\s*{_NUMBERS}\s*\]", re.ASCII)
_INSIDE = re.compile(rf"<{_NUMBERS}>|\[{_NUMBERS}\]", re.ASCII)
_OFFSET = re.compile(r"^\s*\[offset:\s*([+-]?\d{1,7})\s*\]", re.ASCII | re.IGNORECASE | re.MULTILINE)


class Line(NamedTuple):
    """A line of words and the second in which it begins."""

    time_s: float
    text: str


def parse(text: str) -> list[Line]:
    r"""Read LRC; return the lines that have words, in order of time, at most 10,000.

    Lines without a time, or with one that means nothing, are left out; a time before the beginning counts as 0.

    >>> parse("[offset:500]\n[00:10.50][01:02.5]Hello <00:11.00>there\nno time\n[00:99.00]nor here")
    [Line(time_s=10.0, text='Hello there'), Line(time_s=62.0, text='Hello there')]
    """
    offset = _OFFSET.search(text)
    offset_s = int(offset[1]) / 1000 if offset else 0.0
    last_is_hundredths = any(int(tag[3] or 0) > 59 and tag[4] is None for tag in _TAG.finditer(text))
    lines: list[Line] = []
    for line in text.splitlines():
        position, times = 0, []
        while tag := _TAG.match(line, position):
            times.append(_seconds(tag, last_is_hundredths))
            position = tag.end()
        words = " ".join(_INSIDE.sub("", line[position:]).split())
        if words and not (_TAG.match(words) or _INSIDE.search(words)):  # tags inside tags are no lyrics
            lines += [Line(_placed(time_s - offset_s), words) for time_s in times if time_s is not None]
    lines.sort(key=lambda line: line.time_s)
    return lines[:_MAX_LINES]


def written(lines: Iterable[Line]) -> str:
    """Return lines in LRC, with thousandths of a second; reading them gives the same lines.

    >>> written([Line(3723.25, "Hello")])
    '[62:03.250]Hello'
    """
    return "\n".join(f"[{_clock(line.time_s)}]{line.text}" for line in lines)


def words_inside(lines: Iterable[Line], start_s: float, length_s: float) -> str:
    r"""Return the words of the lines that begin in the `length_s` seconds from `start_s` on; its end is outside.

    >>> words_inside([Line(1.0, "a"), Line(2.0, "b"), Line(3.0, "c")], 1.0, 2.0)
    'a\nb'
    """
    return "\n".join(line.text for line in lines if start_s <= line.time_s < start_s + length_s)


def _seconds(tag: re.Match[str], last_is_hundredths: bool) -> float | None:
    first, second, third, fraction = tag.groups()
    if third is not None and fraction is None and last_is_hundredths:
        third, fraction = None, third
    minutes, seconds = (int(first), int(second)) if third is None else (int(first) * 60 + int(second), int(third))
    is_a_time = seconds < 60 and (third is None or int(second) < 60)
    part_s = int(fraction) / 10 ** len(fraction) if fraction else 0.0
    return minutes * 60 + seconds + part_s if is_a_time else None


def _placed(time_s: float) -> float:
    return round(min(max(time_s, 0.0), _MAX_S - 1), 3)


def _clock(time_s: float) -> str:
    thousandths = round(time_s * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    # Minutes have three digits at most; longer times are told with hours.
    head = f"{minutes:02d}" if minutes < 1000 else f"{minutes // 60}:{minutes % 60:02d}"
    return f"{head}:{rest // 1000:02d}.{rest % 1000:03d}"

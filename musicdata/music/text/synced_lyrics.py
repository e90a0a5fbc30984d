"""Lyrics with times, in LRC lines: ``[01:02.50]words``.

The format has no standard. Read are: several times before one line, an end beside the beginning (dropped), hours, parts
of a second after a dot, a comma or a colon, times inside a line (dropped) or before its first word alone, marks of the
singer (dropped: ``v1:``, ``F:``, ``[bg:…]``), and an offset in milliseconds, which makes all lines come earlier. In
``[00:17:12]`` the last number is seconds, unless one in that place is over 59 anywhere in the text: then it is
hundredths. Lines with words that have no time that means something are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MAX_LINES = 10_000
_MAX_S = 24 * 3600.0
_NUMBERS = r"(-?\d{1,3})\s*[:：]\s*(\d{1,2})(?:[:：](\d{1,2}))?(?:[.,:．](\d{1,9}))?"
_UNCAUGHT = re.sub(r"\((?!\?)", "(?:", _NUMBERS)
_END = rf"(?:\s*(?:-->|[-–~])\s*{_UNCAUGHT})?"
_TAG = re.compile(rf"[\s\ufeff,;]*[\[［]\s*{_NUMBERS}{_END}\s*[\]］]", re.ASCII)
_INSIDE = re.compile(rf"<\s*{_NUMBERS}\s*>|\[\s*{_NUMBERS}{_END}\s*\]", re.ASCII)
_OFFSET = re.compile(
    r"^[\s\ufeff]*\[offset:\s*([+-]?\s*\d{1,7})\s*(?:ms)?\s*\]", re.ASCII | re.IGNORECASE | re.MULTILINE
)
_SINGER = re.compile(r"^[\s\ufeff]*(?:[vV]\d{1,4}|[FMD])\s*[:：]|\[/?Singer:[^\[\]]{0,80}\]")
_BACKGROUND = re.compile(r"^\s*\[bg:(.*?)\]?\s*$", re.IGNORECASE)
_STATEMENT = re.compile(r"[\s\ufeff]*\[[^\[\]]*\]\s*|\s*#.*|[\s\ufeff]*")


class Line(NamedTuple):
    """A line of words and the second in which it begins."""

    time_s: float
    text: str


class SyncedLyrics(NamedTuple):
    """The lines of a text that have words and a time, and how many with words do not, by reason.

    The reasons are `without_time`, `impossible_time` (more than 59 seconds), `unclear` (times inside times) and
    `too_many`.
    """

    lines: list[Line]
    left_out: dict[str, int]


def parse(text: str) -> list[Line]:
    r"""Read LRC; return the lines that have words, in order of time, at most 10,000.

    Lines without a time, or with one that means nothing, are left out; `read` counts them. A time before the beginning
    counts as 0.

    >>> parse("[offset:500]\n[00:10.50][01:02.5]Hello <00:11.00>there\nno time\n[00:99.00]nor here")
    [Line(time_s=10.0, text='Hello there'), Line(time_s=62.0, text='Hello there')]
    """
    return read(text).lines


def read(text: str) -> SyncedLyrics:
    r"""Read LRC; return the lines that have words, in order of time, and count those that are left out.

    >>> read("[00:12,34]v1: Hello\nno time\n[00:99.00]nor here").left_out
    {'impossible_time': 1, 'without_time': 1}
    """
    offset = _OFFSET.search(text)
    offset_s = int(offset[1].replace(" ", "")) / 1000 if offset else 0.0
    last_is_hundredths = any(int(tag[3] or 0) > 59 and tag[4] is None for tag in _TAG.finditer(text))
    lines: list[Line] = []
    left_out: Counter[str] = Counter()
    for line in text.splitlines():
        times, words, problem = _read_line(line, last_is_hundredths)
        if words and problem:
            left_out[problem] += 1
        elif words:
            lines += [Line(_placed(time_s - offset_s), words) for time_s in times]
    lines.sort(key=lambda line: line.time_s)
    left_out["too_many"] = max(len(lines) - _MAX_LINES, 0)
    return SyncedLyrics(lines[:_MAX_LINES], dict(sorted((+left_out).items())))


def _read_line(line: str, last_is_hundredths: bool) -> tuple[list[float], str, str]:
    """Return times and words of a line, and why it cannot be taken, if it cannot."""
    position, tags = 0, []
    while tag := _TAG.match(line, position):
        tags.append(tag.groups())
        position = tag.end()
    rest = _without_singer(line[position:])
    if not tags and (first := _INSIDE.match(rest)):
        tags.append(first.groups()[:4] if first[1] else first.groups()[4:])
    if not tags and _STATEMENT.fullmatch(rest):
        return [], "", ""
    words = " ".join(_without_singer(_INSIDE.sub("", rest)).split())
    times = [time_s for tag in tags if (time_s := _seconds(tag, last_is_hundredths)) is not None]
    if _TAG.match(words) or _INSIDE.search(words):
        return times, words, "unclear"
    return times, words, "" if times else ("impossible_time" if tags else "without_time")


def _without_singer(words: str) -> str:
    while (shorter := _SINGER.sub("", _BACKGROUND.sub(r"\1", words)).strip(" \ufeff")) != words:
        words = shorter
    return words


def words(text: str) -> str:
    r"""Return the words of every line of LRC, whether or not its time can be read.

    >>> words("[ti:x]\n[00:12.34]Hello\n[00:99.00]there")
    'Hello\nthere'
    """
    return "\n".join(words for line in text.splitlines() if (words := _read_line(line, last_is_hundredths=False)[1]))


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


def _seconds(tag: Sequence[str | None], last_is_hundredths: bool) -> float | None:
    first, second, third, fraction = tag[0] or "", tag[1] or "", tag[2], tag[3]
    if third is not None and fraction is None and last_is_hundredths:
        third, fraction = None, third
    minutes, seconds = (int(first), int(second)) if third is None else (int(first) * 60 + int(second), int(third))
    is_a_time = seconds < 60 and (third is None or int(second) < 60)
    part_s = int(fraction) / 10 ** len(fraction) if fraction else 0.0
    return (-1 if first.startswith("-") else 1) * (abs(minutes) * 60 + seconds + part_s) if is_a_time else None


def _placed(time_s: float) -> float:
    return round(min(max(time_s, 0.0), _MAX_S - 1), 3)


def _clock(time_s: float) -> str:
    thousandths = round(time_s * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    # Minutes have three digits at most; longer times are told with hours.
    head = f"{minutes:02d}" if minutes < 1000 else f"{minutes // 60}:{minutes % 60:02d}"
    return f"{head}:{rest // 1000:02d}.{rest % 1000:03d}"

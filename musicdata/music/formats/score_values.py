"""Numbers and times in the elements of a score, and what holds from a time on."""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from fractions import Fraction
from typing import TYPE_CHECKING

from musicdata.errors import FormatError

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

NEVER = Fraction(-1)
"""Before all onsets."""
_MAX_DENOMINATOR = 65535  # finer times than programs write; sums of them stay short numbers
_DECIMAL = re.compile(r"[-+]?\d{1,9}(\.\d{0,9})?")
_BEATS = re.compile(r"[1-9]\d?(\s*\+\s*[1-9]\d?){0,7}")
_BEAT_TYPES = {"1", "2", "4", "8", "16", "32", "64", "128"}
_QUARTERS: dict[str, int | Fraction] = {
    "maxima": 32, "long": 16, "breve": 8, "whole": 4, "half": 2, "quarter": 1, "eighth": Fraction(1, 2),
    "16th": Fraction(1, 4), "32nd": Fraction(1, 8), "64th": Fraction(1, 16), "128th": Fraction(1, 32),
}  # fmt: skip


class Timeline:
    """What holds from some time on, in one staff or in all."""

    def __init__(self) -> None:
        self._changes: dict[str, list[tuple[Fraction, int, Fraction]]] = {}
        self._n = 0

    def add(self, time: Fraction, staff: str, value: Fraction) -> None:
        """Take in a change; `staff` is empty for all staves."""
        self._n += 1
        insort(self._changes.setdefault(staff, []), (time, self._n, value))

    def at(self, time: Fraction, staff: str) -> Fraction:
        """Return the value that holds at a time."""
        last = (NEVER, 0, Fraction(0))
        for changes in (self._changes.get(staff, []), self._changes.get("", [])):
            if index := bisect_right(changes, (time, self._n + 1, Fraction(0))):
                last = max(last, changes[index - 1])
        return last[2]


def printed_length(note: ET.Element) -> Fraction:
    """Return how many quarter lengths the printed value of a note lasts; 0 where none is printed."""
    n_dots = min(len(note.findall("dot")), 8)
    length = Fraction(_QUARTERS.get((note.findtext("type") or "").strip(), 0))
    return length * (2 - Fraction(1, 1 << n_dots))


def is_whole_rest(note: ET.Element, length: Fraction) -> bool:
    """Say whether the only rest of a measure stands for all of it, whatever length it states."""
    kind = (note.findtext("type") or "").strip()
    rest = note.find("rest")
    says_so = rest is not None and rest.get("measure") == "yes" and kind in {"", "whole", "breve"}
    return says_so or length in {4, 8}


def bar_ql(signature: ET.Element) -> Fraction | None:
    """Return the length of a bar, None where the signature says none that could be."""
    beats = [(element.text or "").strip() for element in signature.iterfind("beats")]
    types = [(element.text or "").strip() for element in signature.iterfind("beat-type")]
    is_plain = all(map(_BEATS.fullmatch, beats)) and _BEAT_TYPES.issuperset(types)
    if not is_plain or not 1 <= len(beats) == len(types) <= 4:
        return None
    sums = (sum(int(beat) for beat in text.split("+")) for text in beats)
    return sum((Fraction(4 * n, int(kind)) for n, kind in zip(sums, types, strict=True)), Fraction(0))


def decimal(parent: ET.Element, tag: str, default: Fraction | None = None) -> Fraction:
    """Return the number in a child element.

    Raises:
        FormatError: `unreadable_score` when there is none, and no default for it.
    """
    text = (parent.findtext(tag) or "").strip()
    if not text and default is not None:
        return default
    if not _DECIMAL.fullmatch(text):
        raise FormatError("unreadable_score", f"<{tag}> of a <{parent.tag}> is {text[:40]!r}; expected a number")
    return Fraction(text)


def add(time: Fraction, length: Fraction) -> Fraction:
    """Add a length to a time; the sum of many stays a fraction of short numbers."""
    return (time + length).limit_denominator(_MAX_DENOMINATOR)

"""Chords and tablature among the words of a song."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musicdata.music.text.residue_count import Count

_QUALITY = r"(?:maj|min|mi|ma|dim|aug|sus|add|M|m|[+°øΔ-])"
_CHORD = (
    rf"[A-H](?:#|b(?![a-z])|♯|♭|bb)?(?:{_QUALITY}?(?:\(?[#b+-]?\d{{1,2}}\)?)?){{0,3}}(?:/[A-H](?:#|b|♯|♭)?)?\*{{0,2}}"
)
_SURE = re.compile(r"[#♯♭/\d°øΔ]|^[A-H]b(?![a-z])|^[A-H](?:m|min|maj|dim|aug|sus|add)")
_FILLER = r"(?:\(?x ?\d\)?|N\.?C\.?|[|/:%.,–—-]+|[()\[\]])"
_LINE = re.compile(
    rf"[ \t]*(?:{_FILLER}[ \t]*)*{_CHORD}(?:[ \t]*{_FILLER}|[ \t|/–—-]*[ \t|–—][ \t]*{_CHORD}){{0,60}}[ \t|/.:–—-]*"
)
_TOKEN = re.compile(rf"(?<![^\s|/:%.,()\[\]–—-]){_CHORD}(?![^\s|:%.,()\[\]–—-])")
_WIDE = re.compile(r"\S(?: {3,}|\t)[ \t]*\S")
_TAB = re.compile(r"[ \t]*[eEBbGgDdAa]?[ \t]*\|?[-–|]*(?:[-–]{2,}[\dhpbrxX/\\~^().|<>*]{0,8}){2,}[-–|]*[ \t]*")
_BRACKETED = re.compile(rf"\[({_CHORD})\]")


def is_chord_line(line: str) -> bool:
    """Say whether a line, its white space as it stood, has chords and nothing else.

    Letters alone (``A B C``) are chords only where they stand apart as chords over words do.

    >>> [is_chord_line(line) for line in ("Am  F  C  G/B", "G     D     C", "F#m7", "A B C D E F G", "Am I", "A")]
    [True, True, True, False, False, False]
    """
    if len(line) > 400 or not _LINE.fullmatch(line):
        return False
    chords = _TOKEN.findall(line)
    n_sure = sum(1 for chord in chords if _SURE.search(chord))
    if len(chords) == 1:
        return (
            bool(re.search(r"[#♯♭]|\d", chords[0]))
            and len(chords[0]) > 1
            and n_sure == 1
            and not chords[0][1:].isdigit()
        )
    return len(chords) > 1 and (n_sure > 0 or _WIDE.search(line) is not None)


def is_tablature(line: str) -> bool:
    """Say whether a line is a string of a guitar, ``e|--0--2--|``.

    >>> is_tablature("e|---0--2h3---|"), is_tablature("wait -- for me -- now")
    (True, False)
    """
    return len(line) <= 400 and any(mark in line for mark in "0123456789|") and _TAB.fullmatch(line) is not None


def without_bracketed(text: str, count: Count) -> str:
    """Return a text without the chords in square brackets among its words, ``[Am]Hello [G]world``.

    A letter in brackets may also be one that an editor supplied (``wo[o]d``, ``[A]nd``): those go only in a text where
    some cannot be that.
    """
    chords = [found[1] for found in _BRACKETED.finditer(text)]
    if any(_SURE.search(chord) for chord in chords):
        return count.sub("chord", _BRACKETED, "", text)
    return text

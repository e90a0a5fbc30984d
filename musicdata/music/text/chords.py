"""Chords and tablature among the words of a song."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musicdata.music.text.residue_count import Count

_QUALITY = r"(?:maj|min|mi|ma|dim|aug|sus|add|M|m|[+°øΔ-])"
_STEP = r"\(?[#b+-]?\d{1,2}\)?"
_CHORD = rf"[A-H](?:#|b(?![a-z])|♯|♭|bb)?(?:{_QUALITY}(?:{_STEP})?|{_STEP}){{0,3}}(?:/[A-H](?:#|b|♯|♭)?)?"
_CHORDS = re.compile(rf"[(\[]?({_CHORD}(?:[-–—]{_CHORD}){{0,8}})[)\],.*:]{{0,2}}")
_FILLER = re.compile(r"\(?x ?\d\)?|N\.?C\.?|[/:%.,–—-]{1,4}")
_SURE = re.compile(r"[#♯♭/\d°øΔ]|^[A-H]b(?![a-z])|^[A-H](?:m|min|maj|dim|aug|sus|add)")
_BEGINS = re.compile(r"[\s|(\[N%x/:.–—-]*[A-H](?![c-ln-ru-zC-LN-Z'’]|m[b-hj-z])")
_LONGEST, _LONGEST_TOKEN = 400, 40
_WIDE = re.compile(r"\S(?: {3,}|\t)[ \t]*\S")
_TAB = re.compile(r"[eEBbGgDdAa]? ?\|?[-–|\dhpbrxX/\\~^().<>*]{6,}")
_STRING = re.compile("--")
_BRACKETED_LINE = re.compile(rf"^[ \t]*(?:\[(?:{_CHORD})\][ \t|/-]*)+(?:\n|\Z)", re.MULTILINE)
_BRACKETED = re.compile(rf"\[({_CHORD})\]")


def is_chord_line(line: str) -> bool:
    """Say whether a line, its white space as it stood, has chords and nothing else.

    Letters alone (``A B C``) are chords only where they stand apart as chords over words do.

    >>> [is_chord_line(line) for line in ("Am  F  C  G/B", "G     D     C", "F#m7", "A B C D E F G", "Am I", "A")]
    [True, True, True, False, False, False]
    """
    if len(line) > _LONGEST or not _BEGINS.match(line):
        return False
    chords = _chords(line)
    n_sure = sum(1 for chord in chords if _SURE.search(chord))
    if len(chords) == 1:
        return n_sure == 1 and re.search(r"[#♯♭]|[a-z].*\d", chords[0]) is not None
    return len(chords) > 1 and (n_sure > 0 or _WIDE.search(line) is not None)


def _chords(line: str) -> list[str]:
    """Return the chords of a line; none where something else stands in it."""
    chords: list[str] = []
    for token in line.replace("|", " ").split():
        found = _CHORDS.fullmatch(token) if len(token) <= _LONGEST_TOKEN else None
        if found:
            chords += re.split("[-–—](?=[A-H])", found[1])
        elif not _FILLER.fullmatch(token):
            return []
    return chords


def is_tablature(line: str) -> bool:
    """Say whether a line is a string of a guitar, ``e|--0--2--|``.

    >>> is_tablature("e|---0--2h3---|"), is_tablature("wait -- for me -- now")
    (True, False)
    """
    return (
        "--" in line
        and len(line) <= _LONGEST
        and len(_STRING.findall(line)) > 1
        and any(mark in line for mark in "0123456789|")
        and _TAB.fullmatch(line.strip()) is not None
    )


def without_bracketed(text: str, count: Count) -> str:
    """Return a text without the chords in square brackets among its words, ``[Am]Hello [G]world``.

    A letter in brackets may also be one that an editor supplied (``wo[o]d``, ``[A]nd``): those go only in a text where
    some cannot be that.
    """
    chords = [found[1] for found in _BRACKETED.finditer(text)]
    if any(_SURE.search(chord) for chord in chords):
        return count.sub("chord", _BRACKETED, "", count.sub("chord_line", _BRACKETED_LINE, "", text))
    return text

"""German: patterns say where compounds and prefixes join, vowel nuclei say how many syllables there are.

Old prints, from which most songs come, never part st (``Fin-ster-nis``), new ones do (``Fins-ter-nis``); the
old way is also how singers place it, so it is taken within a stem. Compounds keep their joint (``Haus-tür``,
``aus-tei-len``).
"""

from __future__ import annotations

import re
from itertools import pairwise

from musicdata.music.text.syllable_rules import Span, hyphen_points, onset_set, onset_start

_NUCLEUS = re.compile(
    r"""
      au | äu | eu(?!m$) | ei | ai | ey | ay | oi | oy | ou
    | ie | aa | ee | oo | ui$ | eau
    | [aeiouyäöüàáâèéêëìíîïòóôùúûæœø]
    """,
    re.VERBOSE,
)
# The unstressed -ie of Latin words is two syllables, the stressed one of Melodie and Phantasie is one.
_UNSTRESSED_IE = re.compile(
    r"(?:glor|lil|lin|famil|arab|ar|ser|stud|fol|akt|best|host|kastan|petersil|mater|graz|tragöd|komöd"
    r"|prem|präm|histor|pin|bego?n|geran|zypress|aster)ie$"
)
_PREFIX_BEFORE_VOWEL = re.compile(r"(?:be|ge)(?=irr|inh|imp|u[rnb])|gee(?=[^nrl]|rb|rn|hr)|bee(?=[^rt]|rb|rd)")
_ONSETS = onset_set(
    "sch schl schm schn schr schw ch ph th pf pfl pfr st str sp spr spl sk ck ss bl br dr fl fr gl "
    "gr kl kr kn pl pr tr qu chr chl phr phl thr rh zw"
)
# After st an inflection or suffix follows, not the second part of a compound.
_ST_IN_STEM = re.compile(r"st(?:e(?!i|u|ch)|i[gns]|ung|and?$|al$|oph|orb)")
_PREFIX = re.compile(r"ur(?=e|alt)|(?:un)?em(?=pf)")
_LONG_BEFORE_SS = re.compile(r"(?:[aeä][iu]|ie|sü|bü|grü|grö|gro|fü|blo|sto|stö|stra)$")


def split_points(letters: str) -> list[int]:
    """Returns the boundaries of the sung syllables of a German word."""
    hyphens = hyphen_points(letters, "de")
    nuclei = _nuclei(letters)
    return [_boundary(letters, first[1], second[0], hyphens) for first, second in pairwise(nuclei)]


def _nuclei(letters: str) -> list[Span]:
    """Finds the vowels; a prefix or an unstressed ending parts two that look like a diphthong."""
    nuclei: list[Span] = []
    prefix, ending = _PREFIX_BEFORE_VOWEL.match(letters), _UNSTRESSED_IE.search(letters)
    apart = {2 if prefix else 0, len(letters) - 1 if ending else 0}
    position = 0
    while match := _NUCLEUS.search(letters, position):
        start, stop = match.span()
        if stop - start > 1 and start + 1 in apart:
            stop = start + 1
        if not _is_consonantal(letters, start, stop):
            nuclei.append((start, stop))
        position = stop
    return nuclei


def _is_consonantal(letters: str, start: int, stop: int) -> bool:
    """Says whether u after q, or y before a vowel, only begins the syllable of that vowel."""
    before, vowel, after = letters[start - 1 : start], letters[start:stop], letters[stop : stop + 1]
    if vowel == "u":
        return before == "q" and bool(after)
    return vowel == "y" and after != "" and after in "aeiou" and (not before or before in "aeiou")


def _boundary(letters: str, start: int, stop: int, hyphens: set[int]) -> int:
    """Chooses the place in the cluster between two nuclei."""
    cluster = letters[start:stop]
    prefix = _PREFIX.match(letters)
    if prefix and start <= prefix.end() <= stop:
        return prefix.end()
    if cluster == "ss":
        return start if _LONG_BEFORE_SS.search(letters[:start]) else start + 1
    if letters[stop] == "e" and cluster in {"ch", "ck"}:
        return start
    if cluster.endswith("st") and _ST_IN_STEM.match(letters, stop - 2):
        return stop - 1 if cluster.endswith("sst") else stop - 2
    inside = [point for point in sorted(hyphens) if start <= point <= stop]
    for point in inside:
        if point == stop - 1 or letters[point:stop] in _ONSETS:
            return point
    return inside[-1] if inside else onset_start(letters, start, stop, _ONSETS)

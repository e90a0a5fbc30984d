"""The parts of syllabification that languages share: nuclei, onsets and what hyphenation patterns say.

A syllable has exactly one *nucleus* (a vowel or diphthong). Between two nuclei lies a *cluster* of
consonants, possibly empty, and the boundary falls somewhere in it. Rules work on the lower-case letters of a
word alone, NFC, and return boundaries as positions in that string.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyphen

Span = tuple[int, int]
_MARGIN = 2  # letters before the first hyphenation point, and after the last


def onset_set(text: str) -> frozenset[str]:
    """Returns the onsets that a text lists, separated by spaces."""
    return frozenset(text.split())


def onset_start(letters: str, start: int, stop: int, onsets: frozenset[str]) -> int:
    """Returns where the longest legal onset begins in the cluster ``letters[start:stop]`` (maximal onset).

    A single consonant always belongs to the syllable it precedes; of an unknown cluster, only the last does.
    """
    for position in range(start, stop - 1):
        if letters[position:stop] in onsets:
            return position
    return max(start, stop - 1)


def boundaries(letters: str, nuclei: Sequence[Span], onsets: frozenset[str], hyphens: Iterable[int] = ()) -> list[int]:
    """Returns one boundary between each two nuclei.

    A hyphenation point that falls into the cluster is believed before maximal onset is: patterns know about
    compounds and prefixes (``Haus-tür``), of which spelling alone says nothing. The last such point is taken.
    """
    points = sorted(hyphens)
    bounds = []
    for (_, start), (stop, _) in pairwise(nuclei):
        inside = [point for point in points if start <= point <= stop]
        bounds.append(inside[-1] if inside else onset_start(letters, start, stop, onsets))
    return bounds


@cache
def _patterns(dictionary: str) -> pyphen.Pyphen:
    import pyphen

    return pyphen.Pyphen(lang=dictionary, left=_MARGIN, right=_MARGIN)


def hyphen_points(letters: str, dictionary: str) -> set[int]:
    """Return pyphen's hyphenation points, at least two letters away from both ends of the word."""
    return {int(point) for point in _patterns(dictionary).positions(letters)}


def has_patterns(language: str) -> bool:
    """Says whether pyphen has patterns for a language code."""
    import pyphen

    return bool(language) and pyphen.language_fallback(language) is not None

"""Words of songs: verses, a chorus that comes again, a bridge; and how they stand on a page."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from musicdata.twin.songs.languages import VOCABULARY, cumulated, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

Style = Literal["marks", "stanzas", "plain", "one line"]
STYLES: tuple[tuple[Style, float], ...] = (("marks", 0.70), ("stanzas", 0.22), ("plain", 0.05), ("one line", 0.03))
"""How words stand on a page, and the share of songs that have them so."""

_VERSES = (2.65, 0.4)  # median of how many a song has, and the spread of its logarithm
_MOST_VERSES = 9
_VERSE_LINES, _CHORUS_LINES, _LINE_WORDS = (4, 8, 8, 12), 4, (4, 10)
_HAS_CHORUS, _HAS_BRIDGE = 0.85, 0.3
_BARE_CHORUS = 0.1  # of choruses that come again, those of which only the mark is written
_THEME_WORDS, _THEME_SHARE, _FIRST_THEME_RANK = 150, 0.08, 400


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a song.

    Attributes:
        kind: verse, chorus or bridge.
        label: as a mark would have it.
        lines: of it.
    """

    kind: str
    label: str
    lines: tuple[str, ...]


def compose(rng: np.random.Generator, language: str, theme: int) -> tuple[Section, ...]:
    """Return a song of some 223 words on the average.

    Args:
        rng: what is drawn comes from it.
        language: ISO 639-1 code, one of `languages.LANGUAGES`.
        theme: number of some words that come more often than in other songs.
    """
    n_verses = min(max(round(_VERSES[0] * math.exp(_VERSES[1] * rng.standard_normal())), 1), _MOST_VERSES)
    chance = rng.random(3).tolist()
    n_lines = _VERSE_LINES[int(chance[0] * len(_VERSE_LINES))]
    has_chorus, has_bridge = chance[1] < _HAS_CHORUS, chance[2] < _HAS_BRIDGE
    chorus = tuple(_lines(rng, language, theme, _CHORUS_LINES)) if has_chorus else ()
    sections = []
    for number in range(1, n_verses + 1):
        sections.append(Section("verse", f"Verse {number}", tuple(_lines(rng, language, theme, n_lines))))
        if has_bridge and number == n_verses and number > 1:
            sections.append(Section("bridge", "Bridge", tuple(_lines(rng, language, theme, _CHORUS_LINES))))
        if chorus:
            sections.append(Section("chorus", "Chorus", chorus))
    return tuple(sections)


def _lines(rng: np.random.Generator, language: str, theme: int, n_lines: int) -> list[str]:
    sizes = rng.integers(*_LINE_WORDS, n_lines).tolist()
    words = draw(rng, language, sum(sizes), theme)
    lines, start = [], 0
    for size in sizes:
        line = " ".join(words[start : start + size])
        lines.append(line[:1].upper() + line[1:])
        start += size
    return lines


def draw(rng: np.random.Generator, language: str, n_words: int, theme: int = 0) -> list[str]:
    """Return words as often as texts have them, some of them a theme's."""
    words = vocabulary(language)
    ranks = np.minimum(np.searchsorted(cumulated(), rng.random(n_words)), VOCABULARY - 1)
    of_theme = rng.random(n_words) < _THEME_SHARE
    if of_theme.any():
        n = int(of_theme.sum())
        ranks[of_theme] = _FIRST_THEME_RANK + theme * _THEME_WORDS + rng.integers(0, _THEME_WORDS, n)
    return [words[rank] for rank in ranks.tolist()]


def edited(
    rng: np.random.Generator,
    sections: Sequence[Section],
    language: str,
    shares: tuple[float, float],
    kept: Sequence[str] = (),
) -> tuple[Section, ...]:
    """Return a song with some words and some lines changed, equal lines in the same way.

    Args:
        rng: what is drawn comes from it.
        sections: of the song.
        language: its ISO 639-1 code.
        shares: of words that are replaced by others, and of lines that are.
        kept: lines that stay as they are.
    """
    lines = list(dict.fromkeys(line for section in sections for line in section.lines))
    n_words = sum(line.count(" ") + 1 for line in lines)
    is_other, others = (rng.random(n_words) < shares[0]).tolist(), draw(rng, language, n_words)
    is_new = (rng.random(len(lines)) < shares[1]).tolist()
    changed, place = {}, 0
    for line, is_replaced in zip(lines, is_new, strict=True):
        words = line.split(" ")
        here = range(place, place + len(words))
        other = [others[at] if is_replaced or is_other[at] else word for at, word in zip(here, words, strict=True)]
        changed[line] = line if line in kept else " ".join(other)
        place += len(words)
    return tuple(replace(section, lines=tuple(changed[line] for line in section.lines)) for section in sections)


def page(rng: np.random.Generator, sections: Sequence[Section], style: Style, singer: str = "") -> list[str]:
    """Return the lines of a song as they stand on a page, empty ones too.

    Args:
        rng: which marks of repeated choruses stand alone is drawn from it.
        sections: of the song.
        style: of the page.
        singer: named in the mark of the second verse, if there is one.
    """
    lines: list[str] = []
    seen: set[tuple[str, ...]] = set()
    for section in sections:
        is_again = section.lines in seen
        seen.add(section.lines)
        if lines and style in ("marks", "stanzas"):
            lines.append("")
        if style == "marks":
            named = singer and section.label == "Verse 2"
            lines.append(f"[{section.label}: {singer}]" if named else f"[{section.label}]")
            if is_again and rng.random() < _BARE_CHORUS:
                continue
        lines += section.lines
    return [" ".join(line for line in lines if line)] if style == "one line" else lines

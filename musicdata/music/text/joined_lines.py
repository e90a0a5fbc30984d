"""Lyrics whose line breaks somebody made semicolons, as loaders of the Song Interpretation Dataset do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.music.text.residue_characters import ENTITY

if TYPE_CHECKING:
    from musicdata.music.text.residue_count import Count

_LEAST = 3
_WORDS_OF_A_LINE = 16


def parted(text: str, count: Count) -> str:
    r"""Return lyrics with their lines again; a text that has line breaks, or few semicolons, stays as it is.

    Two semicolons in a row were an empty line. In a sentence semicolons are rare: they count as breaks where there is
    no other, and at most 16 words stand between two on the average.

    >>> from musicdata.music.text.residue_count import Count
    >>> parted("Row your boat ; down the stream;;Merrily ;life is a dream", Count())
    'Row your boat\ndown the stream\n\nMerrily\nlife is a dream'
    >>> parted("I came; I saw; I left", Count())
    'I came; I saw; I left'

    Args:
        text: lyrics.
        count: counts the semicolons, by the rule ``joined_lines``.
    """
    if text.count(";") < _LEAST or "\n" in text.strip():
        return text
    ends = {found.end() - 1 for found in ENTITY.finditer(text)} if "&" in text else set()
    breaks = [place for place, sign in enumerate(text) if sign == ";" and place not in ends]
    if len(breaks) < _LEAST or len(text.split()) > _WORDS_OF_A_LINE * (len(breaks) + 1):
        return text
    starts = [0, *(place + 1 for place in breaks)]
    lines = [text[start:stop].strip() for start, stop in zip(starts, [*breaks, len(text)], strict=True)]
    made = "\n".join(lines)
    count.add("joined_lines", len(breaks), len(text) - len(made))
    return made

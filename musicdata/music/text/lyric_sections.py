"""Cuts the words of a song into sections: by marks, else by empty lines, else into blocks of lines.

Every line with anything in it is in exactly one section; sections do not overlap and stand in the order of the text. A
mark begins a section, which ends at the next mark or at the next empty line: what follows that has no mark, and nobody
said what it is. Stanzas of one or two lines that are said once are put together with their like, and what is longer
than 12 lines or 300 words is cut into blocks of nearly equal length, about 8 lines or 200 words each, so that a part
that is sung again is cut alike.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from musicdata.music.text import lyric_marks, writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.music.text.lyric_marks import Mark

UNMARKED = "unmarked"
LEAST_WORDS = 4
"""Of a section that has a vector: one of a word or two, "Amen", lies near to any query."""

_MOST_LINES, _BLOCK_LINES = 12, 8
_MOST_WORDS, _BLOCK_WORDS = 300, 200
_SHORT, _ENOUGH = 2, 4  # lines
_SAME = re.compile(r"[\W_]+")


class Section(NamedTuple):
    """A section of a song.

    Attributes:
        kind: part of the song, as its mark says, or ``unmarked``.
        label: name of the part as it stood in the mark, None without one, and where the mark names no known part.
        first_line: of it in the text, from 0, empty lines counted.
        n_lines: from the first to the last of it, empty ones between them counted.
        n_words: of it.
        repeat_of: number of the first section with the same words but for case and punctuation, None for that one.
        repeats: how many later sections have the same words; 0 for a repeat.
    """

    kind: str
    label: str | None
    first_line: int
    n_lines: int
    n_words: int
    repeat_of: int | None
    repeats: int


class _Span(NamedTuple):
    """Lines first..last-1 under one mark; neither the first nor the last is empty."""

    first: int
    last: int
    mark: Mark | None


def cut(text: str, marks: Sequence[Mark]) -> list[Section]:
    r"""Return the sections of a song; none of a text without lines.

    >>> cut("Sing it\nloud\n\nThe river\nis slow\nis slow\n\nSing it!\nLoud", [lyric_marks.read("Chorus")])[0]
    Section(kind='chorus', label='Chorus', first_line=0, n_lines=2, n_words=3, repeat_of=None, repeats=1)

    Args:
        text: cleaned, lines ended by ``\n``.
        marks: of its sections, with the lines before which they stand; of several before one line the last counts.
    """
    lines = text.split("\n")
    n_words = [writing.n_words(line) if line else 0 for line in lines]
    spans = [block for span in _joined(lines, _stanzas(lines, marks)) for block in _blocks(n_words, lines, span)]
    words = [_same(lines[span.first : span.last]) for span in spans]
    firsts: dict[str, int] = {}
    for number, key in enumerate(words):
        firsts.setdefault(key, number)
    n_of = Counter(words)
    return [
        _section(n_words, span, firsts[key] if firsts[key] != number else None, n_of[key] - 1)
        for number, (span, key) in enumerate(zip(spans, words, strict=True))
    ]


def _section(n_words: list[int], span: _Span, repeat_of: int | None, n_others: int) -> Section:
    mark = span.mark
    kind = mark.kind if mark else UNMARKED
    label = mark.label if mark and kind != lyric_marks.OTHER else None
    n_repeats = 0 if repeat_of is not None else n_others
    n_of_it = sum(n_words[span.first : span.last])
    return Section(kind, label, span.first, span.last - span.first, n_of_it, repeat_of, n_repeats)


def _stanzas(lines: list[str], marks: Sequence[Mark]) -> Iterator[_Span]:
    """Yield what stands between empty lines and marks."""
    beginning = {mark.line: mark for mark in marks if lyric_marks.begins_section(mark.kind, mark.label)}
    first: int | None = None
    current: Mark | None = None
    for number, line in enumerate([*lines, ""]):
        if first is not None and (not line or number in beginning):
            yield _Span(first, number, current)
            first = None
        if line and first is None:
            first, current = number, beginning.get(number)


def _joined(lines: list[str], stanzas: Iterator[_Span]) -> list[_Span]:
    """Put short stanzas together that no mark names and that are said once, until they have some lines."""
    spans = list(stanzas)
    words = [_same(lines[span.first : span.last]) for span in spans]
    n_of = Counter(words)
    joined: list[_Span] = []
    is_open = False
    for span, key in zip(spans, words, strict=True):
        is_short = span.mark is None and span.last - span.first <= _SHORT and n_of[key] == 1
        if is_short and is_open:
            joined[-1] = _Span(joined[-1].first, span.last, None)
        else:
            joined.append(span)
        n_lines = sum(1 for line in lines[joined[-1].first : joined[-1].last] if line)
        is_open = is_short and n_lines < _ENOUGH
    return joined


def _blocks(n_words: list[int], lines: list[str], span: _Span) -> Iterator[_Span]:
    """Cut what is too long into blocks, nearly equal in words, each of a line at least."""
    numbers = [number for number in range(span.first, span.last) if lines[number]]
    weights = [n_words[number] for number in numbers]
    n_in_all = sum(weights)
    n_blocks = max(
        math.ceil(len(numbers) / _BLOCK_LINES) if len(numbers) > _MOST_LINES else 1,
        math.ceil(n_in_all / _BLOCK_WORDS) if n_in_all > _MOST_WORDS else 1,
    )
    n_blocks = min(n_blocks, len(numbers))
    if n_blocks == 1:
        yield span
        return
    block_of = _even(weights, n_blocks)
    for block in sorted(set(block_of)):
        inside = [number for number, one in zip(numbers, block_of, strict=True) if one == block]
        yield _Span(inside[0], inside[-1] + 1, span.mark)


def _even(weights: list[int], n_blocks: int) -> list[int]:
    """Return the block of each line, so that the middles of lines fall evenly: by words, and one for each line."""
    ends = list(accumulate(weight + 1 for weight in weights))
    return [
        min(int((end - (weight + 1) / 2) * n_blocks / ends[-1]), n_blocks - 1)
        for end, weight in zip(ends, weights, strict=True)
    ]


def _same(lines: list[str]) -> str:
    """Return what two sections with the same words have in common."""
    whole = " ".join(lines).casefold()
    return _SAME.sub(" ", whole).strip() or whole

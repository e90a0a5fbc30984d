"""Joins the syllables of karaoke texts to words.

Nothing in a MIDI file says where a word ends. Each file keeps a habit, spaces around syllables or hyphens within words,
and it is learned from all its events together.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING

from musicdata.errors import FormatError
from musicdata.music.formats.lyric_words import clean_syllable, clean_word
from musicdata.music.text import limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.music.formats.karaoke_marks import TickedText

MAX_TEXT = limits.SUNG
"""Longest event, word, and text on one note, in characters."""
SPACED_SHARE = 0.1
"""With spaces at this share of the places without hyphen or new line, a place with nothing joins two."""
JOINED_SHARE = 0.004
"""With no more joined syllables than this, the events are whole words (and a space was forgotten)."""


@dataclass(frozen=True, slots=True)
class _Event:
    """A lyric event: what is sung, what stands before and after it, one of `_EDGES`, and how much of the file it is."""

    tick: int
    text: str
    before: str
    after: str
    n_sung: int


_EDGES = ("", " ", "\n", "-")
"""Between two syllables: nothing, a space, a new line, a hyphen. Of two that meet the later counts."""
_HYPHENS = "-\u2010\u2011"
_MARKS = string.whitespace + "\u00a0\u3000\\/_~|*+♪♫\u2013\u2014" + _HYPHENS


def _edge(marks: str, next_to_text: str) -> str:
    """Return which edge these marks make; a hyphen counts only where it touches the text."""
    if next_to_text and next_to_text in _HYPHENS:
        return "-"
    if any(mark in "\\/\r\n" for mark in marks):
        return "\n"
    return " " if any(map(str.isspace, marks)) else ""


def _events(texts: Sequence[TickedText]) -> list[_Event]:
    """Cut the marks off every text. Those of one tick are one; one of marks only lends them to the next."""
    events: list[_Event] = []
    pending = ""
    for tick, group in groupby(sorted(texts, key=lambda event: event[0]), key=lambda event: event[0]):
        texts_of_tick = [text for _, text in group]
        whole = "".join(texts_of_tick)
        before = whole[: len(whole) - len(whole.lstrip(_MARKS))]
        after = whole[len(whole.rstrip(_MARKS)) :]
        core = whole.strip(_MARKS)
        text = clean_syllable(core) or (core if core.isalnum() else "")
        if not text:
            pending = max(pending, _edge(before + after, ""), key=_EDGES.index)
            continue
        check_length(text)
        leading = max(pending, _edge(before, before[-1:]), key=_EDGES.index)
        n_sung = sum(map(count_sung, texts_of_tick))
        events.append(_Event(tick, text, leading, _edge(after, after[:1]), n_sung))
        pending = ""
    return events


def count_sung(text: str) -> int:
    """Return how many pieces of a text, parted by spaces, have anything to sing: a letter or a number.

    >>> [count_sung(text) for text in ("la ", "I am", " - ")]
    [1, 2, 0]
    """
    return sum(any(map(str.isalnum, piece)) for piece in text.split())


def check_length(text: str) -> None:
    """Raise FormatError `bad_text` for a text that is longer than any word."""
    if len(text) > MAX_TEXT:
        raise FormatError("bad_text", f"{text[:40]!r} … goes on for more than {MAX_TEXT} characters")


@dataclass(frozen=True, slots=True)
class Lyric:
    """A lyric event and the number of its word; `text` is the word itself when `is_word`; `n_sung` as in the file."""

    tick: int
    text: str
    word: str
    word_index: int
    is_word: bool
    n_sung: int = 1


def lyrics(texts: Sequence[TickedText]) -> list[Lyric]:
    """Join syllables to words by the file's own habit.

    Raises:
        FormatError: `no_lyrics`, `lyrics_by_line` or `bad_text`.

    """
    events = _events(texts)
    if not events:
        raise FormatError("no_lyrics", "no lyric event and no karaoke text; expected one for each syllable")
    if sum(event.text.count(" ") >= 2 for event in events) > len(events) / 2:
        raise FormatError("lyrics_by_line", f"lyric events hold whole lines, such as {events[0].text[:60]!r}")
    gaps = [max(one.after, other.before, key=_EDGES.index) for one, other in pairwise(events)]
    spaced = gaps.count(" ") > SPACED_SHARE * (gaps.count(" ") + gaps.count(""))
    joined = [gap == "-" or (spaced and not gap) for gap in gaps]
    is_word = sum(joined) <= JOINED_SHARE * len(joined)
    starts = [True, *(is_word or not join for join in joined)]
    numbers = [number - 1 for number in accumulate(map(int, starts))]
    words = [""] * (numbers[-1] + 1)
    for number, event in zip(numbers, events, strict=True):
        words[number] += event.text
        check_length(words[number])
    words = [clean_word(word) or word for word in words]
    return [
        Lyric(event.tick, event.text, words[number], number, is_word, event.n_sung)
        for number, event in zip(numbers, events, strict=True)
    ]

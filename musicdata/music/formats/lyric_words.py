"""Printed syllables, and the words they make together.

A score prints a word syllable by syllable and says of each where in its word it stands (`begin`, `middle`,
`end`, `single`). Hand-made scores say it wrongly now and then: a word that begins may never end.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08\x0e-\x1f\x7f]")
# Verse numbers before the first words: 1. 1) (1) [1] 1.4. 1-3. 1,2: 1. & 3. II. Verse 1: Chorus:
_NUMBER, _BETWEEN = r"\d{1,2}", r"\s?[.):]?\s?(?:[-\u2013\u2014,;/&+.]|und\b|and\b|et\b|y\b|e\b|u\.)?\s?"
_LABEL = rf"(?:[(\[]?{_NUMBER}(?:{_BETWEEN}{_NUMBER}){{0,7}}\s?[.)\]:]{{1,2}}|[IVX]{{2,4}}[.):]|[\u2460-\u2473]\.?)"
_VERSE_NAME = r"(?:(?i:verse|vers|strophe|str\.|couplet|v\.)\s?)?"
_REFRAIN_NAME = r"(?i:chorus|refrain|ref\.?|kehrvers|coro|bridge|solo|tutti|all|alle)\s?:"
_VERSE_LABEL = re.compile(rf"^(?:{_VERSE_NAME}{_LABEL}|{_REFRAIN_NAME})\s*(?=[^\d\s])")
_ONLY_LABEL = re.compile(rf"^\s*{_LABEL}\s*$")
_WORD_NUMBER = re.compile(r"^[(\u201e\u201c\"']?\d{1,4}[.,;:!?)\u201c\u201d\"']{0,3}$")
_CHORD_NAME = re.compile(
    r"^\(?(?:N\.?C\.?|[A-H](?:[#b\u266d\u266f]{0,2})"
    r"(?:maj|min|mi|ma|m|M|dim|aug|sus|add|omit|no|alt|[\u00b0\u00f8\u0394+-]|\d|[#b\u266d\u266f()])*"
    r"(?:/[A-H][#b\u266d\u266f]?)?)\)?$"
)
_SCALE_DEGREE = re.compile(
    r"^[b#\u266d\u266f]?(?:[IV]{1,3}|[iv]{1,3})[o\u00b0\u00f8+]?[0-9]{0,2}(?:/[IViv]{1,3}[0-9]{0,2})?$"
)
_CONNECTOR_ENDS = " -_\u2010\u2011\u2012\u00af"  # hyphens, extender lines, elision slurs: drawn, not sung
_ELISIONS = re.compile("[\u035c\u0361\u203f\u2040]")  # bows between two syllables on one note
_APOSTROPHES = "'\u2019\u2018\u02bc"


@dataclass(frozen=True, slots=True)
class Syllable:
    """One printed syllable.

    Attributes:
        text: what is sung, clean; never empty.
        starts_word: whether it opens a word; otherwise it goes on with the word before it, if one is open.
        ends_word: whether its word is complete with it.
    """

    text: str
    starts_word: bool
    ends_word: bool


def clean_syllable(text: str) -> str:
    """Returns what is sung of a printed syllable, empty when that is nothing.

    Composes Unicode (NFC), makes every kind of space a plain one, and removes verse numbers, hyphens and
    extender lines at the ends, invisible characters, and text without any letter (punctuation, figured bass); a
    number by itself is a word. A bow that ties two syllables becomes a space.

    >>> clean_syllable("1.\u00a0Freu-"), clean_syllable("che\u035ci"), clean_syllable("__"), clean_syllable("4,")
    ('Freu', 'che i', '', '4,')
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    plain = " ".join(_ELISIONS.sub(" ", plain).split())
    plain = _VERSE_LABEL.sub("", plain).strip(_CONNECTOR_ENDS)
    return plain if any(map(str.isalpha, plain)) or is_number(plain) else ""


def is_number(text: str) -> bool:
    """Say whether a clean syllable is a number and nothing else.

    >>> is_number("4,"), is_number("6 #"), is_number("4th")
    (True, False, False)
    """
    return _WORD_NUMBER.match(text) is not None


def is_label(text: str) -> bool:
    """Say whether a text is a verse number and nothing else.

    >>> is_label("1.-3. "), is_label("1. Now"), is_label("4")
    (True, False, False)
    """
    return _ONLY_LABEL.match(text) is not None


def is_scale_degree(text: str) -> bool:
    """Say whether a text could name a chord by its degree; so could some words.

    >>> [text for text in ("I", "V7", "ii6", "viio7/V", "Iv", "I'm", "vivi") if is_scale_degree(text)]
    ['I', 'V7', 'ii6', 'viio7/V']
    """
    return _SCALE_DEGREE.match(text) is not None


def is_chord_name(text: str) -> bool:
    """Say whether a text could be the name of a chord; so could some words.

    >>> [text for text in ("Am7", "F#/C", "Dm", "A", "Amen", "Gm(b5)", "Be") if is_chord_name(text)]
    ['Am7', 'F#/C', 'Dm', 'A', 'Gm(b5)']
    """
    return _CHORD_NAME.match(text) is not None


def read_syllable(text: str, syllabic: str | None) -> Syllable | None:
    """Cleans one printed syllable; None when nothing is sung.

    A printed hyphen tells where the score says nothing of the syllable's place, or calls it a word.
    """
    sung = clean_syllable(text)
    if not sung:
        return None
    starts, ends = syllabic not in {"middle", "end"}, syllabic not in {"begin", "middle"}
    if starts and ends:
        printed = text.strip()
        starts, ends = not printed.startswith("-"), not printed.endswith("-")
    return Syllable(sung, starts, ends)


def join_words(notes: Iterable[Sequence[Syllable]]) -> list[tuple[str, int]]:
    """Joins the syllables of a song to words.

    Args:
        notes: the syllables on each note; two or more where vowels of neighbouring words are elided.

    Returns:
        For each note its word and the word's number, counted from 0. Elided words count as one, with a space
        between them. A word that never ends is over where the next one begins; a syllable that should go on
        with a word when none is open begins one.
    """
    words: list[str] = []
    numbers: list[int] = []
    is_open = False
    for syllables in notes:
        if not is_open or syllables[0].starts_word:
            words.append("")
        for position, syllable in enumerate(syllables):
            if position and (syllable.starts_word or not is_open):
                words[-1] += " "
            words[-1] += syllable.text
            is_open = not syllable.ends_word
        numbers.append(len(words) - 1)
    return [(clean_word(words[number]), number) for number in numbers]


def clean_word(word: str) -> str:
    """Strips a word of the punctuation around it and of what is inside, but for apostrophes and hyphens.

    >>> clean_word("\u201eHeav\u2019n!\u201c"), clean_word("amore, e")
    ('Heav’n', 'amore e')
    """
    kept = "".join(c for c in word if _is_letter(c) or c in _APOSTROPHES or c in "- ")
    return " ".join(part for part in (piece.strip("-" + _APOSTROPHES) for piece in kept.split()) if part)


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")

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
_VERSE_NUMBER = re.compile(r"^\d{1,2}\s*[.):]\s*(?=\D)")
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
    extender lines at the ends, invisible characters, and text without any letter (punctuation, figured bass). A
    bow that ties two syllables becomes a space.

    >>> clean_syllable("1.\u00a0Freu-"), clean_syllable("che\u035ci"), clean_syllable("__")
    ('Freu', 'che i', '')
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    plain = " ".join(_ELISIONS.sub(" ", plain).split())
    plain = _VERSE_NUMBER.sub("", plain).strip(_CONNECTOR_ENDS)
    return plain if any(map(str.isalpha, plain)) else ""


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

"""What a score prints under a note: by verse its syllables, and where the line of a held syllable ends.

A verse is known by the text of `number` (or of `name`, where there is no number): programs write `1`, `part1verse1`,
`chorus`. Only lyrics without either are told apart by their order.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from musicdata.music.formats.lyric_words import (
    Syllable,
    is_chord_name,
    is_label,
    is_number,
    is_scale_degree,
    read_syllable,
)

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Collection, Iterable, Mapping

_REFRAIN = re.compile(
    r"refr|chorus|choeur|chœur|kehr|ritorn|estrib|tutti|omkv|refreng|припев|^(ref|coro|r|all|alle|tous|todos)\W*$"
)
_NO_WORDS = re.compile(r"transl|phonet|\bipa\b|chord|figur|analys|numeral")
_PIECES = re.compile(r"(\d{1,9})")
_OWN_NUMBERS = re.compile(r"\s*\d{1,2}(?:\s?[-\u2013,;/&+]\s?\d{1,2}){0,7}\s+(?=[^\W\d_])")
_LINES = frozenset(
    "_-\u2010\u2011\u2012\u2013\u2014\u2015\u2026 \u00a0"
)  # hyphens and extender lines as they are typed
_MIN_CHORDS = 3
_CHORD_SHARE, _NUMBER_SHARE = 0.8, 0.75


Extender = Literal["", "begins", "holds", "ends", "hums"]


@dataclass(frozen=True, slots=True)
class Lyric:
    """What one verse has under a note.

    Attributes:
        syllables: sung on the note, several in an elision; none under a note that an extender line goes over.
        n_printed: `<lyric>` elements with letters or digits it was read from; two where a grace note had one too.
        extender: a line that begins here (`begins`), goes over the note (`holds`) or ends here (`ends`), or that the
            note is hummed or laughed (`hums`).
        is_refrain: whether its verse is named as one that all verses share.
    """

    syllables: tuple[Syllable, ...]
    n_printed: int
    extender: Extender = ""
    is_refrain: bool = False


def count_printed(element: ET.Element) -> int:
    """Count the `<lyric>` elements below an element that have letters or digits."""
    return sum(map(is_printed, element.iter("lyric")))


def is_printed(lyric: ET.Element) -> bool:
    """Say whether a `<lyric>` has letters or digits: all others are hyphens, lines and empty places."""
    return any(character.isalnum() for text in lyric.iterfind("text") for character in text.text or "")


def read_lyrics(note: ET.Element) -> tuple[dict[str, Lyric], Counter[str]]:
    """Read what is printed under a note.

    Returns:
        Identifier of the verse → its lyric; reason → number of printed lyrics that are not among them.
    """
    lyrics: dict[str, Lyric] = {}
    left_out: Counter[str] = Counter()
    unnamed = 0
    for element in note.iterfind("lyric"):
        names = [(element.get(name) or "").strip().casefold() for name in ("number", "name")]
        unnamed += not any(names)
        verse = names[0] or names[1] or str(unnamed)
        if verse in lyrics and lyrics[verse].syllables and names[1]:
            verse = f"{verse} {names[1]}"
        if (passes := element.get("time-only")) and "1" not in re.findall(r"\d+", passes):
            verse = f"{verse} time {passes.strip()}"
        lyric = _read_lyric(element, verse, any(map(_REFRAIN.search, names)))
        if lyric.n_printed and not lyric.syllables:
            left_out["figures"] += 1
        elif verse in lyrics and lyrics[verse].syllables:
            left_out["doubled"] += lyric.n_printed
        elif lyric.syllables or lyric.extender:
            lyrics[verse] = lyric
    return lyrics, left_out


def _read_lyric(element: ET.Element, verse: str, is_refrain: bool) -> Lyric:
    pieces: list[tuple[str, str | None]] = []  # text, syllabic
    syllabic: str | None = None
    is_new = True
    for child in element:
        if child.tag == "text":
            if is_new:
                pieces.append(("", syllabic))
            # texts without an elision between them are one syllable in two fonts
            pieces[-1] = (pieces[-1][0] + (child.text or ""), pieces[-1][1])
            is_new, syllabic = False, None
        elif child.tag == "syllabic":
            is_new, syllabic = True, (child.text or "").strip()
        elif child.tag == "elision":
            is_new = True
    while len(pieces) > 1 and is_label(pieces[0][0]):
        del pieces[0]
    if pieces:
        pieces[0] = (_without_own_number(pieces[0][0], verse), pieces[0][1])
    syllables = tuple(syllable for piece in pieces if (syllable := read_syllable(*piece)) is not None)
    extender = _extender(element, is_sung=bool(syllables), text="".join(text for text, _ in pieces))
    return Lyric(syllables, int(is_printed(element)), extender, is_refrain)


def _without_own_number(text: str, verse: str) -> str:
    """Take the number of its verse off the beginning of a text, where no point tells it from a word: `2 Now`."""
    stated = _OWN_NUMBERS.match(text)
    numbers = [int(number) for number in _PIECES.findall(verse)]
    if stated is None or not numbers or numbers[-1] not in map(int, re.findall(r"\d+", stated[0])):
        return text
    return text[stated.end() :]


def _extender(element: ET.Element, *, is_sung: bool, text: str) -> Extender:
    extend = element.find("extend")
    if element.find("humming") is not None or element.find("laughing") is not None:
        return "hums"
    if extend is None:  # some type the line, note by note
        return "holds" if text.strip() and _LINES.issuperset(text) else ""
    if (extend.get("type") or "").strip() == "stop":
        return "" if is_sung else "ends"
    return "begins" if is_sung else "holds"


def merge(first: Mapping[str, Lyric], second: Mapping[str, Lyric]) -> dict[str, Lyric]:
    """Put the lyrics of two notes under one, as an elision where both have the verse."""
    merged = dict(first)
    for verse, lyric in second.items():
        before = merged.get(verse)
        merged[verse] = lyric if before is None else _elide(before, lyric)
    return merged


def _elide(first: Lyric, second: Lyric) -> Lyric:
    return Lyric(
        first.syllables + second.syllables,
        first.n_printed + second.n_printed,
        second.extender or first.extender,
        first.is_refrain or second.is_refrain,
    )


def order(verse: str) -> tuple[int, list[tuple[int, str]]]:
    """Return the key by which the first verse comes first: numbers by value, and names without one after them.

    >>> sorted(["chorus", "part1verse10", "part1verse2"], key=order)
    ['part1verse2', 'part1verse10', 'chorus']
    """
    pieces = [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in _PIECES.split(verse) if piece]
    if _NO_WORDS.search(verse):
        return 3, pieces
    if _REFRAIN.search(verse):
        return 2, pieces
    return (0 if _PIECES.search(verse) else 1), pieces


def verses_without_words(under_notes: Iterable[Mapping[str, Lyric]]) -> dict[str, str]:
    """Find verses that are no words: chord names typed as lyrics, figured bass, fingerings.

    Returns:
        Verse → `chord_names` or `figures`.
    """
    texts: dict[str, list[str]] = {}
    for lyrics in under_notes:
        for verse, lyric in lyrics.items():
            texts.setdefault(verse, []).extend(syllable.text for syllable in lyric.syllables)
    kinds = {verse: _kind(printed, has_others=len(texts) > 1) for verse, printed in texts.items()}
    return {verse: kind for verse, kind in kinds.items() if kind}


def _kind(printed: Collection[str], *, has_others: bool) -> str:
    if sum(map(is_number, printed)) > _NUMBER_SHARE * len(printed):
        return "figures"
    for is_chord in (is_chord_name, is_scale_degree):
        chords = [text for text in printed if is_chord(text)]
        # letters alone may be the names of the notes, sung as a song without other words
        are_chords = has_others or any(len(text) > 1 for text in chords)
        if len(printed) >= _MIN_CHORDS and len(chords) >= _CHORD_SHARE * len(printed) and are_chords:
            return "chord_names"
    return ""

"""The words of a query, where they stand in it, and its parts that stand for themselves: between marks, in quotes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from musicdata.music.queries.lines import SPACELESS

_TOKEN = re.compile(rf"[{SPACELESS}]|[^\W_{SPACELESS}]+(?:['’ʼ](?=[^\W_]))?")
_BREAK = re.compile(r"[,;:/|()\[\]–—，、。；：！？!?…]|(?<!\d)\.(?=\s|$)|\s-\s")
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "’": "'", "ʼ": "'"})
# What opens a quote, and what may close it. An apostrophe is none.
_QUOTES = {
    "“": "”",
    "„": '“”"',
    "”": "”",
    '"': '"',
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "‹": "›",
}
_LONGEST_QUOTE = 200
QUOTE = '"'


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a query.

    Attributes:
        plain: without case and accents; `start` and `stop` where it stands.
        segment: number of the part between two marks that it is in.
    """

    plain: str
    start: int
    stop: int
    segment: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What stands in quotes; `start` and `stop` take the quotes in."""

    text: str
    start: int
    stop: int


def plain(word: str) -> str:
    """Return a word without case and accents.

    >>> plain("Fröhliche"), plain("L’"), plain("Łąka"), plain("Ёлка")
    ('frohliche', "l'", 'laka', 'елка')
    """
    bare = unicodedata.normalize("NFD", word.casefold())
    latin = "".join(c for c in bare if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", latin).translate(_LETTERS)


def quotes(text: str) -> list[Quote]:
    """Return what stands in quotes, of whatever kind, as far as they are closed.

    >>> [quote.text for quote in quotes('„Erlkönig“ and "Blue" by 「月」 "open')]
    ['Erlkönig', 'Blue', '月']
    """
    found, place = [], 0
    while place < len(text):
        closing = _QUOTES.get(text[place], "")
        within = text[place + 1 : place + 2 + _LONGEST_QUOTE]
        ends = [end for mark in closing if (end := within.find(mark)) > 0]
        if ends and within[: min(ends)].strip():
            end = place + 1 + min(ends)
            found.append(Quote(text[place + 1 : end].strip(), place, end + 1))
            place = end
        place += 1
    return found


def words(text: str, quoted: list[Quote]) -> list[Word]:
    """Return the words of a query; a quote is one word, whose plain form is `QUOTE`.

    >>> [(word.plain, word.segment) for word in words("sad songs, l'été", [])]
    [('sad', 0), ('songs', 0), ("l'", 1), ('ete', 1)]
    """
    within = [(quote.start, quote.stop) for quote in quoted]
    breaks = [place for match in _BREAK.finditer(text) if not _is_within(place := match.start(), within)]
    places = [
        (*match.span(), plain(match[0])) for match in _TOKEN.finditer(text) if not _is_within(match.start(), within)
    ]
    found: list[Word] = []
    segment = 0
    for start, stop, letters in sorted(places + [(*span, QUOTE) for span in within]):
        while segment < len(breaks) and breaks[segment] < start:
            segment += 1
        found.append(Word(letters, start, stop, segment))
    return found


def _is_within(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < stop for start, stop in spans)

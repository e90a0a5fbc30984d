"""Queries made from songs: what people might type who remember a line, half of it, or how it goes roughly.

All but titles and translations are cut from the words of the song and favour systems that go by words.
"""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from musicdata.music.queries.lines import WORD, folded, is_spaceless, words

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

BEGINNING_WORDS = 50
_LONGEST_TITLE = 200
_EDITABLE = 3


class Draws:
    """Draws numbers that depend on an item alone, the same on every machine.

    >>> Draws("a song").below(10) == Draws("a song").below(10)
    True
    """

    def __init__(self, item: str) -> None:
        self._item = item.encode("utf-8", "replace")
        self._n = 0

    def below(self, n: int) -> int:
        """Return a number from 0 to n - 1."""
        self._n += 1
        hashed = hashlib.blake2b(self._item, key=self._n.to_bytes(4), digest_size=8)
        return int.from_bytes(hashed.digest()) % n

    def some(self, items: Sequence[T], n: int) -> list[T]:
        """Return `n` of the items, in their order."""
        places = list(range(len(items)))
        for place in range(n):
            other = place + self.below(len(places) - place)
            places[place], places[other] = places[other], places[place]
        return [items[place] for place in sorted(places[:n])]


def query_id(song_id: str, kind: str, number: str) -> str:
    """Return the id of a query: 16 hex digits, from which the song cannot be read."""
    return hashlib.sha256(f"{song_id}\n{kind}\n{number}".encode("utf-8", "replace")).hexdigest()[:16]


def masked(line: str, draws: Draws) -> str:
    """Return half of the words of a line, in their order; of signs without spaces, with a space where some are missing.

    >>> masked("the sea is wide and I am small", Draws("1"))
    'the sea and I'
    """
    found = words(line)
    kept = draws.some(range(len(found)), max(1, (len(found) + 1) // 2))
    text = ""
    for place in kept:
        close = text and is_spaceless(found[place]) and place - 1 in kept and is_spaceless(found[place - 1])
        text += found[place] if close or not text else f" {found[place]}"
    return text


def misspelt(text: str, draws: Draws) -> str:
    """Return a text with one edit in a third of its words: a letter left out, put in, exchanged, or two swapped.

    Words of less than 3 letters stay. Of signs without spaces a third is left out or exchanged.

    >>> misspelt("the sea is wide and deep", Draws("3"))
    'the sea is wde and dpeep'
    """
    found = list(WORD.finditer(text))
    editable = [match for match in found if is_spaceless(match[0]) or len(match[0]) >= _EDITABLE]
    letters = sorted({letter for match in editable for letter in match[0].casefold() if letter.isalpha()})
    by_script = tuple([one for one in letters if is_spaceless(one) == signs] for signs in (False, True))
    n_edits = min(len(editable), max(1, (len(found) + 2) // 3))
    for match in reversed(draws.some(editable, n_edits)):
        text = text[: match.start()] + _edited(match[0], by_script[is_spaceless(match[0])], draws) + text[match.end() :]
    return " ".join(text.split())


def _edited(word: str, letters: Sequence[str], draws: Draws) -> str:
    """Return a word that differs from `word` in one place; `letters` are of its script."""
    place = draws.below(len(word))
    others = [letter for letter in letters if letter != word[place].casefold()]
    other = others[draws.below(len(others))] if others else ""
    if is_spaceless(word):
        return other if other and draws.below(2) else ""
    edit = draws.below(4)
    if edit == 0 and other:
        return word[:place] + other + word[place:]
    if edit == 1 and other:
        return word[:place] + other + word[place + 1 :]
    if edit == 2 and place + 1 < len(word) and word[place] != word[place + 1]:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word[:place] + word[place + 1 :]


def title_query(title: str | None) -> str:
    """Return the title of a song as somebody types it, in one line; "" of one that has no letters."""
    text = " ".join((title or "").split())[:_LONGEST_TITLE]
    return text if any(character.isalpha() for character in text) else ""


def sings(folded_text: str, title: str) -> bool:
    """Say whether the words of a song hold its title, but for case and punctuation.

    >>> sings("so long marianne", "So Long, Marianne!"), sings("so longing", "So long")
    (True, False)

    Args:
        folded_text: words of the song, as `lines.folded` returns them.
        title: as it stands.
    """
    return f" {folded(title)} " in f" {folded_text} "


def beginning(text: str, n_words: int = BEGINNING_WORDS) -> str:
    r"""Return the first words of a song in one line, as they stand there; of signs without spaces as many as of words.

    >>> beginning("The sea,\n\nthe wide sea\nand me", 4)
    'The sea, the wide'
    """
    matches = list(islice(WORD.finditer(text), n_words))
    return " ".join(text[: matches[-1].end()].split()) if matches else ""

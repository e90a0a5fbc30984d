"""How much of what is said of a song is its own words: the runs of words that both have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from musicdata.music.text import writing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LENGTH = 5
"""Words in a run."""

_SIGNS = (*((sign, "'") for sign in "’‘ʼ´"), *((sign, " ") for sign in "“”„«»–—…\u00a0"))
_ALL_KNOWN = b"\1" * LENGTH


def words(text: str) -> list[str]:
    """Return the words of a text as they are compared: in lower case, apostrophes straight.

    >>> words("It’s “GREAT”, isn't it?")
    ["it's", 'great', "isn't", 'it']
    """
    text = text.lower().replace("`", "'")
    for sign, plain in () if text.isascii() else _SIGNS:
        text = text.replace(sign, plain)
    return writing.words(text)


@dataclass(frozen=True, slots=True)
class QuotableLyrics:
    """Lyrics as far as they can be quoted.

    Attributes:
        runs: the different runs of `LENGTH` words.
        vocabulary: the different words.
    """

    runs: frozenset[tuple[str, ...]]
    vocabulary: frozenset[str]

    @classmethod
    def of(cls, lyric_words: Sequence[str]) -> Self:
        """Make them of the words of lyrics."""
        return cls(frozenset(_runs(lyric_words)), frozenset(lyric_words))

    def share(self, text_words: Sequence[str]) -> float:
        """Return the share of a text's runs of words that are the lyrics'; 0 for a text of fewer words than a run has.

        >>> lyrics = QuotableLyrics.of(words("Row, row, row your boat, gently down the stream"))
        >>> lyrics.share(words("They sing “row your boat gently down the stream” to us"))
        0.42857142857142855
        """
        n = len(text_words) - LENGTH + 1
        if n < 1 or not self.runs:
            return 0.0
        # Few runs have no word that is strange to the lyrics: only these are looked up.
        known, n_quoted = bytes(map(self.vocabulary.__contains__, text_words)), 0
        start = known.find(_ALL_KNOWN)
        while start >= 0:
            n_quoted += tuple(text_words[start : start + LENGTH]) in self.runs
            start = known.find(_ALL_KNOWN, start + 1)
        return n_quoted / n


def _runs(text_words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(text_words[start:] for start in range(LENGTH)), strict=False)

"""How much of what is said of a song is its own words: the runs of words that both have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.music.text import writing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

LENGTH = 5
"""Words in a run."""

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ´`", "'"))

Run = tuple[str, ...]


def words(text: str) -> list[str]:
    """Return the words of a text as they are compared: in lower case, apostrophes straight.

    There are as many as `writing.n_words` counts.

    >>> words("It’s “GREAT”, isn't it?")
    ["it's", 'great', "isn't", 'it']
    """
    text = text.lower()
    return writing.words(text if text.isascii() else text.translate(_APOSTROPHES))


def runs(text_words: Sequence[str]) -> frozenset[Run]:
    """Return the different runs of `LENGTH` words; none of fewer words."""
    return frozenset(_runs(text_words))


def share(text_words: Sequence[str], of_lyrics: Collection[Run]) -> float:
    """Return the share of a text's runs of words that occur in lyrics; 0 for a text of fewer words than a run has.

    >>> lyrics = runs(words("Row, row, row your boat, gently down the stream"))
    >>> share(words("They sing “row your boat gently down the stream” to us"), lyrics)
    0.42857142857142855

    Args:
        text_words: of the text, by `words`.
        of_lyrics: `runs` of the words of the lyrics.
    """
    n = len(text_words) - LENGTH + 1
    return sum(map(of_lyrics.__contains__, _runs(text_words))) / n if n > 0 and of_lyrics else 0.0


def _runs(text_words: Sequence[str]) -> Iterator[Run]:
    return zip(*(text_words[start:] for start in range(LENGTH)), strict=False)

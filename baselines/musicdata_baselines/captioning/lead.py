"""The first words of the lyrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from musicdata.errors import UsageError
from musicdata_baselines.captioning.songs import songs_with_captions
from musicdata_baselines.captioning.words import count_words
from musicdata_baselines.errors import NotFittedError

if TYPE_CHECKING:
    from musicdata_baselines.captioning.songs import Songs


class LeadLyrics:
    r"""Says the first words of the lyrics: what a caption scores that understands nothing and quotes.

    Args:
        n_words: to say; None for as many as training captions have on average.

    Raises:
        UsageError: n_words is below 1.

    >>> from musicdata_baselines.captioning import Songs
    >>> train = Songs(("a",), ("",), None, (("Of the sea.", "Of the wide sea."),))
    >>> LeadLyrics().fit(train).caption(Songs(("c",), ("O ye hills\nof home and hearth",), None, ((),)))
    ['O ye hills of']
    """

    name = "first words of the lyrics"

    n_words_: int

    def __init__(self, n_words: int | None = None) -> None:
        if n_words is not None and n_words < 1:
            raise UsageError(f"n_words is {n_words}, expected how many words to say, 1 at least, or None")
        self.n_words = n_words

    def fit(self, songs: Songs) -> Self:
        """Look how long captions are, unless a number of words was given."""
        lengths = (
            () if self.n_words else [count_words(text) for text in songs_with_captions(songs.without_tokens()).captions]
        )
        self.n_words_ = self.n_words or max(1, round(float(np.mean(lengths))))
        return self

    def caption(self, songs: Songs) -> list[str]:
        """Return the first words of each song, "" of one without words.

        Raises:
            NotFittedError: it is not known yet how long captions are.
        """
        if not hasattr(self, "n_words_"):
            raise NotFittedError(f"{type(self).__name__} does not know yet how long captions are; call fit first")
        return [" ".join(lyrics.split()[: self.n_words_]) for lyrics in songs.lyrics]

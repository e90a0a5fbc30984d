"""The caption of the song with the most similar lyrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from musicdata_baselines.captioning.random_caption import draw
from musicdata_baselines.captioning.songs import songs_with_captions
from musicdata_baselines.captioning.words import split_words
from musicdata_baselines.errors import NotFittedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.captioning.songs import Songs

_CELLS = 1 << 22


class NearestLyrics:
    r"""Copies the first caption of the training song whose lyrics are most similar: a captioner that only looks up.

    Similar is the cosine of TF-IDF weights :math:`(1 + \ln f)\,(\ln \frac{1 + N}{1 + n} + 1)` of words. Of equals the
    smallest id is taken; a song that shares no word with any takes the caption of a song drawn by its id.

    >>> from musicdata_baselines.captioning import Songs
    >>> train = Songs(("a", "b"), ("the blue sea", "the hills"), None, (("Of water.",), ("Of hills.",)))
    >>> NearestLyrics().fit(train).caption(Songs(("c",), ("sea, sea!",), None, ((),)))
    ['Of water.']
    """

    name = "nearest lyrics"

    songs_: Songs

    def fit(self, songs: Songs) -> Self:
        """Make an index of songs with captions."""
        self._index(songs_with_captions(songs.without_tokens()))
        return self

    def caption(self, songs: Songs) -> list[str]:
        """Return a caption for each song.

        Raises:
            NotFittedError: there is no index yet.
        """
        return [self.songs_.references[place][0] for place in self.nearest(songs).tolist()]

    def nearest(self, songs: Songs) -> NDArray[np.int64]:
        """Return the place (n,) of each song's most similar training song in `songs_`.

        Raises:
            NotFittedError: there is no index yet.
        """
        if not hasattr(self, "songs_"):
            raise NotFittedError(f"{type(self).__name__} has no songs yet; call fit first")
        nearest = np.empty(len(songs), np.int64)
        for rows, similarity in self._blocks(songs):
            nearest[rows] = most_similar(similarity, songs.ids[rows])
        return nearest

    def _index(self, songs: Songs) -> None:
        self.songs_ = songs
        self._words = Tfidf(songs.lyrics)

    def _blocks(self, songs: Songs) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Yield rows of songs with their similarity (rows, training songs)."""
        for rows in blocks(len(songs), len(self.songs_)):
            yield rows, self._words.similarity(songs.lyrics[rows])


def most_similar(similarity: NDArray[np.float64], ids: Sequence[str]) -> NDArray[np.int64]:
    """Return the column (rows,) of the highest value, the first of equals; one drawn by id where all are alike."""
    best: NDArray[np.int64] = similarity.argmax(axis=1)
    for row in np.flatnonzero(np.ptp(similarity, axis=1) == 0).tolist():
        best[row] = draw(0, ids[row], similarity.shape[1])
    return best


def blocks(n_rows: int, n_columns: int) -> Iterator[slice]:
    """Yield slices of rows that make a table of moderate size with so many columns."""
    step = max(1, _CELLS // max(n_columns, 1))
    for start in range(0, n_rows, step):
        yield slice(start, min(n_rows, start + step))


class Tfidf:
    """The TF-IDF weights of texts, whose cosine with others can be asked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._n = len(texts)
        self._vectorizer: Any = None
        if any(split_words(text) for text in texts):
            self._vectorizer = TfidfVectorizer(analyzer=split_words, sublinear_tf=True)
            self._weights: Any = self._vectorizer.fit_transform(texts).T.tocsr()

    def similarity(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the cosine (texts, texts of the index) of each pair, 0 where they share no word."""
        if self._vectorizer is None:
            return np.zeros((len(texts), self._n))
        return np.asarray((self._vectorizer.transform(texts) @ self._weights).toarray(), np.float64)

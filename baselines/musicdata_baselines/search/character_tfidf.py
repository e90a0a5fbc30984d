"""TF-IDF of character n-grams within words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy import sparse

from musicdata_baselines.search.estimator import Best, SongSearch, row_of
from musicdata_baselines.search.grams import Grams, index_grams
from musicdata_baselines.search.order import best_of
from musicdata_baselines.search.postings import DAMPED, damp
from musicdata_baselines.search.spans import find_span
from musicdata_baselines.search.terms import split_terms
from musicdata_baselines.search.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.search.corpus import Songs
    from musicdata_baselines.search.hits import Span
    from musicdata_baselines.search.postings import Counts

EXACT_PAIRS = 4_000_000
"""Pairs of a word and a song up to which all songs are scored exactly."""

_WORDS_LOOKED_AT = 300
_PAIRS_LOOKED_AT = 500_000
_POOL = 1000
_LIKE = 0.5
"""Cosine of two words' grams from which one counts as a spelling of the other when lines are shown."""

Spelling = tuple[Counter[str], "NDArray[np.int64]", "NDArray[np.float32]"]
"""The words of a query, its grams and their weights."""


class CharacterTfidf(SongSearch[Spelling]):
    """Scores songs by the cosine of their TF-IDF weights of character 3- to 5-grams; see `TfidfSearch`.

    Up to `exact_pairs` pairs of a word and a song every song is scored. Beyond, only the 300 words most like the
    query's are added up, over half a million pairs, and the best 1,000 songs of that are scored exactly.
    """

    name = "tfidf-characters"

    def __init__(self, exact_pairs: int = EXACT_PAIRS) -> None:
        self.exact_pairs = exact_pairs

    counts_: Counts
    grams_: Grams
    by_song_: sparse.csr_array
    """Counts, uint16, of words by song."""
    lengths_: NDArray[np.float32]
    _weights: sparse.csr_array | None = None
    _last: tuple[Spelling, NDArray[np.float32]] | None = None

    def _index(self, songs: Songs) -> None:
        self.counts_ = songs.counts
        self.by_song_ = songs.counts.by_song()
        self.grams_, self.lengths_ = index_grams(self.counts_.vocabulary, self.by_song_)
        self._weights = None

    def _weigh(self, songs: NDArray[np.int32] | slice) -> sparse.csr_array:
        """Return the weights (songs, words) of the words of some songs; a song's grams together have the length 1."""
        weights = damp(self.by_song_[songs])
        weights.data /= np.repeat(self.lengths_[songs], np.diff(weights.indptr))
        return weights

    def _weigh_all(self) -> sparse.csr_array:
        """Return the weights of all songs, which are kept: as much as half the index."""
        if self._weights is None:
            self._weights = self._weigh(slice(None))
        return self._weights

    def parameters(self) -> dict[str, Any]:
        """Return up to how many pairs all songs are scored."""
        return {"exact_pairs": self.exact_pairs}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the grams of words, and the words of songs."""
        grams, matrix = self.grams_, self.by_song_
        return {
            "grams": grams.vocabulary.data,
            "gram_starts": grams.vocabulary.starts,
            "starts": grams.starts,
            "words": grams.words,
            "weights": grams.weights,
            "rarity": grams.rarity,
            "word_lengths": grams.lengths,
            "lengths": self.lengths_,
            "by_song_counts": matrix.data,
            "by_song_words": matrix.indices,
            "by_song_starts": matrix.indptr,
        }

    def restore(self, songs: Songs, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take the songs, and what `arrays` returned."""
        self.counts_ = songs.counts
        vocabulary = Vocabulary(arrays["grams"], arrays["gram_starts"])
        self.grams_ = Grams(
            vocabulary, *(arrays[name] for name in ("starts", "words", "weights", "rarity", "word_lengths"))
        )
        self.lengths_ = arrays["lengths"]
        parts = tuple(arrays[name] for name in ("by_song_counts", "by_song_words", "by_song_starts"))
        self.by_song_ = sparse.csr_array(parts, shape=(len(songs), self.grams_.n_words))
        self.songs_ = songs
        self._weights = None
        return self

    def _read(self, queries: Sequence[str], languages: Sequence[str | None]) -> list[Spelling]:  # noqa: ARG002
        read = []
        for query in queries:
            words = Counter(split_terms(query))
            read.append((words, *self.grams_.read(words)))
        return read

    def _knows(self, query: Spelling) -> bool:
        """Say whether a word of the query stands in a song, or is like one that does."""
        known = max(self.counts_.vocabulary.find(query[0]), default=-1) >= 0
        return known or any(self._likeness(word).max(initial=0) >= _LIKE for word in query[0])

    def _likeness(self, word: str) -> NDArray[np.float32]:
        """Return the cosine (words,) of a word's grams with those of the songs' words."""
        likeness: NDArray[np.float32] = self.grams_.score_words(*self.grams_.read(Counter([word])))
        likeness /= self.grams_.lengths
        return likeness

    def _score(self, queries: Sequence[Spelling], among: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        return np.stack([self._score_one(query, row_of(among, i)) for i, query in enumerate(queries)])

    def _score_one(self, query: Spelling, among: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        scores: NDArray[np.float32] = self._weigh_all() @ self._words_of(query)
        scores[scores <= 0] = -np.inf
        if among is not None:
            scores[~among] = -np.inf
        return scores

    def _best(self, queries: Sequence[Spelling], k: int, among: NDArray[np.bool_] | None) -> list[Best]:
        exact = self.by_song_.nnz <= self.exact_pairs
        found = []
        for number, query in enumerate(queries):
            allowed = row_of(among, number)
            if exact:
                found.append(best_of(self._score_one(query, allowed), k))
                continue
            words = self._words_of(query)
            pool = self._pool(words, max(k, _POOL), allowed)
            places, scores = best_of(self._pick_by_words(words, pool), k)
            found.append((pool[places], scores))
        return found

    def _pool(self, words: NDArray[np.float32], n: int, among: NDArray[np.bool_] | None) -> NDArray[np.int32]:
        """Return the n songs, numbers rising, that hold most of the words most like the query's."""
        likely, _ = best_of(words, _WORDS_LOOKED_AT, above=0)
        n_songs = self.counts_.document_frequencies
        read = np.cumsum(n_songs[likely])
        scores = np.zeros(len(self.lengths_), np.float32)
        for word in likely[: max(1, int(np.searchsorted(read, _PAIRS_LOOKED_AT)))].tolist():
            start, stop = self.counts_.starts[word], self.counts_.starts[word + 1]
            scores[self.counts_.songs[start:stop]] += DAMPED[self.counts_.counts[start:stop]] * words[word]
        scores /= self.lengths_
        if among is not None:
            scores[~among] = 0
        return np.sort(best_of(scores, n, above=0)[0])

    def _pick(self, query: Spelling, songs: NDArray[np.int32]) -> NDArray[np.float32]:
        return self._pick_by_words(self._words_of(query), songs)

    def _words_of(self, query: Spelling) -> NDArray[np.float32]:
        """Return the product (words,) of the songs' words with a query; that of the last one is kept."""
        if self._last is None or self._last[0] is not query:
            self._last = query, self.grams_.score_words(*query[1:])
        return self._last[1]

    def _pick_by_words(self, words: NDArray[np.float32], songs: NDArray[np.int32]) -> NDArray[np.float32]:
        scores: NDArray[np.float32] = self._weigh(songs) @ words
        scores[scores <= 0] = -np.inf
        return scores

    def _spans(self, query: Spelling, songs: Sequence[int]) -> tuple[Span | None, ...]:
        weights = self._spellings(query[0]) if songs else {}
        return tuple(find_span(self.songs_.texts[song], weights) for song in songs)

    def _spellings(self, words: Counter[str]) -> dict[str, float]:
        """Return the words of a query with their weights; for one that no song has, those that are like it."""
        weights: dict[str, float] = {}
        for word, place in zip(words, self.counts_.vocabulary.find(words), strict=True):
            grams, _ = self.grams_.read(Counter([word]))
            worth = float(self.grams_.rarity[grams].mean()) if len(grams) else 0.0
            if place >= 0:
                weights[word] = worth
                continue
            likeness = self._likeness(word)
            for like in np.flatnonzero(likeness >= _LIKE).tolist():
                term = self.counts_.vocabulary[like]
                weights[term] = max(weights.get(term, 0.0), worth * float(likeness[like]))
        return weights

"""Character n-grams of words: which words of a vocabulary hold which, and what they weigh.

A gram never crosses the end of a word, so a song's grams are the sum of its words' grams, and a song's product with a
query is a sum over its words: only the vocabulary needs an index of grams, not the songs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from musicdata_baselines.search.postings import damp
from musicdata_baselines.search.terms import drop_accents
from musicdata_baselines.search.vocabulary import Vocabulary
from musicdata_baselines.search.word_tfidf import rarity

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHORTEST, LONGEST = 3, 5
_SONGS_AT_ONCE = 4096
_SONGS_FOR_RARITY = 20_000


def cut_grams(word: str) -> list[str]:
    """Return the 3- to 5-grams of a word between spaces, and those that it has without its accents.

    A word shorter than n, spaces counted, is one gram itself.

    >>> cut_grams("sea")
    [' se', 'sea', 'ea ', ' sea', 'sea ', ' sea ']
    """
    grams, bare = _cut(word), drop_accents(word)
    if bare != word:
        own = set(grams)
        grams += [gram for gram in _cut(bare) if gram not in own]
    return grams


def _cut(word: str) -> list[str]:
    padded = f" {word} "
    grams: list[str] = []
    for n in range(SHORTEST, LONGEST + 1):
        grams += [padded[start : start + n] for start in range(max(1, len(padded) - n + 1))]
        if len(padded) <= n:
            break
    return grams


@dataclass(frozen=True, eq=False)
class Grams:
    """Holds the grams of a vocabulary of words.

    Attributes:
        vocabulary: the grams.
        starts: (grams + 1,) int64 where the words of a gram begin.
        words: (pairs,) int32 words that hold a gram.
        weights: (pairs,) float32 how often, times the gram's rarity.
        rarity: (grams,) float32 its inverse document frequency among songs.
        lengths: (words,) float32 length of each word's weights.
    """

    vocabulary: Vocabulary
    starts: NDArray[np.int64]
    words: NDArray[np.int32]
    weights: NDArray[np.float32]
    rarity: NDArray[np.float32]
    lengths: NDArray[np.float32]

    @property
    def n_words(self) -> int:
        """Return the number of words."""
        return len(self.lengths)

    def read(self, counts: Counter[str]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the known grams of words that are counted, and their weights, together of unit length."""
        grams: Counter[str] = Counter()
        for word, n in counts.items():
            for gram in cut_grams(word):
                grams[gram] += n
        places = np.array(self.vocabulary.find(grams), np.int64)
        known = np.flatnonzero(places >= 0)
        known = known[np.argsort(places[known])]
        places = places[known]
        weights = np.array(list(grams.values()), np.float32)[known] * self.rarity[places]
        return places, weights / (np.float32(np.linalg.norm(weights)) or np.float32(1))

    def score_words(self, grams: NDArray[np.int64], weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the product (words,) of each word with some grams and their weights."""
        scores = np.zeros(self.n_words, np.float32)
        for gram, weight in zip(grams.tolist(), weights, strict=True):
            start, stop = self.starts[gram], self.starts[gram + 1]
            scores[self.words[start:stop]] += self.weights[start:stop] * weight
        return scores


def index_grams(words: Vocabulary, by_song: sparse.csr_array) -> tuple[Grams, NDArray[np.float32]]:
    """Return the grams of words, and the length (n,) of each song's weights.

    Args:
        words: the vocabulary.
        by_song: (n, words) how often each stands in each song.
    """
    held, vocabulary = _hold(words)
    frequencies = _count_songs(by_song, held)
    rare = rarity(frequencies, by_song.shape[0])
    weighted = held.multiply(rare[None, :]).tocsr().astype(np.float32)
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1))).astype(np.float32)
    turned = weighted.tocsc()
    grams = Grams(
        vocabulary,
        turned.indptr.astype(np.int64),
        turned.indices.astype(np.int32, copy=False),
        turned.data.astype(np.float32, copy=False),
        rare,
        lengths,
    )
    return grams, _measure(by_song, weighted)


def _hold(words: Vocabulary) -> tuple[sparse.csr_array, Vocabulary]:
    """Return how often each word holds each gram, and the grams."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    ends, columns = [0], []
    for word in words:
        columns += [numbers[gram] for gram in cut_grams(word)]
        ends.append(len(columns))
    vocabulary, places = Vocabulary.of(numbers)
    ones = np.ones(len(columns), np.float32)
    held = sparse.csr_array((ones, places[columns], ends), shape=(len(words), len(vocabulary)))
    held.sum_duplicates()
    return held, vocabulary


def _count_songs(by_song: sparse.csr_array, held: sparse.csr_array) -> NDArray[np.int64]:
    """Return in how many songs each gram stands; of many songs, estimated from evenly spaced ones."""
    n = by_song.shape[0]
    step = max(1, n // _SONGS_FOR_RARITY)
    chosen = by_song[::step]
    frequencies = np.zeros(held.shape[1], np.int64)
    for start in range(0, chosen.shape[0], _SONGS_AT_ONCE):
        products = (damp(chosen[start : start + _SONGS_AT_ONCE]) @ held).indices
        frequencies += np.bincount(products, minlength=held.shape[1])
    return frequencies * n // chosen.shape[0]


def _measure(by_song: sparse.csr_array, weighted: sparse.csr_array) -> NDArray[np.float32]:
    """Return the length of each song's weights; 1 of one without words."""
    lengths = np.ones(by_song.shape[0], np.float32)
    for start in range(0, len(lengths), _SONGS_AT_ONCE):
        products = damp(by_song[start : start + _SONGS_AT_ONCE]) @ weighted
        squares = np.asarray(products.multiply(products).sum(axis=1))
        lengths[start : start + _SONGS_AT_ONCE] = np.sqrt(np.where(squares > 0, squares, 1))
    return lengths

"""An inverted index in arrays: which songs hold a term, and with which weight.

Nothing is multiplied with songs that hold no word of the query. The k best are found exactly without adding up the long
lists of frequent words: terms are added by falling weight, and once what is left cannot bring a song past the k-th best
so far, only songs that are still in the running are looked up in what is left (MaxScore: Turtle & Flood 1995, Query
evaluation: strategies and optimizations). Sums are in float32 and in the same order however a song is scored.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from musicdata_baselines.search.order import best_of, kth_highest
from musicdata_baselines.search.terms import split_terms
from musicdata_baselines.search.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_SONGS_AT_ONCE = 8192
_MOST = np.iinfo(np.uint16).max
_PAIRS_AT_ONCE = 1 << 22
_SHARE_OF_LONG = 8
"""A list that an eighth of the songs are in is long: whether it must be added up at all is worth finding out."""
_SLACK = 1e-5
"""Relative; far above what rounding of float32 sums can amount to."""

DAMPED = (1 + np.log(np.maximum(np.arange(_MOST + 1), 1))).astype(np.float32)
"""1 + ln count, by count."""


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each term stands in each song.

    Attributes:
        vocabulary: the terms.
        starts: (terms + 1,) int64 where the songs of a term begin.
        songs: (pairs,) int32 songs that hold a term, rising within a term.
        counts: (pairs,) uint16 how often.
        lengths: (n,) int32 terms in a song, those that come twice counted twice.
    """

    vocabulary: Vocabulary
    starts: NDArray[np.int64]
    songs: NDArray[np.int32]
    counts: NDArray[np.uint16]
    lengths: NDArray[np.int32]

    @cached_property
    def document_frequencies(self) -> NDArray[np.int64]:
        """In how many songs each term stands."""
        return np.diff(self.starts)

    def blocks(self) -> Iterator[tuple[slice, slice]]:
        """Yield some pairs at a time, with the terms that they are of."""
        last = first = 0
        n = len(self.starts) - 1
        while first < n:
            last = int(np.searchsorted(self.starts, self.starts[first] + _PAIRS_AT_ONCE))
            last = min(n, max(last, first + 1))
            yield slice(int(self.starts[first]), int(self.starts[last])), slice(first, last)
            first = last

    def by_song(self) -> sparse.csr_array:
        """Return the counts as a (songs, terms) uint16 matrix, rows in order."""
        shape = (len(self.lengths), len(self.starts) - 1)
        starts = self.starts.astype(np.int32) if len(self.songs) <= np.iinfo(np.int32).max else self.starts
        return sparse.csc_array((self.counts, self.songs, starts), shape=shape).tocsr()


def damp(counts: sparse.csr_array) -> sparse.csr_array:
    """Return a matrix of counts as 1 + ln count, in float32."""
    return sparse.csr_array((DAMPED[counts.data], counts.indices, counts.indptr), shape=counts.shape)


def count_terms(texts: Sequence[str]) -> Counts:
    """Count the terms of texts; what is kept is bounded by the distinct terms of each text."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    lengths = np.empty(len(texts), np.int32)
    blocks = []
    for start in range(0, len(texts), _SONGS_AT_ONCE):
        stop = min(len(texts), start + _SONGS_AT_ONCE)
        flat = array("i")
        for number in range(start, stop):
            terms = split_terms(texts[number])
            lengths[number] = len(terms)
            flat.extend(map(numbers.__getitem__, terms))
        blocks.append(_count_block(np.frombuffer(flat, np.int32), lengths[start:stop]))
    vocabulary, places = Vocabulary.of(numbers)
    return _invert(blocks, vocabulary, places, lengths)


def _count_block(terms: NDArray[np.int32], lengths: NDArray[np.int32]) -> tuple[NDArray[Any], ...]:
    """Return terms a song, terms and counts of some songs, in order of song and term."""
    keys = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths) << 32 | terms
    keys, counts = np.unique(keys, return_counts=True)
    a_song = np.bincount(keys >> 32, minlength=len(lengths))
    return a_song, (keys & 0xFFFFFFFF).astype(np.int32), np.minimum(counts, _MOST).astype(np.uint16)


def _invert(
    blocks: list[tuple[NDArray[Any], ...]],
    vocabulary: Vocabulary,
    places: NDArray[np.int32],
    lengths: NDArray[np.int32],
) -> Counts:
    a_song, terms, counts = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    blocks.clear()
    starts = np.concatenate([[0], np.cumsum(a_song)])
    shape = (len(lengths), len(vocabulary))
    turned = sparse.csr_array((counts, places[terms], starts), shape=shape).tocsc()
    return Counts(
        vocabulary,
        turned.indptr.astype(np.int64),
        turned.indices.astype(np.int32, copy=False),
        turned.data.astype(np.uint16, copy=False),
        lengths,
    )


@dataclass(frozen=True, eq=False)
class Weighted:
    """The terms of a query, by falling weight that they can bring.

    Attributes:
        terms: (t,) numbers of terms.
        weights: (t,) float32 of each.
        bounds: (t,) float64 what each can add to a score at most.
    """

    terms: NDArray[np.int64]
    weights: NDArray[np.float32]
    bounds: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.terms)


@dataclass(frozen=True, eq=False)
class Postings:
    """Songs and weights of every term; all weights are above 0.

    Attributes:
        n_songs: in all.
        starts: (terms + 1,) int64 where a term begins.
        songs: (pairs,) int32, rising within a term.
        weights: (pairs,) float32.
        most: (terms,) float32 highest weight of a term.
    """

    n_songs: int
    starts: NDArray[np.int64]
    songs: NDArray[np.int32]
    weights: NDArray[np.float32]
    most: NDArray[np.float32]

    @classmethod
    def of(cls, counts: Counts, weights: NDArray[np.float32]) -> Postings:
        """Return the postings of counted terms with other weights."""
        n = len(counts.starts) - 1
        most = np.maximum.reduceat(weights, counts.starts[:-1]) if n else np.empty(0, np.float32)
        return cls(len(counts.lengths), counts.starts, counts.songs, weights, most)

    def weigh(self, weights: dict[int, float]) -> Weighted:
        """Return a query's terms, by number, with their weights, in the order in which they are added."""
        terms = np.fromiter(weights, np.int64, len(weights))
        values = np.fromiter(weights.values(), np.float32, len(weights))
        bounds = self.most[terms].astype(np.float64) * values
        order = np.lexsort([terms, -bounds])
        return Weighted(terms[order], values[order], bounds[order])

    def score(self, query: Weighted, among: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
        """Return the scores (n,) of all songs, −∞ where no term of the query stands or which are not `among`."""
        scores = self._blank(among)
        for term, weight in zip(query.terms.tolist(), query.weights, strict=True):
            self._add(scores, term, weight)
        scores[scores <= 0] = -np.inf
        return scores

    def pick(self, query: Weighted, songs: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the scores of a few songs, −∞ where no term of the query stands."""
        scores = np.zeros(len(songs), np.float32)
        for place in range(len(query)):
            self._look_up(scores, songs, int(query.terms[place]), query.weights[place])
        scores[scores <= 0] = -np.inf
        return scores

    def best(
        self, query: Weighted, k: int, among: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the k best songs and their scores, as many as match."""
        scores = self._blank(among)
        before = np.cumsum(query.bounds) - query.bounds
        left = np.append(np.cumsum(query.bounds[::-1])[::-1] * (1 + _SLACK), 0)
        for place, (term, weight) in enumerate(zip(query.terms.tolist(), query.weights, strict=True)):
            n = self.starts[term + 1] - self.starts[term]
            if left[place] < before[place] and n * _SHARE_OF_LONG > self.n_songs and left[place] < _kth(scores, k):
                return self._finish(scores, query, place, left, k)
            self._add(scores, term, weight)
        return best_of(scores, k, above=0)

    def _finish(
        self, scores: NDArray[np.float32], query: Weighted, place: int, left: NDArray[np.float64], k: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Add the terms from `place` on to the songs that may be among the k best yet; return these."""
        songs = np.flatnonzero(scores >= _kth(scores, k) - left[place]).astype(np.int32)
        partial = scores[songs]
        for later in range(place, len(query)):
            self._look_up(partial, songs, int(query.terms[later]), query.weights[later])
            running = partial >= _kth(partial, k) - left[later + 1]
            songs, partial = songs[running], partial[running]
        places, values = best_of(partial, k, above=0)
        return songs[places], values

    def _blank(self, among: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        scores = np.zeros(self.n_songs, np.float32)
        if among is not None:
            scores[~among] = -np.inf
        return scores

    def _add(self, scores: NDArray[np.float32], term: int, weight: np.float32) -> None:
        """Add a term to the scores of its songs."""
        start, stop = self.starts[term], self.starts[term + 1]
        scores[self.songs[start:stop]] += self.weights[start:stop] * weight

    def _look_up(self, scores: NDArray[np.float32], songs: NDArray[np.int32], term: int, weight: np.float32) -> None:
        """Add a term to the scores of some songs, whose numbers rise."""
        start, stop = self.starts[term], self.starts[term + 1]
        listed = self.songs[start:stop]
        places = np.minimum(np.searchsorted(listed, songs), len(listed) - 1)
        there = np.flatnonzero(listed[places] == songs)
        scores[there] += self.weights[start + places[there]] * weight


def _kth(scores: NDArray[np.float32], k: int) -> float:
    """Return a little less than the k-th highest score, which is a bound whatever rounding does; 0 of fewer songs."""
    return max(0.0, float(kth_highest(scores, k))) * (1 - _SLACK) if k <= len(scores) else 0.0

"""What searches by postings have in common: a query is the weights of its terms."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from musicdata_baselines.search.estimator import Best, SongSearch, row_of
from musicdata_baselines.search.postings import Counts, Postings, Weighted
from musicdata_baselines.search.spans import find_span
from musicdata_baselines.search.terms import split_terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.search.corpus import Songs
    from musicdata_baselines.search.hits import Span


class WordSearch(SongSearch[Weighted]):
    """The base of searches whose score is a sum over the words of the query; a subclass weighs words.

    Attributes:
        counts_: words of the songs.
        postings_: songs of each word, with weights.
    """

    counts_: Counts
    postings_: Postings

    def _index(self, songs: Songs) -> None:
        self.counts_ = songs.counts
        self.postings_ = Postings.of(self.counts_, self._weigh_songs(self.counts_))

    @abstractmethod
    def _weigh_songs(self, counts: Counts) -> NDArray[np.float32]:
        """Return the weight of each pair of a term and a song, all above 0."""

    @abstractmethod
    def _weigh_query(self, counts: dict[int, int]) -> dict[int, float]:
        """Return the weight of each term of a query, by number."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the weights of words."""
        return {"weights": self.postings_.weights, "most": self.postings_.most}

    def restore(self, songs: Songs, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take the songs, and the weights of words that `arrays` returned."""
        self.counts_ = counts = songs.counts
        weights, most = arrays["weights"], arrays["most"]
        self.postings_ = Postings(len(songs), counts.starts, counts.songs, weights, most)
        self.songs_ = songs
        return self

    def _read(self, queries: Sequence[str], languages: Sequence[str | None]) -> list[Weighted]:  # noqa: ARG002
        return [self.postings_.weigh(self._weigh_query(self._known(query))) for query in queries]

    def _known(self, query: str) -> dict[int, int]:
        """Return how often each word of a query stands in it, by number; unseen words are left out."""
        counts = Counter(split_terms(query))
        places = self.counts_.vocabulary.find(counts)
        return {place: n for place, n in zip(places, counts.values(), strict=True) if place >= 0}

    def _knows(self, query: Weighted) -> bool:
        return len(query) > 0

    def _score(self, queries: Sequence[Weighted], among: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        return np.stack([self.postings_.score(query, row_of(among, i)) for i, query in enumerate(queries)])

    def _best(self, queries: Sequence[Weighted], k: int, among: NDArray[np.bool_] | None) -> list[Best]:
        return [self.postings_.best(query, k, row_of(among, i)) for i, query in enumerate(queries)]

    def _pick(self, query: Weighted, songs: NDArray[np.int32]) -> NDArray[np.float32]:
        return self.postings_.pick(query, songs)

    def _spans(self, query: Weighted, songs: Sequence[int]) -> tuple[Span | None, ...]:
        terms = [self.counts_.vocabulary[term] for term in query.terms.tolist()]
        weights = dict(zip(terms, query.weights.tolist(), strict=True))
        return tuple(find_span(self.songs_.texts[song], weights) for song in songs)

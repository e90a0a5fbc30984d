"""TF-IDF of words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from musicdata_baselines.search.lexical import WordSearch
from musicdata_baselines.search.postings import DAMPED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from musicdata_baselines.search.corpus import Songs
    from musicdata_baselines.search.postings import Counts


class WordTfidf(WordSearch):
    """Scores songs by the cosine of their TF-IDF weights of words with the query's; see `TfidfSearch`."""

    name = "tfidf-words"

    rarity_: NDArray[np.float32]

    def parameters(self) -> dict[str, Any]:
        """Return nothing: there are none."""
        return {}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the weights and the rarity of words."""
        return super().arrays() | {"rarity": self.rarity_}

    def restore(self, songs: Songs, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take the songs, and what `arrays` returned."""
        self.rarity_ = arrays["rarity"]
        return super().restore(songs, arrays)

    def _weigh_songs(self, counts: Counts) -> NDArray[np.float32]:
        frequencies, n = counts.document_frequencies, len(counts.lengths)
        self.rarity_ = rarity(frequencies, n)
        weights = np.empty(len(counts.songs), np.float32)
        squares = np.zeros(n)
        for part, terms in counts.blocks():
            weights[part] = DAMPED[counts.counts[part]] * np.repeat(self.rarity_[terms], frequencies[terms])
            squares += np.bincount(counts.songs[part], weights[part].astype(np.float64) ** 2, n)
        lengths = np.sqrt(squares).astype(np.float32)
        for part, _ in counts.blocks():
            weights[part] /= lengths[counts.songs[part]]
        return weights

    def _weigh_query(self, counts: dict[int, int]) -> dict[int, float]:
        weights = {term: float(DAMPED[min(n, len(DAMPED) - 1)] * self.rarity_[term]) for term, n in counts.items()}
        length = float(np.linalg.norm(list(weights.values()))) or 1.0
        return {term: weight / length for term, weight in weights.items()}


def rarity(frequencies: NDArray[np.int64], n: int) -> NDArray[np.float32]:
    """Return the inverse document frequency of terms, smoothed: ln((1 + n) / (1 + df)) + 1."""
    return (np.log((1 + n) / (1 + frequencies)) + 1).astype(np.float32)

"""Okapi BM25."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import UsageError
from musicdata_baselines.search.lexical import WordSearch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.search.postings import Counts


class Bm25Search(WordSearch):
    r"""Scores songs by the words that they share with the query: rare ones count more, repeated ones less and less.

    .. math:: s(q, d) = \sum_{t \in q} \ln\left(1 + \frac{N - n_t + ½}{n_t + ½}\right)
              \frac{f_{t,d} (k_1 + 1)}{f_{t,d} + k_1 (1 - b + b |d| / \overline{|d|})}

    with N songs, n_t of them with term t, f its count in song d, and \|d\| the terms of a song (Robertson & Zaragoza
    2009, The Probabilistic Relevance Framework; the logarithm is Lucene's, so that no weight is below 0). A word that
    comes twice in the query counts twice.

    Args:
        k1: how fast a repeated word stops counting; 0 counts it once.
        b: how much long songs are held down, 0 to 1.

    Raises:
        UsageError: k1 or b is out of its range.

    >>> from musicdata_baselines.search import Songs
    >>> two = [None, None]
    >>> songs = Songs(["a", "b"], ["the sea", "the hills"], two, two, two, np.zeros(2, np.int32), ["en", "en"])
    >>> Bm25Search().fit(songs).search(["hills of old"], 2).songs.tolist()
    [[1, -1]]
    """

    name = "bm25"

    def __init__(self, k1: float = 1.5, b: float = 0.75) -> None:
        if not (k1 >= 0 and np.isfinite(k1)):
            raise UsageError(f"k1 is {k1}, expected a number that is 0 or more")
        if not 0 <= b <= 1:
            raise UsageError(f"b is {b}, expected a number from 0 to 1")
        self.k1, self.b = k1, b

    def parameters(self) -> dict[str, Any]:
        """Return k1 and b."""
        return {"k1": self.k1, "b": self.b}

    def _weigh_songs(self, counts: Counts) -> NDArray[np.float32]:
        frequencies, n = counts.document_frequencies, len(counts.lengths)
        rarity = np.log1p((n - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
        mean = max(float(counts.lengths.mean()), 1.0)
        damping = (self.k1 * (1 - self.b + self.b * counts.lengths / mean)).astype(np.float32)
        weights = np.empty(len(counts.songs), np.float32)
        for part, terms in counts.blocks():
            held = counts.counts[part].astype(np.float32)
            a_term = np.repeat(rarity[terms], frequencies[terms])
            weights[part] = a_term * held * np.float32(self.k1 + 1) / (held + damping[counts.songs[part]])
        return weights

    def _weigh_query(self, counts: dict[int, int]) -> dict[int, float]:
        return {term: float(n) for term, n in counts.items()}

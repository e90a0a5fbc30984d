"""Where the first of several relevant candidates stands, expected over the orders of tied candidates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Firsts:
    """The class of tied candidates with each query's first relevant ones, all (queries,).

    Attributes:
        before: candidates that are better than the class; none of them is relevant.
        size: candidates in the class.
        relevant: those of them that are relevant, at least one.
    """

    before: NDArray[np.int64]
    size: NDArray[np.int64]
    relevant: NDArray[np.int64]

    @property
    def ranks(self) -> NDArray[np.float64]:
        """Return the expected rank (queries,) of the first relevant candidate, from 1."""
        ranks: NDArray[np.float64] = self.before + (self.size + 1) / (self.relevant + 1)
        return ranks

    @property
    def reciprocal_ranks(self) -> NDArray[np.float64]:
        """Return its expected reciprocal rank (queries,)."""
        return expect_reciprocal_ranks(self.before, self.size, self.relevant)

    def hits(self, k: int) -> NDArray[np.float64]:
        """Return the probability (queries,) that a relevant candidate is among the first k."""
        drawn = np.clip(k - self.before, 0, self.size)
        return np.asarray(1 - miss_all(drawn, self.size, self.relevant))

    def reciprocal_ranks_among(self, n_drawn: int, n: int) -> NDArray[np.float64]:
        """Return the expected reciprocal ranks (queries,) among `n_drawn` of the n candidates, the right one with them.

        Galleries of different sizes become comparable by it. Of one relevant candidate: with K of N others better, and
        X of the n_drawn − 1 others that are drawn, E[1/(1 + X)] = (N + 1)(1 − P)/((K + 1) n_drawn), where P is the
        probability that n_drawn of N + 1 have none of K + 1 (hypergeometric). Half of the tied are taken for better.
        """
        better = self.before + (self.size - 1) / 2
        left = gammaln(n - better) - gammaln(np.maximum(n - better - n_drawn, 1))
        none = np.where(n - 1 - better >= n_drawn, np.exp(left - gammaln(n + 1) + gammaln(n - n_drawn + 1)), 0.0)
        return np.asarray(n * (1 - none) / ((better + 1) * n_drawn))

    def take(self, queries: NDArray[np.int64]) -> Firsts:
        """Return those of some queries."""
        return Firsts(self.before[queries], self.size[queries], self.relevant[queries])


def miss_all(drawn: NDArray[np.int64], size: NDArray[np.int64], relevant: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the probability that none of `drawn` candidates of a class is relevant (hypergeometric)."""
    missed = np.ones(len(drawn))
    for place in range(drawn.max(initial=0)):
        left = np.maximum(size - relevant - place, 0) / np.maximum(size - place, 1)
        missed *= np.where(place < drawn, left, 1)
    return missed


def expect_reciprocal_ranks(
    before: NDArray[np.int64], size: NDArray[np.int64], relevant: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the expected reciprocal rank of the first relevant candidate of each class."""
    kinds, kind = np.unique(np.stack([before, size, relevant]), axis=1, return_inverse=True)
    means = np.empty(kinds.shape[1])
    for number, (s, m, t) in enumerate(kinds.T.tolist()):
        place = np.arange(m - t + 1)
        missed = np.cumprod(np.concatenate([[1.0], (m - t - place[:-1]) / (m - place[:-1])]))
        means[number] = (missed * t / (m - place) / (s + place + 1)).sum()
    return means[kind.ravel()]

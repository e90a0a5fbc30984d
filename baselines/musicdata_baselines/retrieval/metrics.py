"""Retrieval figures from places: MRR, recall at K, median and mean rank, and what chance would give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.retrieval.order import harmonic_numbers
from musicdata_baselines.retrieval.ranks import Places, count_ranks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RECALL_AT = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Metrics:
    """Retrieval in one direction.

    Attributes:
        n: queries, and candidates of each.
        mrr: mean reciprocal rank, expected over the orders of tied candidates.
        recall: K → share of queries with the partner among the first K, expected over the orders of tied candidates.
        median_rank: of the mean ranks; ranks count from 1.
        mean_rank: likewise.
        mrr_optimistic: with every tie won.
        mrr_pessimistic: with every tie lost.
    """

    n: int
    mrr: float
    recall: dict[int, float]
    median_rank: float
    mean_rank: float
    mrr_optimistic: float
    mrr_pessimistic: float

    @property
    def tie_gap(self) -> float:
        """Return the MRR with every tie won less the MRR with every tie lost."""
        return self.mrr_optimistic - self.mrr_pessimistic

    @classmethod
    def of(cls, places: Places) -> Metrics:
        """Return the figures of the places."""
        return cls(
            n=len(places.better),
            mrr=float(reciprocal_ranks(places).mean()),
            recall={k: float(hits(places, k).mean()) for k in RECALL_AT},
            median_rank=float(np.median(places.mean)),
            mean_rank=float(places.mean.mean()),
            mrr_optimistic=float((1 / places.optimistic).mean()),
            mrr_pessimistic=float((1 / places.pessimistic).mean()),
        )


def reciprocal_ranks(places: Places) -> NDArray[np.float64]:
    """Return the reciprocal rank (n,) of each partner, expected over the orders of the candidates tied with it."""
    worst = places.pessimistic
    harmonic = harmonic_numbers(int(worst.max()))
    expected = (harmonic[worst] - harmonic[places.better]) / (places.tied + 1)
    return np.where(places.tied == 0, 1 / worst, expected)


def hits(places: Places, k: int) -> NDArray[np.float64]:
    """Return the probability (n,) that each partner is among the first k, over the orders of tied candidates."""
    return np.clip(k - places.better, 0, places.tied + 1) / (places.tied + 1)


def recall_curve(places: Places, ks: Sequence[int] | None = None) -> list[tuple[int, float]]:
    """Return (K, recall at K); K runs in equal steps of its logarithm from 1 to n where none are given."""
    n = len(places.better)
    ks = sorted(set(np.geomspace(1, n, 40).round().astype(int).tolist())) if ks is None else ks
    return [(int(k), float(hits(places, int(k)).mean())) for k in ks]


def chance(n: int) -> Metrics:
    """Return what a uniformly random order of n candidates gives, exactly: MRR = H_n / n, R@K = K / n."""
    mrr = float(harmonic_numbers(n)[-1] / n)
    return Metrics(n, mrr, {k: min(1.0, k / n) for k in RECALL_AT}, (n + 1) / 2, (n + 1) / 2, mrr, mrr)


def mean_mrr(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Return the mean MRR of both directions, item i of a (n, k) belonging to item i of b (n, k)."""
    ranks = count_ranks(a, b)
    return float((reciprocal_ranks(ranks.a_to_b).mean() + reciprocal_ranks(ranks.b_to_a).mean()) / 2)

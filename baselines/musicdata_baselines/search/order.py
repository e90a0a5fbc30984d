"""The best of many scores, and where one stands among them; ties go to the lower number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_TIE = 1e-6
"""Relative; scores nearer than this are tied when ranks are counted: products in blocks round differently."""

_SAMPLED = 1 << 12
"""Scores that tell about where the k-th highest of many lies."""
_SAMPLED_MORE = 64
"""Ranks of the sample that are added to twice what is expected: chance hardly ever puts the k-th highest below them."""


def kth_highest(scores: NDArray[np.float32], k: int) -> np.float32:
    """Return the k-th highest of scores (n,), k from 1 to n; evenly spaced ones tell which of many can be above it.

    >>> float(kth_highest(np.array([1, 3, 2, 3], np.float32), 3))
    2.0
    """
    step = len(scores) // _SAMPLED
    some = scores[:: max(step, 1)]
    rank = 2 * k // max(step, 1) + _SAMPLED_MORE
    if step > 1 and rank < len(some):
        likely = scores[scores >= np.partition(some, len(some) - rank)[len(some) - rank]]
        scores = likely if len(likely) >= k else scores
    least: np.float32 = np.partition(scores, len(scores) - k)[len(scores) - k]
    return least


def places_of_best(scores: NDArray[np.float32], n: int) -> NDArray[np.int64]:
    """Return the places of the n highest scores, rising; all that tie with the last, none that is −∞."""
    if n >= len(scores):
        return np.flatnonzero(np.isfinite(scores))
    places = np.flatnonzero(scores >= kth_highest(scores, n))
    return places[np.isfinite(scores[places])]


def best_of(
    scores: NDArray[np.float32], k: int, above: float = -np.inf
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return places and values of the k highest scores (n,) above a bound, highest first, as many as there are.

    >>> places, values = best_of(np.array([1, 3, 3, 0], np.float32), 3, above=0)
    >>> places.tolist(), values.tolist()
    ([1, 2, 0], [3.0, 3.0, 1.0])
    """
    if k < len(scores):
        places = np.flatnonzero(scores >= kth_highest(scores, k))
        places = places[scores[places] > above]
    else:
        places = np.flatnonzero(scores > above)
    values = scores[places]
    order = np.argsort(-values, kind="stable")[:k]
    return places[order].astype(np.int32), values[order]


def reciprocal_ranks(scores: NDArray[np.float32], relevant: Sequence[int]) -> NDArray[np.float64]:
    """Return the reciprocal rank (rows,) of the best relevant song in each of several scores (rows, n) above 0."""
    wanted = np.asarray(relevant, np.int64)
    if not len(wanted):
        return np.zeros(len(scores))
    best = scores[:, wanted].max(axis=1, keepdims=True)
    width = _TIE * np.abs(best)
    first = np.where(np.abs(scores[:, wanted] - best) <= width, wanted, scores.shape[1]).min(axis=1)
    before = np.arange(scores.shape[1]) < first[:, None]
    ahead = np.count_nonzero((scores > best + width) | (before & (scores >= best - width)), axis=1)
    return np.where(best[:, 0] > 0, 1 / (1 + ahead), 0)


def near_best(scores: NDArray[np.float32], k: int) -> NDArray[np.int32]:
    """Return the places of scores (n,) that may be among the k best, rising; rounding may put a few more there."""
    if k >= len(scores):
        return np.flatnonzero(np.isfinite(scores)).astype(np.int32)
    least = kth_highest(scores, k)
    if not np.isfinite(least):
        return np.flatnonzero(np.isfinite(scores)).astype(np.int32)
    return np.flatnonzero(scores >= least - 10 * _TIE * abs(least)).astype(np.int32)


def rank_of_best(scores: NDArray[np.float32], relevant: Sequence[int] | NDArray[np.int32]) -> int:
    """Return the rank, from 1, of the best relevant of scores (n,), 0 where none has one (−∞)."""
    wanted = np.asarray(relevant, np.int64)
    if not len(wanted) or not np.isfinite(best := float(scores[wanted].max())):
        return 0
    width = _TIE * abs(best)
    tied = np.abs(scores[wanted] - best) <= width
    first = int(wanted[tied].min())
    better = int(np.count_nonzero(scores > best + width))
    return 1 + better + int(np.count_nonzero(np.abs(scores[:first] - best) <= width))

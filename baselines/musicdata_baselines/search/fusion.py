"""Scores of several searches on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RANKS_BEFORE = 60
"""Of reciprocal rank fusion: how little the first places differ (Cormack et al. 2009)."""


def by_score(
    scores: NDArray[np.float32], floors: NDArray[np.float32], tops: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Bring scores (parts, songs) to 0 … 1: what they are above the floor of each part, as a share of the best.

    Args:
        scores: −∞ where a song does not match; then, and below the floor, it is 0.
        floors: (parts,) what counts as 0.
        tops: (parts,) what counts as 1; −∞ where nothing matches.

    >>> by_score(np.array([[2, 4, -np.inf]], np.float32), np.zeros(1, np.float32), np.array([4], np.float32)).tolist()
    [[0.5, 1.0, 0.0]]
    """
    width = np.where(np.isfinite(tops) & (tops > floors), tops - floors, np.inf).astype(np.float32)
    scaled: NDArray[np.float32] = np.maximum(scores - floors[:, None], np.float32(0))
    scaled /= width[:, None]
    return scaled


def by_rank(
    scores: NDArray[np.float32],
    floors: NDArray[np.float32],  # noqa: ARG001  # as by_score has it
    tops: NDArray[np.float32],  # noqa: ARG001
) -> NDArray[np.float32]:
    """Return 61 / (60 + rank) of each song in each part (parts, songs), 0 where it does not match."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = np.empty(scores.shape, np.float32)
    places = np.arange(1, scores.shape[1] + 1, dtype=np.float32)
    np.put_along_axis(ranks, order, np.broadcast_to(places, scores.shape), axis=1)
    shares = (_RANKS_BEFORE + 1) / (_RANKS_BEFORE + ranks)
    return np.where(np.isfinite(scores), shares, 0).astype(np.float32)

"""Which samples are shown: some of each split, by a hash of their ids, those with most to show before others."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SPLITS = ("train", "valid", "test")


def choose(ids: Sequence[str], splits: Sequence[str], shown: NDArray[np.int64], most: int) -> list[int]:
    """Return the places of at most so many samples, the splits taking turns.

    Args:
        ids: of the samples.
        splits: of each.
        shown: how many modalities may be shown of each; those of none are not chosen.
        most: samples.

    >>> choose(["a", "b", "c", "d"], ["train", "train", "test", "test"], np.array([1, 1, 1, 0]), 3)
    [1, 2, 0]
    """
    queues = []
    for split in dict.fromkeys([*SPLITS, *splits]):
        places = [place for place in np.flatnonzero(shown).tolist() if splits[place] == split]
        queues.append(sorted(places, key=lambda place: (-shown[place], _hash(ids[place]), ids[place])))
    longest = max(map(len, queues), default=0)
    turns = (queue[turn] for turn in range(longest) for queue in queues if turn < len(queue))
    return [place for place, _ in zip(turns, range(most), strict=False)]


def _hash(sample_id: str) -> str:
    return hashlib.sha256(sample_id.encode()).hexdigest()

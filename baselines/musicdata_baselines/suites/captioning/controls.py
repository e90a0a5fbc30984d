"""Controls: the same network, asked with something else than the song's own sound or words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.suites.captioning.results import SHUFFLED_LYRICS, WRONG_AUDIO, ZERO_AUDIO

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.captioning import Songs
    from musicdata_baselines.suites.captioning.parts import Parts


def asked(parts: Parts, seed: int) -> dict[str, Songs]:
    """Return control → the test songs as a network that hears is asked: with other sound, with none, with other words.

    Raises:
        ValueError: the songs have no sound.
    """
    test = parts.test
    if test.tokens is None:
        raise ValueError("nothing was heard of these songs")
    other = others(parts.groups, seed)
    return {
        WRONG_AUDIO: replace(test, tokens=test.tokens[other]),
        ZERO_AUDIO: replace(test, tokens=np.zeros_like(test.tokens)),
        SHUFFLED_LYRICS: replace(test, lyrics=tuple(test.lyrics[number] for number in other.tolist())),
    }


def others(groups: NDArray[np.str_], seed: int) -> NDArray[np.int64]:
    """Return for each song another one, each once, of another group unless one group has more than half of them.

    >>> others(np.array(["a", "a", "b", "c"]), seed=0).tolist()
    [2, 3, 0, 1]
    """
    names, number, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    shuffled = np.random.default_rng(seed).permutation(len(names))
    order = np.argsort(shuffled[number], kind="stable")
    found = np.empty(len(groups), np.int64)
    found[order] = np.roll(order, -min(int(sizes.max()), max(len(groups) // 2, 1)))
    return found

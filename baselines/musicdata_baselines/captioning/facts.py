"""Which facts of a song a caption names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class FactScore:
    """How often captions name the right value of one fact.

    Attributes:
        right: whether a caption names the value of its song and no other value of the fact, for the songs that have one.
        songs: place (songs,) of those songs among all.
        chance: share that the commonest value would get.
    """

    right: NDArray[np.bool_]
    songs: NDArray[np.int64]
    chance: float

    @property
    def share(self) -> float:
        """Share of the songs whose caption is right."""
        return float(self.right.mean())


class Facts:
    """The values of facts, and the words that name them.

    Args:
        words: fact → value → words or phrases that name it, any of them.
    """

    def __init__(self, words: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        raise NotImplementedError

    def named(self, caption: str) -> dict[str, frozenset[str]]:
        """Return the values of each fact that a caption names."""
        raise NotImplementedError

    def score(self, captions: Sequence[str], truths: Sequence[Mapping[str, str]]) -> dict[str, FactScore]:
        """Return how often captions name what is true of their songs: `truths` has fact → value of each."""
        raise NotImplementedError

"""A caption of some other song that is as long as captions usually are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from musicdata_baselines.captioning.random_caption import RandomCaption
from musicdata_baselines.captioning.words import count_words

if TYPE_CHECKING:
    from musicdata_baselines.captioning.songs import Songs

KEPT = 0.1
"""Share of the captions that are of the usual length."""


class UsualLength(RandomCaption):
    """Copies a random one of the tenth of the training captions whose number of words is nearest to the median.

    Recall grows with length and precision falls, so that a random caption of the right length is a higher floor.

    Args:
        seed: of the draws.

    >>> from musicdata_baselines.captioning import Songs
    >>> train = Songs(("a",), ("",), None, (("Sea.", "Of the sea.", "Of all the hills in the land."),))
    >>> UsualLength().fit(train).caption(Songs(("c",), ("",), None, ((),)))
    ['Of the sea.']
    """

    name = "random caption of the usual length"

    def fit(self, songs: Songs) -> Self:
        """Take the captions of songs that are neither short nor long."""
        super().fit(songs)
        n_words = np.array([count_words(text) for text in self.captions_])
        nearest = np.argsort(np.abs(n_words - np.median(n_words)), kind="stable")
        kept = np.sort(nearest[: max(1, round(KEPT * len(n_words)))])
        self.captions_ = tuple(self.captions_[place] for place in kept.tolist())
        return self

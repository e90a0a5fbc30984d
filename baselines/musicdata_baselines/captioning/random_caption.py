"""A caption of some other song."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

from musicdata_baselines.captioning.songs import songs_with_captions
from musicdata_baselines.errors import NotFittedError

if TYPE_CHECKING:
    from musicdata_baselines.captioning.songs import Songs


class RandomCaption:
    """Copies a training caption that is drawn for each song by its id: the floor that every captioner must leave.

    Args:
        seed: of the draws.

    >>> from musicdata_baselines.captioning import Songs
    >>> train = Songs(("a", "b"), ("", ""), None, (("Of the sea.",), ("Of hills.",)))
    >>> RandomCaption(seed=0).fit(train).caption(Songs(("c", "d", "e"), ("",) * 3, None, ((),) * 3))
    ['Of hills.', 'Of hills.', 'Of the sea.']
    """

    name = "random caption"

    captions_: tuple[str, ...]

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, songs: Songs) -> Self:
        """Take the captions of songs."""
        self.captions_ = songs_with_captions(songs.without_tokens()).captions
        return self

    def caption(self, songs: Songs) -> list[str]:
        """Return a caption for each song.

        Raises:
            NotFittedError: there are no captions yet.
        """
        if not hasattr(self, "captions_"):
            raise NotFittedError(f"{type(self).__name__} has no captions yet; call fit first")
        return [self.captions_[draw(self.seed, one, len(self.captions_))] for one in songs.ids]


def draw(seed: int, song_id: str, n: int) -> int:
    """Return a number below n that depends on the seed and the song alone, not on the songs around it."""
    digest = hashlib.sha256(f"{seed}\n{song_id}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:16], "big") % n

"""Which songs a source has, and what tells the rows of each from others: so much is held of each song, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from musicdata.sources.tabular.dropped import Dropped

if TYPE_CHECKING:
    from musicdata.sources.interpretations.rows import Given

_BITS = 64
_MASK = (1 << _BITS) - 1


def together(digests: int, digest: int) -> int:
    """Return the digest of rows and one more, in whatever order they come."""
    return (digests + digest) & _MASK


@dataclass(slots=True)
class Listing:
    """The songs of a source as they are read.

    Attributes:
        dropped: what is none, in the order in which it stands.
        n_rows: interpretations that were read.
    """

    dropped: list[Dropped] = field(default_factory=list)
    n_rows: int = 0
    _digests: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many songs there are."""
        return len(self._digests)

    def add(self, one: Given | Dropped) -> None:
        """Take a row."""
        if isinstance(one, Dropped):
            self.dropped.append(one)
            return
        song_id = one.song.song_id
        self._digests[song_id] = together(self._digests.get(song_id, 0), one.digest)
        self.n_rows += 1

    def kept(self, limit: int = 0) -> list[tuple[str, str]]:
        """Return the songs in order of their ids, each with the digest of its rows; `limit` of them, if it is not 0."""
        return [(song_id, f"{self._digests[song_id]:016x}") for song_id in sorted(self._digests)[: limit or None]]

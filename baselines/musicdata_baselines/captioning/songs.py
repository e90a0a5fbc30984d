"""Songs as captioners see them, and what every captioner can do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from musicdata_baselines.errors import ViewError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Songs:
    """Songs with their words, their music and what people wrote of them; all in one order.

    Attributes:
        ids: of the songs, each once.
        lyrics: of each song, lines between line breaks; "" for a song without words.
        tokens: (n, n_tokens, width) of the music, float16; None where there is no music at all.
        references: captions of each song, the one to copy first; none for a song that nobody wrote of.

    Raises:
        ViewError: an id stands twice, or the parts are not of the same length.

    >>> songs = Songs(("a", "b"), ("the sea", "the hills"), None, (("Of water.", "Wet."), ()))
    >>> len(songs), songs.captions, songs.take([1]).ids
    (2, ('Of water.', 'Wet.'), ('b',))
    """

    ids: tuple[str, ...]
    lyrics: tuple[str, ...]
    tokens: NDArray[np.float16] | None
    references: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for one in fields(self):
            part = getattr(self, one.name)
            if part is not None and len(part) != len(self.ids):
                raise ViewError(f"{one.name} are of {len(part):,} songs, ids of {len(self.ids):,}; give one for each")
        if self.tokens is not None and self.tokens.ndim != 3:
            raise ViewError(f"tokens are of shape {self.tokens.shape}, expected (songs, tokens of a song, width)")
        if len(set(self.ids)) < len(self.ids):
            ((twice, _),) = Counter(self.ids).most_common(1)
            raise ViewError(f"song {twice!r} stands twice; give each song once, with all its captions")

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def captions(self) -> tuple[str, ...]:
        """All captions, song after song."""
        return tuple(text for texts in self.references for text in texts)

    def without_tokens(self) -> Self:
        """Return the songs without their music, which is large, for what looks at words only."""
        return replace(self, tokens=None)

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> Self:
        """Return some of the songs, in the order of `rows`."""
        places = np.asarray(rows, np.int64).tolist()
        return type(self)(
            tuple(self.ids[place] for place in places),
            tuple(self.lyrics[place] for place in places),
            None if self.tokens is None else self.tokens[places],
            tuple(self.references[place] for place in places),
        )


class Captioner(Protocol):
    """Writes a caption for each song.

    Attributes:
        name: short, for tables.
    """

    name: str

    def fit(self, songs: Songs) -> Self:
        """Learn from songs with captions; those without are passed over."""
        ...

    def caption(self, songs: Songs) -> list[str]:
        """Return a caption for each song; never looks at its references."""
        ...


def songs_with_captions(songs: Songs) -> Songs:
    """Return the songs that have a caption, by id, so that nothing depends on the order they came in.

    Raises:
        ViewError: there are none.
    """
    places = [place for place, texts in enumerate(songs.references) if texts]
    if not places:
        raise ViewError(f"none of {len(songs):,} songs has a caption; a captioner needs one at least to copy from")
    return songs.take(sorted(places, key=songs.ids.__getitem__))

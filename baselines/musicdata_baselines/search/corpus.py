"""What is searched: songs with their words, facts, sections and vectors, all numbered alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import UsageError
from musicdata_baselines.search.postings import Counts, count_terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

WHOLE_SONG = -1
"""The section number of a vector that stands for the whole song."""


@dataclass(frozen=True, slots=True, eq=False)
class SectionTable:
    """The sections of the songs, in order of song and index; repeated ones are left out.

    Attributes:
        song: (m,) int32 number of the song.
        index: (m,) int32 number of the section in its song.
        first_line: (m,) int32 line of the song's text, from 0, with which it begins.
        n_lines: (m,) int32 lines that it spans.
    """

    song: NDArray[np.int32]
    index: NDArray[np.int32]
    first_line: NDArray[np.int32]
    n_lines: NDArray[np.int32]

    @classmethod
    def empty(cls) -> SectionTable:
        """Return a table without sections."""
        return cls(*(np.empty(0, np.int32) for _ in range(4)))


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """What an encoder made of the songs and of their sections, in order of song and section.

    Attributes:
        song: (m,) int32 number of the song.
        section: (m,) int32 number of the section, −1 for the whole song.
        vectors: (m, width) float16 or float32, of unit length.
        weights_sha256: first digits of the hash of the encoder's weights; empty where nobody knows.
    """

    song: NDArray[np.int32]
    section: NDArray[np.int32]
    vectors: NDArray[Any]
    weights_sha256: str = ""


@dataclass(frozen=True, eq=False)
class Songs:
    """What is searched; a song is known by its place in `ids`.

    Attributes:
        ids: of the songs.
        texts: their words, lines between line breaks; may be read as they are asked for.
        titles, artists, genres: None where a song has none.
        years: int32, 0 where there is none.
        languages: ISO 639-1, `und` where nobody knows.
        sections: of the songs.
        vectors: by the encoder's name.

    Raises:
        UsageError: there is no song, or the parts do not have one entry a song.
    """

    ids: Sequence[str]
    texts: Sequence[str]
    titles: Sequence[str | None]
    artists: Sequence[str | None]
    genres: Sequence[str | None]
    years: NDArray[np.int32]
    languages: Sequence[str]
    sections: SectionTable = field(default_factory=SectionTable.empty)
    vectors: Mapping[str, Vectors] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not len(self.ids):
            raise UsageError("there is no song to search; give one at least")
        for name in ("texts", "titles", "artists", "genres", "years", "languages"):
            if (n := len(getattr(self, name))) != len(self.ids):
                raise UsageError(f"there are {len(self.ids):,} songs, but {n:,} {name}; give one for each song")

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def counts(self) -> Counts:
        """How often each word stands in each song; counted once for all that search by words."""
        return count_terms(self.texts)

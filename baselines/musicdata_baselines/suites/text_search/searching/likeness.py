"""Songs like another: by the vectors of whole songs, or by words where there is no vector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from musicdata.errors import UsageError
from musicdata.music.queries.parts import fold
from musicdata_baselines.search.corpus import WHOLE_SONG
from musicdata_baselines.suites.text_search.searching.filters import holds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.search import Vectors
    from musicdata_baselines.suites.text_search.searching.songs import SongIndex

_ROWS_AT_ONCE = 16_384
_NAMED = 5


def find_song(index: SongIndex, sample_id: str) -> int:
    """Return the number of a song.

    Raises:
        UsageError: there is none of that id; the message names songs whose id or title is like it.
    """
    number = index.number_of(sample_id)
    if number < 0:
        named = list(_similar(index, sample_id))
        hint = f"; did you mean {', '.join(named)}?" if named else "."
        raise UsageError(
            f"no song has the id {sample_id[:100]!r}{hint} musicdata search finds songs and names their ids"
        )
    return number


def _similar(index: SongIndex, given: str) -> Iterator[str]:
    """Yield songs, a few, whose id begins like what was given, or whose title has it."""
    wanted = fold(given)
    if not wanted:
        return
    begins: Any = pc.starts_with(index.column("sample_id"), given[: max(3, len(given) - 2)])
    alike = begins.to_numpy(zero_copy_only=False) | holds(index, wanted)
    for number in np.flatnonzero(alike)[:_NAMED].tolist():
        title = index.songs.titles[number]
        yield f"{index.songs.ids[number]} ({title})" if title else str(index.songs.ids[number])


def vectors_of(index: SongIndex, song: int, encoders: Sequence[str]) -> str:
    """Return the first of some encoders that has a vector of the whole song; "" where none has."""
    for encoder in encoders:
        vectors = index.songs.vectors.get(encoder)
        if vectors is not None and _whole_row(vectors, song) >= 0:
            return encoder
    return ""


def _whole_row(vectors: Vectors, song: int) -> int:
    """Return the row of the whole of a song, −1 where there is none."""
    row = int(np.searchsorted(vectors.song, song))
    there = row < len(vectors.song) and vectors.song[row] == song and vectors.section[row] == WHOLE_SONG
    return row if there else -1


def cosines(vectors: Vectors, song: int, n_songs: int) -> NDArray[np.float32]:
    """Return the cosine of each whole song with one of them, (songs,), −∞ of songs without a vector."""
    wanted = vectors.vectors[_whole_row(vectors, song)].astype(np.float32)
    scores = np.full(n_songs, -np.inf, np.float32)
    rows = np.flatnonzero(vectors.section == WHOLE_SONG)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[start : start + _ROWS_AT_ONCE]
        # One row at a time in effect: a product of matrices would make a score depend on its neighbours.
        scores[vectors.song[part]] = np.einsum("ij,j->i", vectors.vectors[part].astype(np.float32), wanted)
    return scores


def nearest_section(vectors: Vectors, like: int, song: int) -> int:
    """Return the section of a song that is most like the whole of another, −1 where it has none."""
    wanted = vectors.vectors[_whole_row(vectors, like)].astype(np.float32)
    start, stop = np.searchsorted(vectors.song, [song, song + 1]).tolist()
    sections = vectors.section[start:stop]
    rows = np.flatnonzero(sections != WHOLE_SONG)
    if not len(rows):
        return -1
    products = vectors.vectors[start:stop][rows].astype(np.float32) @ wanted
    return int(sections[rows[int(products.argmax())]])

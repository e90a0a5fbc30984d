"""Songs and their interpretations in order of the songs' ids, put aside in files, however the rows of a source come.

What rows say of a song is put aside once for all rows that say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from musicdata.sources.interpretations.records import SongFacts
from musicdata.sources.tabular import dropped as drops
from musicdata.sources.tabular import sorted_rows
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.sources.interpretations.rows import Given
    from musicdata.sources.tabular.dropped import Dropped

_SONGS, _ROWS, _DROPPED = "songs", "rows", "dropped"
_SONG_TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(SongFacts._fields, pa.string()),
    "song_digest": pa.int64(),
}
_SONG_SCHEMA = pa.schema(_SONG_TYPES)
_SONG_ORDER = (len(SongFacts._fields),)
_ROW_TYPES: dict[str, pa.DataType] = {
    "song_id": pa.string(),
    "text_sha256": pa.string(),
    "source": pa.string(),
    "source_row": pa.int64(),
    "part": pa.int32(),
    "text": pa.string(),
    "votes": pa.int32(),
    "votes_given": pa.string(),
    "variant": pa.string(),
    "official_split": pa.string(),
    "song_digest": pa.int64(),
    "digest": pa.int64(),
}
_ROW_SCHEMA = pa.schema(_ROW_TYPES)
_ROW_ORDER = (1, 2, 3, 4)


class SortedInterpretations:
    """Interpretations that are gathered in any order.

    Args:
        folder: an empty one, where they are written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        songs, rows = (paths.make_inside(folder, name) for name in (_SONGS, _ROWS))
        self._songs = sorted_rows.SortedRows(songs, _SONG_SCHEMA, _SONG_ORDER)
        self._rows = sorted_rows.SortedRows(rows, _ROW_SCHEMA, _ROW_ORDER)
        self._told: set[int] = set()
        self._dropped: list[Dropped] = []

    def add(self, one: Given) -> None:
        """Gather a row."""
        song, (text, sha256, votes, votes_given, part) = one.song, one.interpretation
        if one.song_digest not in self._told:
            self._told.add(one.song_digest)
            self._songs.add((*song, one.song_digest), len(song.lyrics or ""))
        row = (
            song.song_id, sha256, one.source, one.source_row, part, text, votes, votes_given, one.variant,
            one.official_split, one.song_digest, one.digest,
        )  # fmt: skip
        self._rows.add(row, len(text))

    def close(self, dropped: list[Dropped]) -> None:
        """Write what is left, and what was dropped."""
        self._songs.close()
        self._rows.close()
        drops.write(self._folder / _DROPPED, dropped)


def dropped(folder: Path) -> Iterator[Dropped]:
    """Yield what was dropped, as `SortedInterpretations.close` wrote it."""
    return drops.read(folder / _DROPPED)


def songs(folder: Path, first: str, last: str) -> pa.Table:
    """Return what rows say of songs with ids in first..last, once what is the same, in order of their ids."""
    return sorted_rows.between(folder / _SONGS, _SONG_SCHEMA, _SONG_ORDER, first, last)


def rows(folder: Path, first: str, last: str) -> pa.Table:
    """Return the interpretations of songs with ids in first..last, in order of ids, hashes of the texts, and places."""
    return sorted_rows.between(folder / _ROWS, _ROW_SCHEMA, _ROW_ORDER, first, last)

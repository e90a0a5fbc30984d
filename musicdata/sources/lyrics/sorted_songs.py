"""Songs in the order of their ids, however they come and however many there are, and beside them what was dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from musicdata.sources.lyrics.records import SongText
from musicdata.sources.tabular import dropped as drops
from musicdata.sources.tabular import sorted_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from musicdata.sources.tabular.dropped import Dropped

_DROPPED = "dropped"
COLUMNS = SongText._fields[:-1]
_TYPES = {"year": pa.int32(), "source_row": pa.int64()}
_SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in (*COLUMNS, "digest")])
_ORDER = (len(COLUMNS),)


class SortedSongs:
    """Songs that are gathered in any order.

    Args:
        folder: where they are written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._rows = folder, sorted_rows.SortedRows(folder, _SCHEMA, _ORDER)

    def add(self, song: SongText, digest: str) -> None:
        """Gather a song, and the digest of its row."""
        self._rows.add((*song[:-1], digest), len(song.text))

    def close(self, dropped: Sequence[Dropped]) -> None:
        """Write what is left, and what was dropped."""
        self._rows.close()
        drops.write(self._folder / _DROPPED, dropped)


def dropped(folder: Path) -> Iterator[Dropped]:
    """Yield what was dropped, as `SortedSongs.close` wrote it."""
    return drops.read(folder / _DROPPED)


def between(folder: Path, first: str, last: str) -> pa.Table:
    """Return the rows of songs with ids in first..last, and their digests, in order of their ids."""
    return sorted_rows.between(folder, _SCHEMA, _ORDER, first, last)

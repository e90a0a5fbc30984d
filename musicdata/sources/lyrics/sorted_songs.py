"""Songs in the order of their ids, however they come and however many there are: sorted runs in files, by batches.

A run is what memory has room for. Whoever reads a range of ids reads of each run the batches that reach into it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.sources.lyrics.listing import Dropped
from musicdata.sources.lyrics.records import SongText
from musicdata.system import paths
from musicdata.system.files import storage_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_RUN_CHARACTERS = 24 << 20
_BATCH_ROWS = 256
_INDEX, _DROPPED = "index", "dropped"
COLUMNS = SongText._fields[:-1]
_TYPES = {"year": pa.int32(), "source_row": pa.int64()}
_SCHEMA = pa.schema([(name, _TYPES.get(name, pa.string())) for name in (*COLUMNS, "digest")])


@dataclass(slots=True)
class SortedSongs:
    """Songs that are gathered in any order.

    Attributes:
        folder: where runs are written.
    """

    folder: Path
    _waiting: list[tuple[SongText, str]] = field(default_factory=list)
    _n_characters: int = 0
    _index: list[tuple[int, int, str, str]] = field(default_factory=list)
    _n_runs: int = 0

    def add(self, song: SongText, digest: str) -> None:
        """Gather a song, and the digest of its row."""
        self._waiting.append((song, digest))
        self._n_characters += len(song.text)
        if self._n_characters >= _RUN_CHARACTERS:
            self._write_run()

    def close(self, dropped: Sequence[Dropped]) -> None:
        """Write what is left, what was dropped, and which batch has which ids."""
        if self._waiting:
            self._write_run()
        _write_lines(self.folder / _INDEX, self._index)
        _write_lines(self.folder / _DROPPED, [(one.key, one.reason, one.detail) for one in dropped])

    def _write_run(self) -> None:
        songs = sorted(self._waiting, key=lambda one: (one[0].song_id, one[1]))
        path = self.folder / f"{self._n_runs}.arrow"
        with storage_faults(path), paths.create(path) as file, pa.ipc.new_file(file, _SCHEMA) as run:
            for number, start in enumerate(range(0, len(songs), _BATCH_ROWS)):
                some = songs[start : start + _BATCH_ROWS]
                columns = zip(*((*song[:-1], digest) for song, digest in some), strict=True)
                arrays = [pa.array(values, field.type) for values, field in zip(columns, _SCHEMA, strict=True)]
                run.write_batch(pa.record_batch(arrays, schema=_SCHEMA))
                self._index.append((self._n_runs, number, some[0][0].song_id, some[-1][0].song_id))
        self._waiting, self._n_characters = [], 0
        self._n_runs += 1


def _write_lines(path: Path, values: Sequence[tuple[Any, ...]]) -> None:
    with storage_faults(path), paths.create(path) as file:
        file.writelines(json.dumps(value).encode() + b"\n" for value in values)


def _read_lines(path: Path) -> Iterator[Any]:
    with paths.open_regular(path) as file:
        yield from map(json.loads, file)


def dropped(folder: Path) -> Iterator[Dropped]:
    """Yield what was dropped, as `SortedSongs.close` wrote it."""
    for key, reason, detail in _read_lines(folder / _DROPPED):
        yield Dropped(key, reason, detail)


def between(folder: Path, first: str, last: str) -> pa.Table:
    """Return the rows of songs with ids in first..last, and their digests, in order of their ids."""
    batches: dict[int, list[int]] = {}
    for run, batch, begin, end in _read_lines(folder / _INDEX):
        if begin <= last and first <= end:
            batches.setdefault(run, []).append(batch)
    pieces = [_SCHEMA.empty_table()]
    for run, numbers in batches.items():
        with paths.open_regular(folder / f"{run}.arrow") as file, paths.native(file) as opened:
            reader = pa.ipc.open_file(opened)
            pieces += [pa.Table.from_batches([reader.get_batch(number)]) for number in numbers]
    rows = pa.concat_tables(pieces)
    ids = rows.column("song_id")
    is_between = pc.and_(pc.greater_equal(ids, pa.scalar(first)), pc.less_equal(ids, pa.scalar(last)))
    return rows.filter(is_between).sort_by([("song_id", "ascending"), ("digest", "ascending")])

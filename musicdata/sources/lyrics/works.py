"""A table that says which songs are versions of one work: translations, settings, reprints.

It names songs by their row in the one table that is read, by row and file, or by their id.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.errors import FormatError, InputError
from musicdata.sources.lyrics import inputs
from musicdata.sources.lyrics.columns import FIELDS
from musicdata.sources.tabular.cells import stated
from musicdata.sources.tabular.columns import fields
from musicdata.sources.tabular.rows import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.sources.lyrics.inputs import Source
    from musicdata.sources.lyrics.records import SongText

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "row": ("row", "source row", "row number"),
    "file": ("file", "source file"),
    "id": FIELDS["id"],
    "work": FIELDS["work"],
    "licence": FIELDS["licence"],
}


@dataclass(frozen=True, slots=True)
class Works:
    """What is told of songs in a table of their own.

    Attributes:
        by_row: (file, row) → work, licence.
        by_id: song → the same.
    """

    by_row: Mapping[tuple[str, int], tuple[str | None, str | None]]
    by_id: Mapping[str, tuple[str | None, str | None]]

    def __len__(self) -> int:
        return len(self.by_row) + len(self.by_id)

    def told(self, song: SongText) -> SongText:
        """Return a song with what is told of it; the table goes before what its own row says."""
        work, licence = self.by_row.get((song.source, song.source_row)) or self.by_id.get(song.song_id) or (None, None)
        if work is None and licence is None:
            return song
        return song._replace(work_id=work or song.work_id, licence=licence or song.licence)


NONE = Works({}, {})


def path_of(name: str) -> Path | None:
    """Return where the table is; None where none is named.

    Raises:
        InputError: there is no such file.
    """
    if not name:
        return None
    if not Path(name).is_file():
        raise InputError(f"works {name}: no such file; expected a table with row or song_id, and work")
    return Path(name)


def read(name: str, source: Source) -> Works:
    """Read the table of that name, if one is named, for the songs of a source.

    Raises:
        InputError: it cannot be read, or does not say which song is meant.
    """
    if (path := path_of(name)) is None:
        return NONE
    file = inputs.table(path)
    names = fields(inputs.columns(file), _FIELDS)
    if "work" not in names and "licence" not in names:
        raise InputError(
            f"works {path} has no column work (or licence): its columns are {', '.join(inputs.columns(file)[:20])}"
        )
    tables = [one.name for one in source.read()]
    is_placed = "row" in names and ("file" in names or len(tables) == 1)
    if not is_placed and "id" not in names:
        several = f", or, since {len(tables)} files are read, row and file" if len(tables) > 1 else ""
        raise InputError(f"works {path} names no songs: expected a column row or song_id{several}")
    rows: dict[tuple[str, int], tuple[str | None, str | None]] = {}
    ids: dict[str, tuple[str | None, str | None]] = {}
    for row in inputs.rows(file):
        if isinstance(row, Fault):
            raise InputError(f"works {path}, row {row.row}: {row.detail}")
        cells = {field: _cell(field, row.cells.get(name), path, row.row) for field, name in names.items()}
        told = (cells.get("work"), cells.get("licence"))
        if not is_placed:
            ids[cells["id"] or ""] = told
        else:
            rows[cells.get("file") or tables[0], _number(cells["row"], path, row.row)] = told
    return Works(rows, ids)


def _cell(field: str, value: object, path: Path, row: int) -> str | None:
    try:
        return stated(field, value)
    except FormatError as error:
        raise InputError(f"works {path}, row {row}: {error.detail}") from None


def _number(value: str | None, path: Path, row: int) -> int:
    if value is None or not value.isdecimal():
        raise InputError(f"works {path}, row {row}: {value!r} is no number of a row")
    return int(value)

"""Loose files: what the exports `files`, `lhotse`, `mirdata` and `musictm` lay side by side in folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.release.exports.sample import file_stem
from musicdata.release.exports.tabular import CsvWriter, read_csv, rows_of
from musicdata.release.reading import shape
from musicdata.release.record import layout
from musicdata.release.record.rights import RIGHTS
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

    from musicdata.release.exports.export import Payload
    from musicdata.release.exports.folder import Folder
    from musicdata.release.exports.sample import Sample
    from musicdata.release.reading.release import Release

METADATA, RIGHTS_FILE = "metadata.csv", f"{RIGHTS}.csv"
_GATHERED_ROWS = 1000


class LooseFiles:
    """The files of each sample, in folders that are called after the tables they come from.

    Args:
        release: that is exported.
    """

    def __init__(self, release: Release) -> None:
        beside = shape.beside(release)
        self._beside = file_stem(beside) if beside else ""
        self._files: dict[str, tuple[str, str]] = {}
        for work in shape.works(release):
            if not work.is_text:
                taken = {place for place, _ in self._files.values()} | {self._beside}
                place = f"{work.table}_{work.name}" if work.table in taken else work.table
                self._files[work.name] = file_stem(place), work.column.file_ending

    @property
    def columns(self) -> dict[str, str]:
        """Return column of `metadata.csv` with the paths of one kind of files → name of the kind."""
        names = [*self._files, *([self._beside] if self._beside else [])]
        return {f"{name}_path": name for name in names}

    def write(self, folder: Folder, sample: Sample, below: str = "") -> dict[str, str]:
        """Write a sample's sounds and pictures, and the rows beside it as CSV; return kind of file → path."""
        return self.write_media(folder, sample, below) | self._write_rows(folder, sample, below)

    def write_media(self, folder: Folder, sample: Sample, below: str = "") -> dict[str, str]:
        """Write a sample's sounds and pictures; return name → path."""
        paths = {}
        for name, data in sample.media.items():
            place, ending = self._files[name]
            paths[name] = folder.write(f"{below}{place}/{sample.stem}{ending}", data)
        return paths

    def _write_rows(self, folder: Folder, sample: Sample, below: str) -> dict[str, str]:
        if sample.beside is None:
            return {}
        path = f"{below}{self._beside}/{sample.stem}.csv"
        with folder.open(path) as file, CsvWriter(file, sample.beside.schema.remove_metadata()) as writer:
            writer.write(sample.beside)
        return {self._beside: path}


def write_rights(release: Release, folder: Folder) -> None:
    """Write the table of rights as CSV, if the release has one: who takes the files must know what they may do."""
    if RIGHTS not in release.tables:
        return
    pieces = release.iterate(RIGHTS)
    with folder.open(RIGHTS_FILE) as file, CsvWriter(file, shape.table_schema(release, RIGHTS)) as writer:
        for rows in pieces:
            writer.write(rows)


def read_rights(folder: Path, release: Release) -> Iterator[tuple[str, str, Iterator[pa.Table] | None]]:
    """Yield the table of rights, all splits together, if the release has it."""
    if RIGHTS in release.tables:
        yield RIGHTS, "", csv_if_there(folder / RIGHTS_FILE, shape.table_schema(release, RIGHTS))


def csv_if_there(path: Path, types: pa.Schema) -> Iterator[pa.Table] | None:
    """Return the rows of a CSV file, or None if there is none."""
    return read_csv(path, types) if path.exists() else None


class MetadataWriter:
    """Writes `metadata.csv`: a row a sample with all facts and the paths of its files."""

    def __init__(self, release: Release, folder: Folder) -> None:
        self._schema = metadata_schema(release)
        self._context = folder.open(METADATA)
        self._waiting: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self._writer = CsvWriter(self._context.__enter__(), self._schema)
        return self

    def add(self, sample: Sample, paths: dict[str, str]) -> None:
        """Append a sample; `paths` are kind of file → path."""
        self._waiting.append(sample.facts | {f"{kind}_path": path for kind, path in paths.items()})
        if len(self._waiting) >= _GATHERED_ROWS:
            self._flush()

    def _flush(self) -> None:
        self._writer.write(self._waiting)
        self._waiting = []

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if kind is None:
            self._flush()
            self._writer.__exit__()
        self._context.__exit__(kind, error, trace)


def metadata_schema(release: Release) -> pa.Schema:
    """Return the columns of `metadata.csv` and their types."""
    facts = shape.schema_of(shape.columns_of(release, layout.SAMPLES))
    return pa.schema([*facts, *(pa.field(name, pa.string()) for name in LooseFiles(release).columns)])


def read_payloads(folder: Path, release: Release) -> Iterator[tuple[str, str, Payload, dict[str, str]]]:
    """Yield sample_id, split, what the files that `metadata.csv` names hold, and kind of file → path."""
    columns, beside = LooseFiles(release).columns, shape.beside(release)
    types = shape.table_schema(release, beside) if beside else pa.schema([])
    for row in rows_of(read_csv(folder / METADATA, metadata_schema(release))):
        named = {kind: row.pop(name) for name, kind in columns.items() if name in row}
        named = {kind: path for kind, path in named.items() if path is not None}
        media = {kind: read_file(folder, path) for kind, path in named.items() if kind != beside}
        payload: Payload = {"facts": row, "media": media}
        if beside and beside in named:
            payload["rows"] = list(rows_of(read_csv(paths.inside(folder, named[beside]), types)))
        yield row[SAMPLE_ID], row["split"], payload, named


def read_file(folder: Path, path: str) -> bytes:
    """Return the bytes of a file that a table of the folder names.

    Raises:
        IntegrityError: the path leads out of the folder or over a link, or it is no regular file.
    """
    return paths.read_inside(folder, path, paths.MAX_FILE_BYTES)

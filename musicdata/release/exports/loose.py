"""Loose files: what the exports `files`, `lhotse`, `mirdata` and `musictm` lay side by side in folders."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from musicdata.errors import IntegrityError
from musicdata.release.exports import sample as samples
from musicdata.release.exports import schema
from musicdata.release.exports.tabular import CsvWriter, read_csv, rows_of
from musicdata.release.record import layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

    from musicdata.release.exports.folder import Folder
    from musicdata.release.exports.sample import Sample
    from musicdata.release.exports.view import Payload
    from musicdata.release.reading.release import Release

METADATA, RIGHTS = "metadata.csv", "rights.csv"
FOLDERS = {"audio": "audio", "sheet": "sheets"}
PATHS = ("audio_path", "sheet_path", "alignment_path")
_GATHERED_ROWS = 1000


def write_media(folder: Folder, sample: Sample, below: str = "") -> dict[str, str]:
    """Write a sample's sound and picture; return modality → path."""
    return {
        modality: folder.write(f"{below}{FOLDERS[modality]}/{sample.stem}{samples.SUFFIXES[modality]}", data)
        for modality, data in sample.media.items()
    }


def write_alignment(folder: Folder, sample: Sample, below: str = "") -> dict[str, str]:
    """Write a sample's alignment as CSV; return its path under the name `alignment`, or nothing if there is none."""
    if sample.alignment is None:
        return {}
    path = f"{below}alignment/{sample.stem}.csv"
    with folder.open(path) as file, CsvWriter(file, sample.alignment.schema.remove_metadata()) as writer:
        writer.write(sample.alignment)
    return {"alignment": path}


def write_rights(release: Release, folder: Folder) -> None:
    """Write the table of rights as CSV, if the release has one: who takes the files must know what they may do."""
    if samples.RIGHTS not in release.tables:
        return
    pieces = release.iterate(samples.RIGHTS)
    with folder.open(RIGHTS) as file, CsvWriter(file, schema.table_schema(release, samples.RIGHTS)) as writer:
        for rows in pieces:
            writer.write(rows)


def read_rights(folder: Path, release: Release) -> Iterator[tuple[str, str, Iterator[pa.Table] | None]]:
    """Yield the table of rights, all splits together, if the release has it."""
    if samples.RIGHTS in release.tables:
        yield samples.RIGHTS, "", csv_if_there(folder / RIGHTS, schema.table_schema(release, samples.RIGHTS))


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
        """Append a sample; `paths` are modality → path."""
        self._waiting.append(sample.facts | {f"{modality}_path": path for modality, path in paths.items()})
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
    facts = schema.schema_of(schema.columns_of(release, layout.SAMPLES))
    return pa.schema([*facts, *(pa.field(name, pa.string()) for name in PATHS)])


def read_payloads(folder: Path, release: Release) -> Iterator[tuple[str, str, Payload, dict[str, str]]]:
    """Yield sample_id, split, what the files that `metadata.csv` names hold, and modality → path."""
    types = schema.table_schema(release, samples.ALIGNMENT) if samples.ALIGNMENT in release.tables else pa.schema([])
    for row in rows_of(read_csv(folder / METADATA, metadata_schema(release))):
        paths = {name.removesuffix("_path"): row.pop(name) for name in PATHS}
        paths = {modality: path for modality, path in paths.items() if path is not None}
        found: Payload = {"facts": row}
        for modality, path in paths.items():
            place = inside(folder, path)
            found[modality] = list(rows_of(read_csv(place, types))) if modality == "alignment" else place.read_bytes()
        yield row["sample_id"], row["split"], found, paths


def inside(folder: Path, path: str) -> Path:
    """Return where a path that a file of the folder names leads.

    Raises:
        IntegrityError: it leads out of the folder.
    """
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise IntegrityError(f"{folder} names a file outside of itself: {path[:200]!r}")
    return folder / path

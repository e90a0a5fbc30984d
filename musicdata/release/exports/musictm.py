"""The MusicTM layout: what the paper describes (arXiv 2012.00290), sample by sample, in a folder a split.

    README.md                           how this relates to the paper, and what differs
    metadata.csv  rights.csv
    <split>/triples/<sample_id>.npy     float64 (notes, 3): MIDI pitch, duration and rest before it, in quarter lengths
    <split>/alignment/<sample_id>.csv   syllable, word, times and boxes of each note
    <split>/midi/<sample_id>.mid        the notes as they were played
    <split>/audio/<sample_id>.flac  <split>/sheets/<sample_id>.png
    <split>/note_sheets.csv  <split>/note_sheets/<note_sheet_id>.png    the picture of each distinct note

Cells of the tables are written as `tabular` says.
"""

from __future__ import annotations

import functools
import io
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from musicdata.errors import IntegrityError
from musicdata.music.render import midi
from musicdata.release.exports import loose, schema
from musicdata.release.exports import sample as samples
from musicdata.release.exports.tabular import CsvWriter
from musicdata.release.exports.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from musicdata.release.exports.folder import Folder
    from musicdata.release.exports.view import Payload
    from musicdata.release.reading.release import Release

    Rows = list[dict[str, Any]]

README = "README.md"
NOTE_SHEETS = "note_sheets"
TRIPLE = ("pitch", "duration_ql", "rest_ql")
_README = Path(__file__).with_name("musictm_readme.txt")
_PICTURES_AT_ONCE = 200


def write(release: Release, folder: Folder) -> None:
    """Write every sample's files, the pictures of single notes, and what the folder is."""
    play = player(release)
    with loose.MetadataWriter(release, folder) as metadata:
        for sample in samples.iterate(release):
            below, rows = f"{sample.split}/", sample.rows()
            paths = loose.write_media(folder, sample, below) | loose.write_alignment(folder, sample, below)
            metadata.add(sample, paths)
            if rows and all(row[name] is not None for row in rows for name in TRIPLE):
                folder.write(f"{below}triples/{sample.stem}.npy", _npy(rows))
                folder.write(f"{below}midi/{sample.stem}.mid", play(sample.sample_id, rows))
    if NOTE_SHEETS in release.tables:
        _write_note_sheets(release, folder)
    loose.write_rights(release, folder)
    record = release.record
    text = Template(_README.read_text("utf-8")).substitute(name=record.name, version=record.version)
    folder.write(README, text.encode())


def player(release: Release) -> Callable[[str, Rows], bytes]:
    """Return what makes MIDI of a sample's notes, with the instrument and loudness the release was played with."""
    told: dict[str, Any] = next(
        (stage["parameters"] for stage in release.record.stages if stage["stage"] == "render_audio"), {}
    )
    options = {"velocity": told.get("velocity", 80), "program_number": told.get("program", 0)}
    return functools.partial(_play, options)


def _play(options: dict[str, int], sample_id: str, rows: Rows) -> bytes:
    notes = [midi.ClipNote(row["pitch"], row["onset_s"], row["offset_s"]) for row in rows]
    return midi.write(midi.Clip(sample_id, notes), **options).midi


def _npy(rows: Rows) -> bytes:
    out = io.BytesIO()
    triples = np.array([[row[name] for name in TRIPLE] for row in rows], dtype="<f8")
    np.lib.format.write_array(out, triples, version=(1, 0), allow_pickle=False)
    return out.getvalue()


def _write_note_sheets(release: Release, folder: Folder) -> None:
    """Write the pictures of single notes and the tables of them, split by split."""
    types = _note_sheet_types(release)
    columns = [field.name for field in release.contract(NOTE_SHEETS).arrow_schema()]
    for split in release.reader.splits(NOTE_SHEETS):
        with folder.open(f"{split}/{NOTE_SHEETS}.csv") as file, CsvWriter(file, types) as writer:
            for rows in schema.reader_of(release, split).iterate(NOTE_SHEETS, columns):
                writer.write([row | _write_picture(folder, split, row) for row in rows.to_pylist()])


def _write_picture(folder: Folder, split: str, row: dict[str, Any]) -> dict[str, str]:
    if row.get("image") is None:
        return {}
    stem = samples.file_stem(row["note_sheet_id"])
    return {"image": folder.write(f"{split}/{NOTE_SHEETS}/{stem}.png", row["image"]["bytes"])}


def _note_sheet_types(release: Release) -> pa.Schema:
    columns = release.contract(NOTE_SHEETS).columns
    return pa.schema([pa.field(c.name, pa.string() if c.is_media else c.arrow_type) for c in columns])


def read(folder: Path, release: Release) -> Iterator[tuple[str, str, Payload]]:
    """Yield what lies in the files; the MIDI file has to be that of the notes."""
    play = player(release)
    for sample_id, split, found, _paths in loose.read_payloads(folder, release):
        triples = folder / split / "triples" / f"{samples.file_stem(sample_id)}.npy"
        if triples.exists():
            rows: Rows = found["alignment"]
            if (folder / split / "midi" / f"{sample_id}.mid").read_bytes() != play(sample_id, rows):
                raise IntegrityError(f"{split}/midi/{sample_id}.mid does not have the notes of the alignment")
            found["alignment"] = rows + _triples(triples)
        yield sample_id, split, found


def _triples(path: Path) -> Rows:
    with path.open("rb") as file:
        values = np.lib.format.read_array(file, allow_pickle=False)
    return [{"note_index": n, **dict(zip(TRIPLE, row, strict=True))} for n, row in enumerate(values.tolist())]


def tables(folder: Path, release: Release) -> Iterator[tuple[str, str, Iterator[pa.Table] | None]]:
    """Yield the rights, and the pictures of single notes."""
    yield from loose.read_rights(folder, release)
    if NOTE_SHEETS in release.tables:
        for split in release.reader.splits(NOTE_SHEETS):
            rows = loose.csv_if_there(folder / split / f"{NOTE_SHEETS}.csv", _note_sheet_types(release))
            yield NOTE_SHEETS, split, rows and _pictures(folder, rows)


def _pictures(folder: Path, tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield the table with the bytes of the pictures in the place of their paths."""
    for table in tables:
        for batch in table.to_batches(max_chunksize=_PICTURES_AT_ONCE):
            rows = pa.Table.from_batches([batch])
            if "image" in rows.column_names:
                place, paths = rows.column_names.index("image"), rows.column("image").to_pylist()
                pictures = [None if path is None else loose.inside(folder, path).read_bytes() for path in paths]
                rows = rows.set_column(place, "image", pa.array(pictures, pa.binary()))
            yield rows


VIEW = View(
    name="musictm",
    holds="the layout of the MusicTM paper: triples, syllables, MIDI, sound and sheet of each sample",
    write=write,
    read=read,
    tables=tables,
    carries=("facts", "audio", "sheet", "alignment"),
    needs=("alignment.pitch", "alignment.duration_ql", "alignment.rest_ql", "alignment.syllable"),
)

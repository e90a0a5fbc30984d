"""The MusicTM layout: what the paper describes (arXiv 2012.00290), sample by sample, in a folder a split.

    README.md                           how this relates to the paper, and what differs
    metadata.csv  rights.csv
    <split>/triples/<sample_id>.npy     float64 (notes, 3): MIDI pitch, duration and rest before it, in quarter lengths
    <split>/alignment/<sample_id>.csv   syllable, word, times and boxes of each note: the table beside the samples
    <split>/midi/<sample_id>.mid        the notes as they were played
    <split>/audio/<sample_id>.flac  <split>/sheets/<sample_id>.png
    <split>/note_sheets.csv  <split>/note_sheets/<note_sheet_id>.png    the picture of each distinct note: every table
                                        of pictures that the notes share

Cells of the tables are written as `tabular` says.
"""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from musicdata.errors import IntegrityError
from musicdata.music.render import midi
from musicdata.release.exports import loose
from musicdata.release.exports import sample as samples
from musicdata.release.exports.export import Export, Needs
from musicdata.release.exports.tabular import CsvWriter
from musicdata.release.reading import shape
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from musicdata.release.exports.export import Payload
    from musicdata.release.exports.folder import Folder
    from musicdata.release.reading.release import Release

    Rows = list[dict[str, Any]]

README = "README.md"
NUMBER = "note_index"
TRIPLE = ("pitch", "duration_ql", "rest_ql")
SUNG = "syllable"
# Columns of the paper's notes, which a release needs beside its samples for this layout.
NOTES = (*TRIPLE, SUNG)
PLAYED = {"velocity": 80, "program": 0}
"""Parameters of the stage that played the notes → what they are where no stage has them."""
_README = Path(__file__).with_name("musictm_readme.txt")
_PICTURES_AT_ONCE = 200


def write(release: Release, folder: Folder) -> None:
    """Write every sample's files, the pictures of single notes, and what the folder is."""
    play, files = player(release), loose.LooseFiles(release)
    with loose.MetadataWriter(release, folder) as metadata:
        for sample in samples.iterate(release):
            below, rows = f"{sample.split}/", sample.rows()
            metadata.add(sample, files.write(folder, sample, below))
            if rows and all(row[name] is not None for row in rows for name in TRIPLE):
                folder.write(f"{below}triples/{sample.stem}.npy", _npy(rows))
                folder.write(f"{below}midi/{sample.stem}.mid", play(sample.sample_id, rows))
    for pictures in shared_pictures(release):
        pictures.write(release, folder)
    loose.write_rights(release, folder)
    record = release.record
    text = Template(_README.read_text("utf-8")).substitute(name=record.name, version=record.version)
    folder.write(README, text.encode())


def player(release: Release) -> Callable[[str, Rows], bytes]:
    """Return what makes MIDI of a sample's notes, with the instrument and loudness the release was played with."""
    stages = (stage.get("parameters") or {} for stage in release.record.stages)
    played: dict[str, Any] = next((parameters for parameters in stages if PLAYED.keys() & parameters.keys()), {})
    options = {name: played.get(name, default) for name, default in PLAYED.items()}
    return functools.partial(_play, {"velocity": options["velocity"], "program_number": options["program"]})


def _play(options: dict[str, int], sample_id: str, rows: Rows) -> bytes:
    notes = [midi.ClipNote(row["pitch"], row["onset_s"], row["offset_s"]) for row in rows]
    return midi.write(midi.Clip(sample_id, notes), **options).midi


def _npy(rows: Rows) -> bytes:
    out = io.BytesIO()
    triples = np.array([[row[name] for name in TRIPLE] for row in rows], dtype="<f8")
    np.lib.format.write_array(out, triples, version=(1, 0), allow_pickle=False)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class SharedPictures:
    """A table of pictures that several samples share: of single notes.

    Attributes:
        table: its name.
        key: column of the ids that its pictures are called after.
        place: column of the pictures, which end in `ending`.
    """

    table: str
    key: str
    place: str
    ending: str

    def write(self, release: Release, folder: Folder) -> None:
        """Write the pictures and the tables of them, split by split."""
        types = self.types(release)
        columns = [field.name for field in release.contract(self.table).arrow_schema()]
        for split in release.reader.splits(self.table):
            with folder.open(f"{split}/{self.table}.csv") as file, CsvWriter(file, types) as writer:
                for rows in shape.reader_of(release, split).iterate(self.table, columns):
                    writer.write([row | self._write_picture(folder, split, row) for row in rows.to_pylist()])

    def _write_picture(self, folder: Folder, split: str, row: dict[str, Any]) -> dict[str, str]:
        if row.get(self.place) is None:
            return {}
        stem = samples.file_stem(row[self.key])
        path = f"{split}/{self.table}/{stem}{self.ending}"
        return {self.place: folder.write(path, row[self.place]["bytes"])}

    def types(self, release: Release) -> pa.Schema:
        """Return the columns of the table as CSV has them: paths for pictures."""
        columns = release.contract(self.table).columns
        return pa.schema([pa.field(c.name, pa.string() if c.is_media else c.arrow_type) for c in columns])

    def read(self, folder: Path, tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
        """Yield the table with the bytes of the pictures in the place of their paths."""
        for table in tables:
            for batch in table.to_batches(max_chunksize=_PICTURES_AT_ONCE):
                rows = pa.Table.from_batches([batch])
                if self.place in rows.column_names:
                    number, files = rows.column_names.index(self.place), rows.column(self.place).to_pylist()
                    pictures = [None if path is None else loose.read_file(folder, path) for path in files]
                    rows = rows.set_column(number, self.place, pa.array(pictures, pa.binary()))
                yield rows


def shared_pictures(release: Release) -> list[SharedPictures]:
    """List the tables of pictures that rows beside the samples share."""
    pictures = []
    for contract in map(release.contract, release.tables):
        media = [column for column in contract.columns if column.is_picture]
        if contract.shown_by and media:
            pictures.append(SharedPictures(contract.name, contract.key[0], media[0].name, media[0].file_ending))
    return pictures


def read(folder: Path, release: Release) -> Iterator[tuple[str, str, Payload]]:
    """Yield what lies in the files; the MIDI file has to be that of the notes."""
    play = player(release)
    for sample_id, split, payload, _paths in loose.read_payloads(folder, release):
        triples = paths.inside(folder, f"{split}/triples/{samples.file_stem(sample_id)}.npy")
        if triples.exists():
            rows: Rows = payload["rows"]
            if loose.read_file(folder, f"{split}/midi/{sample_id}.mid") != play(sample_id, rows):
                raise IntegrityError(f"{split}/midi/{sample_id}.mid does not have the notes of the alignment")
            payload["rows"] = rows + _triples(triples)
        yield sample_id, split, payload


def _triples(path: Path) -> Rows:
    with paths.open_regular(path) as file:
        values = np.lib.format.read_array(file, allow_pickle=False)
    return [{NUMBER: n, **dict(zip(TRIPLE, row, strict=True))} for n, row in enumerate(values.tolist())]


def tables(folder: Path, release: Release) -> Iterator[tuple[str, str, Iterator[pa.Table] | None]]:
    """Yield the rights, and the pictures of single notes."""
    yield from loose.read_rights(folder, release)
    for pictures in shared_pictures(release):
        for split in release.reader.splits(pictures.table):
            rows = loose.csv_if_there(paths.inside(folder, f"{split}/{pictures.table}.csv"), pictures.types(release))
            yield pictures.table, split, rows and pictures.read(folder, rows)


EXPORT = Export(
    name="musictm",
    holds="the layout of the MusicTM paper: triples, syllables, MIDI, sound and sheet of each sample",
    write=write,
    read=read,
    tables=tables,
    carries=("facts", "media", "rows"),
    needs=Needs(rows=NOTES),
)

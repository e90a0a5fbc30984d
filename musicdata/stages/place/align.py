"""Join every modality note by note, for the samples that have them all → `alignment`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import contract as contracts
from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.arrow import ChunkedArray, Values
    from musicdata.definitions.reader import Inputs

_SAMPLES_A_SHARD = 2048
_READS: dict[str, list[str] | None] = {
    "samples": ["sample_id", "song_id", "group_id"],
    "notes": None,
    "audio": ["sample_id", "sample_rate", "n_samples"],
    "sheets": ["sample_id", "n_heads"],
    "sheet_boxes": None,
}


class Align(Parameters):
    """Alignment has nothing to choose."""


def cut(_parameters: Align, inputs: Inputs) -> Iterator[Shard]:
    """Cut the samples into shards."""
    return cutting.by_key(inputs, _READS, _SAMPLES_A_SHARD)


def run(_parameters: Align, task: Task) -> None:
    """Align the shard's samples; one without audio or sheet is a reject."""
    samples, notes, audio, sheets, boxes = (
        task.inputs.read(table, columns, task.shard.first, task.shard.last) for table, columns in _READS.items()
    )
    sample_ids = strings(samples.column("sample_id"))
    heard, seen = set(audio.column("sample_id").to_pylist()), set(sheets.column("sample_id").to_pylist())
    for sample_id in sample_ids:
        lacking = [name for name, have in (("audio", heard), ("sheet", seen)) if sample_id not in have]
        if lacking:
            task.sink.reject(sample_id, "modality_missing", f"has no {' and no '.join(lacking)}; their stages say why")
    complete = pa.array([s for s in sample_ids if s in heard and s in seen], pa.string())
    notes = notes.filter(pc.is_in(notes.column("sample_id"), complete))
    boxes = boxes.filter(pc.is_in(boxes.column("sample_id"), complete))
    if len(notes):
        task.sink.write("alignment", _aligned(notes, boxes, samples, audio))


def _aligned(notes: pa.Table, boxes: pa.Table, samples: pa.Table, audio: pa.Table) -> pa.Table:
    """Return one row a note; `notes` and `boxes` are both in order of (sample_id, note_index)."""
    _require_same_notes(notes, boxes)
    columns: dict[str, Values] = {name: notes.column(name) for name in notes.column_names}
    columns |= {name: boxes.column(name) for name in boxes.column_names if name not in columns}
    for name in ("song_id", "group_id"):
        columns[name] = _look_up(notes, samples, name)
    rate_hz = _look_up(notes, audio, "sample_rate").to_numpy()
    for name, source in (("audio_start", "onset_s"), ("audio_stop", "offset_s")):
        columns[name] = pa.array(np.rint(notes.column(source).to_numpy() * rate_hz).astype(np.int64))
    names = [column.name for column in contracts.load("alignment").columns]
    return pa.table([columns[name] for name in names], names)


def _require_same_notes(notes: pa.Table, boxes: pa.Table) -> None:
    for key in ("sample_id", "note_index"):
        if not notes.column(key).equals(boxes.column(key)):
            raise ValueError(f"tables notes and sheet_boxes differ in {key}")


def _look_up(notes: pa.Table, table: pa.Table, column: str) -> ChunkedArray:
    """Return `column` of the row of `table` that belongs to each note's sample."""
    where = pc.index_in(notes.column("sample_id"), table.column("sample_id"))
    return table.column(column).take(where)


STAGE = Stage(
    name="align",
    version=1,
    verb="aligns notes, syllables, sound and picture",
    inputs=("samples", "notes", "audio", "sheets", "sheet_boxes"),
    outputs=("alignment",),
    parameters=Align,
    cut=cut,
    run=run,
    expect=as_many("samples", alignment="notes"),
    cost=Cost(cpu_s=0.001, bytes=770),
)

"""Draw each sample as one line of sheet music with its words → `sheets`, `sheet_boxes`."""

from __future__ import annotations

import hashlib
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Pieces, Shard, Stage, Task
from musicdata.errors import RenderError
from musicdata.music.render import lilypond, notation
from musicdata.stages.render.pages import EDGES, PAGES_A_PROCESS, RenderSheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.reader import Inputs
    from musicdata.music.render.lilypond import Picture

    Row = dict[str, Any]

_SAMPLES_A_SHARD = 96
READS: dict[str, list[str] | None] = {
    "notes": ["sample_id", "split", "note_index", "pitch", "duration_ql", "rest_ql", "syllable", "word_index"]
}


def cut(_parameters: RenderSheet, inputs: Inputs) -> Iterator[Shard]:
    """Cut the samples into shards."""
    return cutting.by_key(inputs, READS, _SAMPLES_A_SHARD)


def run(parameters: RenderSheet, task: Task) -> None:
    """Draw the shard's samples, many in one LilyPond process."""
    rows = task.inputs.read("notes", READS["notes"], task.shard.first, task.shard.last).to_pylist()
    samples = [list(notes) for _, notes in groupby(rows, key=itemgetter("sample_id"))]
    for batch in cutting.batches(samples, PAGES_A_PROCESS):
        pages = [lilypond.Page(notes[0]["sample_id"], page_notes(notes)) for notes in batch]
        pictures = lilypond.render(pages, dpi=parameters.dpi, margin_px=parameters.margin_px, scratch=task.scratch)
        for notes, picture in zip(batch, pictures, strict=True):
            if isinstance(picture, RenderError):
                task.sink.reject(notes[0]["sample_id"], picture.reason, picture.detail)
            else:
                _write(parameters, task, notes, picture)


def page_notes(notes: Sequence[Row]) -> list[lilypond.PageNote]:
    """Return the notes of a page; a syllable whose word goes on in the next note gets a hyphen."""
    following = [*(note["word_index"] for note in notes[1:]), None]
    return [
        lilypond.PageNote(
            pitch=note["pitch"],
            duration_ql=note["duration_ql"],
            rest_ql=note["rest_ql"],
            syllable=note["syllable"],
            hyphen=note["word_index"] is not None and note["word_index"] == after,
        )
        for note, after in zip(notes, following, strict=True)
    ]


def _write(parameters: RenderSheet, task: Task, notes: Sequence[Row], picture: Picture) -> None:
    sample_id, split, n = notes[0]["sample_id"], notes[0]["split"], len(notes)
    staff = notation.write([notation.Note(note["pitch"], note["duration_ql"], note["rest_ql"]) for note in notes])
    task.sink.write(
        "sheets",
        {
            "sample_id": [sample_id],
            "split": [split],
            "image": [{"bytes": picture.png, "path": f"{sample_id}.png"}],
            "sha256": [hashlib.sha256(picture.png).hexdigest()],
            "width": [picture.width],
            "height": [picture.height],
            "dpi": [parameters.dpi],
            "clef": [staff.clef],
            "n_heads": [len(picture.heads)],
        },
    )
    boxes = {"head": picture.heads, "syllable": [box for box in picture.syllables if box is not None]}
    task.sink.write(
        "sheet_boxes",
        {
            "sample_id": [sample_id] * n,
            "split": [split] * n,
            "note_index": [note["note_index"] for note in notes],
            **{f"{kind}_{e}": [box[i] for box in boxes[kind]] for kind in boxes for i, e in enumerate(EDGES)},
            "note_sheet_id": [
                notation.note_sheet_id(staff.clef, spelling, duration)
                for spelling, duration in zip(staff.spellings, staff.durations_ql, strict=True)
            ],
        },
    )


STAGE = Stage(
    name="render_sheet",
    version=1,
    verb="draws sheet music",
    inputs=("notes",),
    outputs=("sheets", "sheet_boxes"),
    needs=("fonttools",),
    parameters=RenderSheet,
    cut=cut,
    run=run,
    pieces=Pieces("keys"),
    tools=lambda _parameters: {"LilyPond": lilypond.version()},
    expect=as_many("notes.sample_id", sheets="notes.sample_id", sheet_boxes="notes"),
    cost=Cost(cpu_s=0.05, bytes=7_300),
)

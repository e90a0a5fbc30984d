"""Cut each note's piece out of its page → `features_sheet`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.features import note_crop
from musicdata.music.features.extractor import Extractor
from musicdata.music.render import notation
from musicdata.stages.features import batches
from musicdata.stages.features.rows import NOTE_KEY, rows_of
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.definitions.reader import Inputs
    from musicdata.stages.features.batches import Batch

_SAMPLES_A_SHARD = 200
_HEAD, _SYLLABLE = ([f"{kind}_{edge}" for edge in ("x0", "y0", "x1", "y1")] for kind in ("head", "syllable"))
_NOTES = [*NOTE_KEY, *_HEAD, *_SYLLABLE, "note_sheet_id"]


class FeaturesSheet(Parameters):
    """Crops have one shape and one frame; there is nothing to choose."""


def cut(_parameters: FeaturesSheet, inputs: Inputs) -> Iterator[Shard]:
    """Cut the aligned samples into shards."""
    return cutting.by_key(inputs, {"alignment": _NOTES, "sheets": ["sample_id", "sha256", "dpi"]}, _SAMPLES_A_SHARD)


def run(_parameters: FeaturesSheet, task: Task) -> None:
    """Cut out the notes of the shard's samples."""
    extractor = Extractor(
        "note_crop",
        f"1 (Pillow {version('pillow')})",
        {"above": note_crop.ABOVE, "left": note_crop.LEFT, "right": note_crop.RIGHT, "unit": "staff space"},
    )
    media = {"sheets": ["sample_id", "image", "dpi"]}
    for batch in batches.iterate(task.inputs, _NOTES, media, task.shard.first, task.shard.last):
        crops = [
            note_crop.crop(note_crop.read_ink(row["image"]["bytes"]), _boxes(batch, number), row["dpi"])
            for number, row in enumerate(batch.media["sheets"])
        ]
        rows = rows_of(extractor, "features_sheet", batch.notes.select(NOTE_KEY), {"vector": np.concatenate(crops)})
        task.sink.write("features_sheet", rows)


def _boxes(batch: Batch, number: int) -> note_crop.Boxes:
    heads, syllables = (np.stack([batch.column(edge, number) for edge in kind], 1) for kind in (_HEAD, _SYLLABLE))
    spellings = [notation.read_note_sheet_id(name)[1] for name in batch.column("note_sheet_id", number)]
    return note_crop.Boxes(heads, syllables, np.array([len(spelling) > 2 for spelling in spellings]))


def _tools(_parameters: FeaturesSheet) -> Mapping[str, str]:
    return {"Pillow": version("pillow")}


STAGE = Stage(
    name="features_sheet",
    version=1,
    verb="cuts each note out of its page",
    inputs=("alignment", "sheets"),
    outputs=("features_sheet",),
    parameters=FeaturesSheet,
    cut=cut,
    run=run,
    tools=_tools,
    expect=as_many("alignment.sample_id", features_sheet="alignment"),
    cost=Cost(cpu_s=0.004, bytes=6_300),  # docs/features.md
)

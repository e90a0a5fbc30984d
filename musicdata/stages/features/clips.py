"""Take a vector of each sample's sound, one a sample → `features_mfcc`, `features_logmel`, `features_track`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.features import logmel, mfcc, sound, track
from musicdata.stages.features import batches
from musicdata.stages.features.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from musicdata.definitions.reader import Inputs
    from musicdata.music.features.extractor import Extractor

_SAMPLES_A_SHARD = 200
_KEY = ["sample_id", "split"]


class FeaturesOfClips(Parameters):
    """The numbers are those of the papers; there is nothing to choose."""


@dataclass(frozen=True, slots=True)
class _Vector:
    """A vector of a clip.

    Attributes:
        stage: that makes it; `verb` what that does.
        complete: table that has the complete samples.
        table: feature table.
        extractor: says how the vectors are made.
        take: makes one of mono samples, shape (n,), and their rate in Hz.
        cost: of a clip; docs/features.md has the figures.
    """

    stage: str
    verb: str
    complete: str
    table: str
    extractor: Callable[[], Extractor]
    take: Callable[[NDArray[np.float32], int], NDArray[np.float32]]
    cost: Cost

    def cut(self, _parameters: FeaturesOfClips, inputs: Inputs) -> Iterator[Shard]:
        """Cut the complete samples into shards."""
        return cutting.by_key(inputs, {self.complete: _KEY, "audio": ["sample_id", "sha256"]}, _SAMPLES_A_SHARD)

    def run(self, _parameters: FeaturesOfClips, task: Task) -> None:
        """Write a row for each of the shard's samples."""
        media, extractor = {"audio": ["sample_id", "audio"]}, self.extractor()
        for batch in batches.iterate(task.inputs, _KEY, media, task.shard.first, task.shard.last, self.complete):
            vectors = [self.take(*sound.decode(row["audio"]["bytes"])) for row in batch.media["audio"]]
            key = batch.notes.take([span.start for span in batch.spans])
            task.sink.write(self.table, rows_of(extractor, self.table, key, {"vector": np.stack(vectors)}))


_VECTORS = (
    _Vector(
        "features_mfcc",
        "takes the MFCC of each clip",
        "alignment",
        "features_mfcc",
        mfcc.extractor,
        mfcc.take,
        Cost(cpu_s=0.012, bytes=15_900),
    ),
    _Vector(
        "features_mfcc.clips",
        "takes the MFCC of each pair's clip",
        "pairs",
        "features_mfcc",
        mfcc.extractor,
        mfcc.take,
        Cost(cpu_s=0.03, bytes=50_000),  # of a clip of 30 s, as the two below
    ),
    _Vector(
        "features_logmel",
        "takes the log-mel spectrogram of each clip",
        "pairs",
        "features_logmel",
        logmel.extractor,
        logmel.take,
        Cost(cpu_s=0.03, bytes=215_000),
    ),
    _Vector(
        "features_track",
        "sums up the sound of each clip in 65 numbers",
        "pairs",
        "features_track",
        track.extractor,
        track.take,
        Cost(cpu_s=0.04, bytes=500),
    ),
)
_A_ROW_A_SAMPLE = {"alignment": "alignment.sample_id", "pairs": "pairs"}  # complete table → what counts its samples

STAGES = tuple(
    Stage(
        name=vector.stage,
        version=1,
        verb=vector.verb,
        inputs=(vector.complete, "audio"),
        outputs=(vector.table,),
        needs=("librosa", "scipy"),
        parameters=FeaturesOfClips,
        cut=vector.cut,
        run=vector.run,
        tools=mfcc.tools,
        expect=as_many(_A_ROW_A_SAMPLE[vector.complete], **{vector.table: _A_ROW_A_SAMPLE[vector.complete]}),
        cost=vector.cost,
    )
    for vector in _VECTORS
)

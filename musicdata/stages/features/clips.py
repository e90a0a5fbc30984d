"""Take a vector of each sample's sound, one a sample → `features_mfcc`, `features_logmel`, `features_track`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata.definitions import cutting
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
    """

    stage: str
    verb: str
    complete: str
    table: str
    extractor: Callable[[], Extractor]
    take: Callable[[NDArray[np.float32], int], NDArray[np.float32]]

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
    _Vector("features_mfcc", "takes the MFCC of each clip", "alignment", "features_mfcc", mfcc.extractor, mfcc.take),
    _Vector(
        "features_mfcc.clips", "takes the MFCC of each pair's clip", "pairs", "features_mfcc", mfcc.extractor, mfcc.take
    ),
    _Vector(
        "features_logmel",
        "takes the log-mel spectrogram of each clip",
        "pairs",
        "features_logmel",
        logmel.extractor,
        logmel.take,
    ),
    _Vector(
        "features_track",
        "sums up the sound of each clip in 65 numbers",
        "pairs",
        "features_track",
        track.extractor,
        track.take,
    ),
)

STAGES = tuple(
    Stage(
        name=vector.stage,
        version=1,
        verb=vector.verb,
        inputs=(vector.complete, "audio"),
        outputs=(vector.table,),
        parameters=FeaturesOfClips,
        cut=vector.cut,
        run=vector.run,
        tools=mfcc.tools,
    )
    for vector in _VECTORS
)

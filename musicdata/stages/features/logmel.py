"""Take the log-mel spectrogram of each pair's clip → `features_logmel`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.features import logmel, mfcc
from musicdata.stages.features import of_clips

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Inputs


class FeaturesLogmel(Parameters):
    """The bands are those of the paper; there is nothing to choose."""


def cut(_parameters: FeaturesLogmel, inputs: Inputs) -> Iterator[Shard]:
    """Cut the pairs into shards."""
    return of_clips.cut(inputs, "pairs")


def run(_parameters: FeaturesLogmel, task: Task) -> None:
    """Take the vectors of the shard's clips."""
    of_clips.write(task, "pairs", "features_logmel", logmel.extractor(), logmel.take)


STAGE = Stage(
    name="features_logmel",
    version=1,
    verb="takes the log-mel spectrogram of each clip",
    inputs=("pairs", "audio"),
    outputs=("features_logmel",),
    parameters=FeaturesLogmel,
    cut=cut,
    run=run,
    tools=mfcc.tools,
    expect=as_many("pairs", features_logmel="pairs"),
    cost=Cost(cpu_s=0.03, bytes=215_000),  # of a clip of 30 s
)

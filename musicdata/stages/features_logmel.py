"""Take the log-mel spectrogram of each pair's clip → `features_logmel`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.features import clips, logmel, mfcc
from musicdata.stage import Inputs, Parameters, Shard, Stage, Task

if TYPE_CHECKING:
    from collections.abc import Iterator


class FeaturesLogmel(Parameters):
    """The bands are those of the paper; there is nothing to choose."""


def cut(_parameters: FeaturesLogmel, inputs: Inputs) -> Iterator[Shard]:
    """Cut the pairs into shards."""
    return clips.cut(inputs, "pairs")


def run(_parameters: FeaturesLogmel, task: Task) -> None:
    """Take the vectors of the shard's clips."""
    clips.write(task, "pairs", "features_logmel", logmel.extractor(), logmel.take)


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
)

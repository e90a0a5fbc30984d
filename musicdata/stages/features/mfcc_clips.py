"""Take the MFCC of each pair's clip → `features_mfcc`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.features import mfcc
from musicdata.stages.features import of_clips

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Inputs


class FeaturesMfccClips(Parameters):
    """The paper's numbers, and those shapes, are fixed; there is nothing to choose."""


def cut(_parameters: FeaturesMfccClips, inputs: Inputs) -> Iterator[Shard]:
    """Cut the pairs into shards."""
    return of_clips.cut(inputs, "pairs")


def run(_parameters: FeaturesMfccClips, task: Task) -> None:
    """Take the coefficients of the shard's clips."""
    of_clips.write(task, "pairs", "features_mfcc", mfcc.extractor(), mfcc.take)


STAGE = Stage(
    name="features_mfcc.clips",
    version=1,
    verb="takes the MFCC of each pair's clip",
    inputs=("pairs", "audio"),
    outputs=("features_mfcc",),
    parameters=FeaturesMfccClips,
    cut=cut,
    run=run,
    tools=mfcc.tools,
    expect=as_many("pairs", features_mfcc="pairs"),
    cost=Cost(cpu_s=0.03, bytes=50_000),  # of a clip of 30 s
)

"""Sum up the sound of each pair's clip in 65 numbers → `features_track`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.features import mfcc, track
from musicdata.stages.features import of_clips

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Inputs


class FeaturesTrack(Parameters):
    """The numbers are fixed; there is nothing to choose."""


def cut(_parameters: FeaturesTrack, inputs: Inputs) -> Iterator[Shard]:
    """Cut the pairs into shards."""
    return of_clips.cut(inputs, "pairs")


def run(_parameters: FeaturesTrack, task: Task) -> None:
    """Take the vectors of the shard's clips."""
    of_clips.write(task, "pairs", "features_track", track.extractor(), track.take)


STAGE = Stage(
    name="features_track",
    version=1,
    verb="sums up the sound of each clip in 65 numbers",
    inputs=("pairs", "audio"),
    outputs=("features_track",),
    parameters=FeaturesTrack,
    cut=cut,
    run=run,
    tools=mfcc.tools,
    expect=as_many("pairs", features_track="pairs"),
    cost=Cost(cpu_s=0.04, bytes=500),  # of a clip of 30 s
)

"""Take the MFCC of each aligned sample's sound → `features_mfcc`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.features import mfcc
from musicdata.stages.features import of_clips

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Inputs


class FeaturesMfcc(Parameters):
    """The paper's numbers, and those shapes, are fixed; there is nothing to choose."""


def cut(_parameters: FeaturesMfcc, inputs: Inputs) -> Iterator[Shard]:
    """Cut the aligned samples into shards."""
    return of_clips.cut(inputs, "alignment")


def run(_parameters: FeaturesMfcc, task: Task) -> None:
    """Take the coefficients of the shard's clips."""
    of_clips.write(task, "alignment", "features_mfcc", mfcc.extractor(), mfcc.take)


STAGE = Stage(
    name="features_mfcc",
    version=1,
    verb="takes the MFCC of each clip",
    inputs=("alignment", "audio"),
    outputs=("features_mfcc",),
    parameters=FeaturesMfcc,
    cut=cut,
    run=run,
    tools=mfcc.tools,
    expect=as_many("alignment.sample_id", features_mfcc="alignment.sample_id"),
    cost=Cost(cpu_s=0.012, bytes=15_900),  # docs/features.md
)

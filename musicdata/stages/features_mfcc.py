"""Take each clip's MFCC → `features_mfcc`."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from musicdata import cutting
from musicdata.features import mfcc, samples, sound
from musicdata.features.extractor import Extractor
from musicdata.stage import Inputs, Parameters, Shard, Stage, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SAMPLES_A_SHARD = 200
_KEY = ["sample_id", "split"]


class FeaturesMfcc(Parameters):
    """The paper's numbers, and those shapes, are fixed; there is nothing to choose."""


def cut(_parameters: FeaturesMfcc, inputs: Inputs) -> Iterator[Shard]:
    """Cut the aligned samples into shards."""
    return cutting.by_key(inputs, {"alignment": _KEY, "audio": ["sample_id", "sha256"]}, _SAMPLES_A_SHARD)


def run(_parameters: FeaturesMfcc, task: Task) -> None:
    """Take the coefficients of the shard's clips."""
    settings = {"clip_s": mfcc.CLIP_S, "hop_length": mfcc.HOP_LENGTH, "n_fft": mfcc.N_FFT, "n_mels": mfcc.N_MELS}
    extractor = Extractor("mfcc", f"1 (librosa {version('librosa')})", settings | {"sample_rate": mfcc.RATE_HZ})
    media = {"audio": ["sample_id", "audio"]}
    for batch in samples.iterate(task.inputs, _KEY, media, task.shard.first, task.shard.last):
        signals = (sound.decode(row["audio"]["bytes"]) for row in batch.media["audio"])
        vectors = [mfcc.sub_sequences(mfcc.mfcc(sound.resample(*signal, mfcc.RATE_HZ))) for signal in signals]
        key = batch.notes.take([span.start for span in batch.spans])
        task.sink.write("features_mfcc", extractor.rows("features_mfcc", key, {"vector": np.stack(vectors)}))


def _tools(_parameters: FeaturesMfcc) -> Mapping[str, str]:
    return {"librosa": version("librosa")}


STAGE = Stage(
    name="features_mfcc",
    version=1,
    verb="takes the MFCC of each clip",
    inputs=("alignment", "audio"),
    outputs=("features_mfcc",),
    parameters=FeaturesMfcc,
    cut=cut,
    run=run,
    tools=_tools,
)

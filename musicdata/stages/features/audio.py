"""Describe what each note sounds like → `features_audio`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, Self

import numpy as np
from pydantic import Field, model_validator

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.errors import SetupError
from musicdata.music.features import sound, vggish
from musicdata.music.features.deep import require_torch
from musicdata.music.features.extractor import Extractor
from musicdata.music.features.spectrogram import LogMel
from musicdata.stages.features import batches
from musicdata.stages.features.rows import NOTE_KEY, rows_of
from musicdata.system.digests import sha256_of_file
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from musicdata.definitions.reader import Inputs

_SAMPLES_A_SHARD = 200
_NOTES = [*NOTE_KEY, "audio_start", "audio_stop"]
_WIDTH = 128


class FeaturesAudio(Parameters):
    """How the sound of a note is described.

    Attributes:
        extractor: `log_mel`, mean levels of 128 mel bands, or `vggish`, which needs a file of weights.
        n_fft: samples in a frame of the log-mel spectrogram; `hop_length` from one frame to the next.
        fmin_hz: lower edge of the lowest mel band; `fmax_hz` upper edge of the highest.
        weights: safetensors file with the weights of VGGish.
    """

    extractor: Literal["log_mel", "vggish"] = "log_mel"
    n_fft: int = Field(2048, ge=64, le=1 << 16)
    hop_length: int = Field(512, ge=16, le=1 << 16)
    fmin_hz: float = Field(30.0, ge=0)
    fmax_hz: float = Field(8000.0, gt=0)
    weights: str = ""

    @model_validator(mode="after")
    def _has_weights_for_vggish(self) -> Self:
        if (self.extractor == "vggish") != bool(self.weights):
            raise ValueError("extractor vggish goes with weights, the path of a safetensors file, and log_mel without")
        return self


class _Describer(Protocol):
    """Describes spans of a signal."""

    extractor: Extractor

    def describe(
        self, signal: NDArray[np.float32], rate_hz: int, starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return one row of 128 numbers for each span of samples."""
        ...


class _LogMel:
    def __init__(self, parameters: FeaturesAudio) -> None:
        settings = parameters.model_dump(exclude={"extractor", "weights"})
        self._settings = settings | {"n_mels": _WIDTH}
        self._spectrograms: dict[int, LogMel] = {}
        self.extractor = Extractor("log_mel", f"1 (librosa {version('librosa')})", self._settings)

    def describe(
        self, signal: NDArray[np.float32], rate_hz: int, starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        if rate_hz not in self._spectrograms:
            self._spectrograms[rate_hz] = LogMel(rate_hz, **self._settings)
        return self._spectrograms[rate_hz].pool(signal, starts, stops)


class _Vggish:
    def __init__(self, parameters: FeaturesAudio) -> None:
        path = Path(parameters.weights)
        self._weights = vggish.load(path)
        settings = {"weights_sha256": sha256_of_file(path), "components": "pproc.pca_means" in self._weights}
        self.extractor = Extractor("vggish", f"1 (torch {version('torch')})", settings)

    def describe(
        self, signal: NDArray[np.float32], rate_hz: int, starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        scale = vggish.RATE_HZ / rate_hz
        spans = ((edge * scale).astype(np.int64) for edge in (starts, stops))
        return vggish.embed(self._weights, vggish.patches(sound.resample(signal, rate_hz, vggish.RATE_HZ), *spans))


def cut(_parameters: FeaturesAudio, inputs: Inputs) -> Iterator[Shard]:
    """Cut the aligned samples into shards."""
    return cutting.by_key(inputs, {"alignment": _NOTES, "audio": ["sample_id", "sha256"]}, _SAMPLES_A_SHARD)


def run(parameters: FeaturesAudio, task: Task) -> None:
    """Describe the notes of the shard's samples."""
    describer: _Describer = _Vggish(parameters) if parameters.extractor == "vggish" else _LogMel(parameters)
    media = {"audio": ["sample_id", "audio"]}
    for batch in batches.iterate(task.inputs, _NOTES, media, task.shard.first, task.shard.last):
        vectors = []
        for number, row in enumerate(batch.media["audio"]):
            signal, rate_hz = sound.decode(row["audio"]["bytes"])
            spans = (batch.column(name, number) for name in ("audio_start", "audio_stop"))
            vectors.append(describer.describe(signal, rate_hz, *spans))
        values = {"vector": np.concatenate(vectors)}
        rows = rows_of(describer.extractor, "features_audio", batch.notes.select(NOTE_KEY), values)
        task.sink.write("features_audio", rows)


def _tools(parameters: FeaturesAudio) -> Mapping[str, str]:
    if parameters.extractor == "log_mel":
        return {"librosa": version("librosa")}
    require_torch("features_audio with extractor vggish")
    path = Path(parameters.weights)
    if not path.is_file():
        raise SetupError(
            f"features_audio.weights: there is no file {path}; give one with VGGish's weights (safetensors)"
        )
    return {"librosa": version("librosa"), "torch": version("torch"), "VGGish weights": sha256_of_file(path)}


STAGE = Stage(
    name="features_audio",
    version=1,
    verb="describes the sound of each note",
    inputs=("alignment", "audio"),
    outputs=("features_audio",),
    needs=("librosa", "scipy"),
    parameters=FeaturesAudio,
    cut=cut,
    run=run,
    tools=_tools,
    location_parameters=("weights",),
    expect=as_many("alignment.sample_id", features_audio="alignment"),
    cost=Cost(cpu_s=0.01, bytes=8_100),  # docs/features.md
)

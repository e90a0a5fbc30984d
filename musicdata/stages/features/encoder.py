"""Train an audio-sheet encoder on the train split and put every note into its space → `features_encoder`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from musicdata.definitions import contract as contracts
from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.errors import InputError
from musicdata.music.features import sound
from musicdata.music.features.deep import require_torch
from musicdata.music.features.extractor import Extractor
from musicdata.music.features.spectrogram import LogMel
from musicdata.stages.features import batches
from musicdata.stages.features.rows import NOTE_KEY, rows_of
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from musicdata.definitions.reader import Inputs

_NOTES = [*NOTE_KEY, "audio_start", "note_sheet_id"]
_N_FFT, _HOP_LENGTH, _BANDS, _FRAMES = 2048, 1024, 64, 24
_FMIN_HZ, _FMAX_HZ = 30.0, 8000.0
_FRAMES_BEFORE = 2


class FeaturesEncoder(Parameters):
    """How the encoder is trained.

    Attributes:
        epochs: passes over the train split.
        batch_size: notes in a step.
        train_samples: at most so many samples of the train split are learned from, those whose ids hash lowest.
        seed: of everything random.
    """

    epochs: int = Field(6, ge=1, le=1000)
    batch_size: int = Field(256, ge=2, le=4096)
    train_samples: int = Field(1000, ge=1)
    seed: int = Field(0, ge=0, lt=2**32)


@dataclass(frozen=True, slots=True)
class _Notes:
    """Some notes: their key, what they sound and look like, and which picture of a note alone each is."""

    key: pa.Table
    sounds: NDArray[np.float32]
    crops: NDArray[np.uint8]
    kinds: list[str]


def cut(_parameters: FeaturesEncoder, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: the encoder is trained on all of the train split."""
    ids = pc.unique(inputs.read("alignment", ["sample_id"]).column("sample_id"))
    reads = {"alignment": _NOTES, "audio": ["sample_id", "sha256"]}
    digest = cutting.rows_digest(inputs, reads) + inputs.digest("features_sheet")
    yield Shard(ids[0].as_py(), ids[-1].as_py(), len(ids), digest)


def run(parameters: FeaturesEncoder, task: Task) -> None:
    """Train the encoder, then encode the notes of all samples."""
    from musicdata.music.features.encoder import Encoder, Views

    chosen = _train_samples(task.inputs, parameters.train_samples)
    learned = list(_read(task.inputs, chosen))
    if not learned:
        raise InputError("features_encoder has nothing to learn from: the train split is empty. Build from more songs")
    views = Views(np.concatenate([n.sounds for n in learned]), np.concatenate([n.crops for n in learned]))
    kinds = np.unique([kind for notes in learned for kind in notes.kinds], return_inverse=True)[1]
    del learned
    encoder = Encoder((_BANDS, _FRAMES), views.crops.shape[1:], parameters.seed)
    losses = encoder.fit(views, kinds, epochs=parameters.epochs, batch_size=parameters.batch_size)
    del views
    settings = parameters.model_dump() | {"fitted_on": "train", "n_fitted": len(kinds), "loss": round(losses[-1], 4)}
    extractor = Extractor(
        "audio_sheet_encoder", f"1 (torch {version('torch')}, librosa {version('librosa')})", settings
    )
    for notes in _read(task.inputs):
        audio, sheet = encoder.encode(Views(notes.sounds, notes.crops))
        rows = rows_of(extractor, "features_encoder", notes.key, {"audio_vector": audio, "sheet_vector": sheet})
        task.sink.write("features_encoder", rows)


def _train_samples(inputs: Inputs, most: int) -> set[str]:
    rows = inputs.read("alignment", ["sample_id", "split"])
    train = strings(pc.unique(rows.filter(pc.equal(rows.column("split"), pa.scalar("train"))).column("sample_id")))
    return set(sorted(train, key=lambda sample_id: hashlib.sha256(sample_id.encode()).digest())[:most])


def _read(inputs: Inputs, only: set[str] | None = None) -> Iterator[_Notes]:
    """Yield the notes of the samples in `only`, of all when None, a few samples at a time."""
    crops_of = contracts.load("features_sheet").column("vector")
    for batch in batches.iterate(inputs, _NOTES, {"audio": ["sample_id", "audio"]}):
        numbers = [n for n, row in enumerate(batch.media["audio"]) if only is None or row["sample_id"] in only]
        if not numbers:
            continue
        ids = [row["sample_id"] for row in batch.media["audio"]]
        crops = crops_of.unpack(inputs.read("features_sheet", ["vector"], ids[0], ids[-1]).column("vector"))
        rows = np.concatenate([np.arange(batch.spans[n].start, batch.spans[n].stop) for n in numbers])
        notes = batch.notes.take(rows)
        sounds = [_sounds(batch.media["audio"][n]["audio"]["bytes"], batch.column("audio_start", n)) for n in numbers]
        kinds = strings(notes.column("note_sheet_id"))
        yield _Notes(notes.select(NOTE_KEY), np.concatenate(sounds), crops[rows], kinds)


def _sounds(flac: bytes, starts: NDArray[np.int64]) -> NDArray[np.float32]:
    signal, rate_hz = sound.decode(flac)
    log_mel = LogMel(rate_hz, n_fft=_N_FFT, hop_length=_HOP_LENGTH, n_mels=_BANDS, fmin_hz=_FMIN_HZ, fmax_hz=_FMAX_HZ)
    return log_mel.patches(signal, starts // _HOP_LENGTH - _FRAMES_BEFORE, _FRAMES)


def _tools(_parameters: FeaturesEncoder) -> Mapping[str, str]:
    require_torch("features_encoder")
    return {"librosa": version("librosa"), "torch": version("torch")}


STAGE = Stage(
    name="features_encoder",
    version=1,
    verb="puts sound and picture of each note in one space",
    inputs=("alignment", "audio", "features_sheet"),
    outputs=("features_encoder",),
    needs=("librosa", "scipy"),
    parameters=FeaturesEncoder,
    cut=cut,
    run=run,
    tools=_tools,
    deadline_s=6 * 3600,
    expect=as_many("alignment.sample_id", features_encoder="alignment"),
    cost=Cost(cpu_s=0.035, bytes=4_400),  # docs/features.md
)

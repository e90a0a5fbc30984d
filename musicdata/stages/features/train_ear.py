"""Train the small ear on the tags of the train split → `small_ear`.

Learned is what can be heard: tags that end in ``@lyrics`` say that they are of the words, and are left out.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from musicdata.definitions import contract as contracts
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task
from musicdata.music.features.deep import require_torch
from musicdata.music.features.ears import small
from musicdata.stages.features import clips_of_songs
from musicdata.stages.features.clips_of_songs import AUDIO
from musicdata.system.digests import digest_of
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

SONGS, EAR = "interpreted_songs", "small_ear"
BETWEEN_TAGS = " | "
_OF_WORDS = "@lyrics"
_CPU_S_A_SONG, _CPU_S_A_STEP_AND_SONG = 0.004, 0.0017
_EAR_BYTES = 95_000


class TrainEar(Parameters):
    """Whether and how the small ear is trained.

    Attributes:
        train: whether it is; it hears no song otherwise.
        seed: of everything random.
        epochs: passes over the songs of the train split.
        songs: at most so many of them are learned from, those whose ids hash lowest.
    """

    train: bool = False
    seed: int = Field(0, ge=0, lt=2**32)
    epochs: int = Field(small.EPOCHS, ge=1, le=1000)
    songs: int = Field(4000, ge=1, le=20_000)


def _learned(parameters: TrainEar, inputs: Inputs) -> dict[str, tuple[str, frozenset[str]]]:
    """Return id → hash of the audio, and tags, of the songs to learn from, in order of the ids."""
    rows = inputs.read(AUDIO, ["sample_id", "split", "audio_sha256"]).to_pylist()
    train = {row["sample_id"]: row["audio_sha256"] for row in rows if row["split"] == "train"}
    chosen = set(sorted(train, key=lambda name: hashlib.sha256(name.encode()).digest())[: parameters.songs])
    tags: dict[str, frozenset[str]] = {}
    for songs in inputs.iterate(SONGS, ["song_id", "tags"]):
        for song_id, text in zip(strings(songs.column("song_id")), songs.column("tags").to_pylist(), strict=True):
            if song_id in chosen:
                tags[song_id] = frozenset(
                    tag for tag in (text or "").split(BETWEEN_TAGS) if tag and not tag.endswith(_OF_WORDS)
                )
    return {name: (train[name], tags.get(name, frozenset())) for name in sorted(chosen)}


def cut(parameters: TrainEar, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: the ear is trained on all of the train split; none where it is not, or no song has audio."""
    learned = _learned(parameters, inputs) if parameters.train else {}
    if learned:
        digest = digest_of([[name, audio, sorted(tags)] for name, (audio, tags) in learned.items()])
        yield Shard(min(learned), max(learned), len(learned), digest)


def run(parameters: TrainEar, task: Task) -> None:
    """Train the ear."""
    learned = _learned(parameters, task.inputs)
    tags = [set(of_song) for _, of_song in learned.values()]
    trained = small.train_small(_clips(task.inputs, learned), tags, parameters.seed, epochs=parameters.epochs)
    data = trained.ear.saved()
    contract = contracts.load(EAR)
    values: dict[str, Any] = {
        "name": [trained.ear.facts.label],
        "weights": pa.array([np.frombuffer(data, np.uint8)], contract.column("weights").arrow_type),
        "weights_sha256": [trained.ear.facts.weights_sha256],
        "tags": [BETWEEN_TAGS.join(trained.ear.tags)],
        "n_trained": pa.array([trained.n_clips], pa.int32()),
        "loss": pa.array([trained.losses[-1]], pa.float32()),
    }
    task.sink.write(EAR, pa.table(values).select([column.name for column in contract.columns]))


def _clips(inputs: Inputs, learned: Mapping[str, Any]) -> Iterator[NDArray[np.float32]]:
    for _, _, clips in clips_of_songs.iterate(inputs, only=learned.keys()):
        yield clips


def _tools(parameters: TrainEar) -> Mapping[str, str]:
    if not parameters.train:
        return {}
    require_torch("train_ear")
    return {"torch": version("torch")}


def expect(parameters: TrainEar, counts: Counts) -> Expected:
    """Return as many songs as it is trained on, at most."""
    n_songs = min(counts[AUDIO], parameters.songs) if parameters.train else 0
    return Expected(n_songs, {EAR: min(n_songs, 1)})


def cost(parameters: TrainEar, expected: Expected) -> Cost:
    """Return what a song costs: its spectrogram once, and every pass over it."""
    return Cost(
        cpu_s=_CPU_S_A_SONG + _CPU_S_A_STEP_AND_SONG * parameters.epochs, bytes=_EAR_BYTES / max(expected.items, 1)
    )


def remark(_parameters: TrainEar, inputs: Inputs) -> Remark | None:
    """Say what the ear was trained on."""
    rows = inputs.read(EAR, ["tags", "n_trained", "loss"]).to_pylist()
    if not rows:
        return None
    (row,) = rows
    n_tags = row["tags"].count(BETWEEN_TAGS) + 1
    return Remark({"songs": row["n_trained"], "tags": n_tags, "loss": round(row["loss"], 4)})


STAGE = Stage(
    name="train_ear",
    version=1,
    verb="trains the small ear on the tags of the train split",
    inputs=(AUDIO, SONGS),
    outputs=(EAR,),
    needs=("safetensors", "soxr"),
    parameters=TrainEar,
    cut=cut,
    run=run,
    tools=_tools,
    may_be_empty=True,
    deadline_s=6 * 3600,
    expect=expect,
    cost=cost,
    remark=remark,
)

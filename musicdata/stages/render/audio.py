"""Play each sample on a piano → `audio`."""

from __future__ import annotations

import hashlib
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, Expected, as_many
from musicdata.definitions.stage import Parameters, Pieces, Shard, Stage, Task
from musicdata.errors import RenderError
from musicdata.music.render import timidity
from musicdata.system.digests import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.definitions.reader import Inputs

_SAMPLES_A_SHARD = 200
CLIPS_A_PROCESS = 50
_READS: dict[str, list[str] | None] = {"notes": ["sample_id", "split", "note_index", "pitch", "onset_s", "offset_s"]}


class RenderAudio(Parameters):
    """How clips are played.

    Attributes:
        sample_rate: in Hz.
        program: General MIDI instrument, counted from 0: the grand piano.
        velocity: MIDI velocity of every note.
        amplification: loudness in per cent of the soundfont's level, the same for all clips.
    """

    sample_rate: int = Field(22_050, ge=8000, le=48_000)
    program: int = Field(0, ge=0, le=127)
    velocity: int = Field(80, ge=1, le=127)
    amplification: int = Field(timidity.AMPLIFICATION, ge=1, le=800)


def cost(parameters: RenderAudio, _expected: Expected) -> Cost:
    """Return what a sample costs: 20 notes of 40 Lieder are 166 kB at 22,050 Hz."""
    return Cost(cpu_s=0.035, bytes=166_000 * parameters.sample_rate / 22_050)


def cut(_parameters: RenderAudio, inputs: Inputs) -> Iterator[Shard]:
    """Cut the samples into shards."""
    return cutting.by_key(inputs, _READS, _SAMPLES_A_SHARD)


def run(parameters: RenderAudio, task: Task) -> None:
    """Play the shard's samples, many in one TiMidity++ process."""
    rows = task.inputs.read("notes", _READS["notes"], task.shard.first, task.shard.last).to_pylist()
    splits = {row["sample_id"]: row["split"] for row in rows}
    clips = [clip_of(sample_id, list(notes)) for sample_id, notes in groupby(rows, key=itemgetter("sample_id"))]
    for batch in cutting.batches(clips, CLIPS_A_PROCESS):
        sounds = timidity.render(
            batch,
            sample_rate=parameters.sample_rate,
            velocity=parameters.velocity,
            program_number=parameters.program,
            amplification=parameters.amplification,
            scratch=task.scratch,
        )
        for clip, sound in zip(batch, sounds, strict=True):
            if isinstance(sound, RenderError):
                task.sink.reject(clip.name, sound.reason, sound.detail)
            else:
                _write(task, sound, splits[clip.name])


def clip_of(sample_id: str, notes: list[dict[str, Any]]) -> timidity.Clip:
    """Return a sample's notes as a clip to play."""
    return timidity.Clip(sample_id, [timidity.ClipNote(n["pitch"], n["onset_s"], n["offset_s"]) for n in notes])


def _write(task: Task, sound: timidity.Sound, split: str) -> None:
    task.sink.write(
        "audio",
        {
            "sample_id": [sound.name],
            "split": [split],
            "audio": [{"bytes": sound.flac, "path": f"{sound.name}.flac"}],
            "sha256": [hashlib.sha256(sound.flac).hexdigest()],
            "sample_rate": [sound.sample_rate],
            "n_samples": [sound.n_samples],
            "peak_dbfs": [sound.peak_dbfs],
        },
    )


def _tools(_parameters: RenderAudio) -> Mapping[str, str]:
    return {"TiMidity++": timidity.version(), "soundfont": sha256_of_file(timidity.soundfont())}


STAGE = Stage(
    name="render_audio",
    version=2,
    verb="plays samples on a piano",
    inputs=("notes",),
    outputs=("audio",),
    needs=("pretty_midi",),
    parameters=RenderAudio,
    cut=cut,
    run=run,
    pieces=Pieces("keys"),
    tools=_tools,
    expect=as_many("notes.sample_id", audio="notes.sample_id"),
    cost=cost,
)

"""Set the cleaned words of each song beside its sample, so that they go where it goes → `interpretation_lyrics`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Inputs

_SAMPLE = ["sample_id", "split", "lyrics_sha256"]
_SONGS_A_SHARD = 4096


class InterpretationLyrics(Parameters):
    """There is nothing to choose."""


def cut(_parameters: InterpretationLyrics, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards; the hash of a text stands for it."""
    return cutting.by_key(inputs, {"interpretation_samples": _SAMPLE}, _SONGS_A_SHARD)


def run(_parameters: InterpretationLyrics, task: Task) -> None:
    """Write the words of the shard's songs; a sample is called after its song.

    Raises:
        IntegrityError: the words of a sample are not there, or others than when it was placed.
    """
    first, last = task.shard.first, task.shard.last
    samples = task.inputs.read("interpretation_samples", _SAMPLE, first, last)
    words = task.inputs.read("clean_song_lyrics", ["song_id", "text"], first, last)
    texts = words.column("text").take(pc.index_in(samples.column("sample_id"), words.column("song_id")))
    hashes = [None if text is None else hashlib.sha256(text.encode()).hexdigest() for text in texts.to_pylist()]
    if hashes != samples.column("lyrics_sha256").to_pylist():
        raise IntegrityError(
            f"the words of the songs from {first} to {last} are not those that were placed; "
            "the command that built them builds them anew"
        )
    columns = [samples.column("sample_id"), samples.column("split"), texts]
    task.sink.write("interpretation_lyrics", pa.table(columns, names=["sample_id", "split", "text"]))


STAGE = Stage(
    name="interpretation_lyrics",
    version=1,
    verb="sets the words of each song beside its sample",
    inputs=("interpretation_samples", "clean_song_lyrics"),
    outputs=("interpretation_lyrics",),
    parameters=InterpretationLyrics,
    cut=cut,
    run=run,
    expect=as_many("interpretation_samples", interpretation_lyrics="interpretation_samples"),
    cost=Cost(cpu_s=2e-5, bytes=600),
)

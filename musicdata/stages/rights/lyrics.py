"""Say under which terms the words of each song stand → `rights`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import pyarrow.compute as pc
from pydantic import model_validator

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.rights import statement
from musicdata.stages.rights import stated
from musicdata.stages.rights.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Inputs
    from musicdata.music.rights.terms import Terms

MODALITY = "lyrics"
_READS = {"lyric_samples": ["sample_id", "split"], "song_texts": ["song_id", "licence"]}
_SAMPLES_A_SHARD = 4096


class RightsLyrics(Parameters):
    """What is stated of all songs whose source states nothing.

    Attributes:
        licence: under which they stand: a licence of Creative Commons, such as CC0-1.0, or public domain; "" where
            nothing is known, which is as if all rights were reserved.
        evidence: who says so, and where.
    """

    licence: str = ""
    evidence: str = ""

    @model_validator(mode="after")
    def _is_understood_and_has_evidence(self) -> Self:
        stated.require_understood(self.licence, self.evidence)
        return self


def cut(_parameters: RightsLyrics, inputs: Inputs) -> Iterator[Shard]:
    """Cut the samples into shards."""
    return cutting.by_key(inputs, _READS, _SAMPLES_A_SHARD)


def run(parameters: RightsLyrics, task: Task) -> None:
    """Write a row for each of the shard's samples."""
    samples, songs = (task.inputs.read(t, columns, task.shard.first, task.shard.last) for t, columns in _READS.items())
    songs = songs.take(pc.index_in(samples.column("sample_id"), songs.column("song_id")))
    known: dict[str, Terms] = {"": stated.of_all(parameters.licence, parameters.evidence)}
    rows: dict[str, list[Any]] = {}
    for sample, licence in zip(samples.to_pylist(), songs.column("licence").to_pylist(), strict=True):
        said = (licence or "").strip()
        if said not in known:
            known[said] = stated.read(said)
        for column, values in rows_of(sample, {MODALITY: known[said]}).items():
            rows.setdefault(column, []).extend(values)
    task.sink.write("rights", rows)


STAGE = Stage(
    name="rights.lyrics",
    version=1,
    verb="says under which terms the words of each song stand",
    inputs=("lyric_samples", "song_texts"),
    outputs=("rights",),
    parameters=RightsLyrics,
    cut=cut,
    run=run,
    tools=lambda _parameters: {"rights rules": statement.RULES},
    expect=as_many("lyric_samples", rights="lyric_samples"),
    cost=Cost(cpu_s=5e-5, bytes=30),
)

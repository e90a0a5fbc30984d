"""Say under which terms the lyrics, interpretations and sound of each song stand → `rights`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import pyarrow.compute as pc
from pydantic import model_validator

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.rights import statement
from musicdata.stages.rights import stated
from musicdata.stages.rights.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.music.rights.terms import Terms

WRITTEN = ("lyrics", "interpretation")
AUDIO = "audio"
_READS = {"interpretation_samples": ["sample_id", "split"], "interpreted_songs": ["song_id", "licence"]}
_SAMPLES_A_SHARD = 4096


class RightsInterpretations(Parameters):
    """What is stated of all songs whose source states nothing, and what a statement covers.

    Attributes:
        licence: under which they stand: a licence of Creative Commons, such as CC0-1.0, or public domain; "" where
            nothing is known, which is as if all rights were reserved: lyrics are their writers', interpretations those
            of the people who posted them.
        evidence: who says so, and where.
        audio: of a song's sound, which comes from elsewhere than its row: "unknown", or "stated" where what is stated
            of the row holds for the sound too.
    """

    licence: str = ""
    evidence: str = ""
    audio: Literal["unknown", "stated"] = "unknown"

    @model_validator(mode="after")
    def _is_understood_and_has_evidence(self) -> Self:
        stated.require_understood(self.licence, self.evidence)
        return self


def cut(_parameters: RightsInterpretations, inputs: Inputs) -> Iterator[Shard]:
    """Cut the samples into shards."""
    return cutting.by_key(inputs, _READS, _SAMPLES_A_SHARD)


def run(parameters: RightsInterpretations, task: Task) -> None:
    """Write a row for each of the shard's samples and each of its modalities."""
    samples, songs = (task.inputs.read(t, columns, task.shard.first, task.shard.last) for t, columns in _READS.items())
    songs = songs.take(pc.index_in(samples.column("sample_id"), songs.column("song_id")))
    known: dict[str, Terms] = {"": stated.of_all(parameters.licence, parameters.evidence)}
    nothing = stated.of_all("", "")
    rows: dict[str, list[Any]] = {}
    for sample, licence in zip(samples.to_pylist(), songs.column("licence").to_pylist(), strict=True):
        said = (licence or "").strip()
        if said not in known:
            known[said] = stated.read(said)
        terms = dict.fromkeys(WRITTEN, known[said]) | {AUDIO: known[said] if parameters.audio == "stated" else nothing}
        for column, values in rows_of(sample, dict(sorted(terms.items()))).items():
            rows.setdefault(column, []).extend(values)
    task.sink.write("rights", rows)


def expect(_parameters: RightsInterpretations, counts: Counts) -> Expected:
    """Return a row for each modality of each sample."""
    n_samples = counts["interpretation_samples"]
    return Expected(n_samples, {"rights": n_samples * (len(WRITTEN) + 1)})


STAGE = Stage(
    name="rights.interpretations",
    version=1,
    verb="says under which terms the lyrics, interpretations and sound of each song stand",
    inputs=("interpretation_samples", "interpreted_songs"),
    outputs=("rights",),
    parameters=RightsInterpretations,
    cut=cut,
    run=run,
    tools=lambda _parameters: {"rights rules": statement.RULES},
    expect=expect,
    cost=Cost(cpu_s=6e-5, bytes=60),
)

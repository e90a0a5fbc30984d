"""Say what may be done with each modality of each sample, and how that is known → `rights`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import field_validator

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.rights import overrides, statement
from musicdata.music.rights.terms import Terms, strictest
from musicdata.stages.rights.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

    Row = dict[str, Any]

_SAMPLES_A_SHARD = 4096
_SONG = ["song_id", "source_id", "rights"]
_SAMPLE = ["sample_id", "split", "song_id"]
Part = Literal["notes", "lyrics"]
_CONTAINS: dict[str, tuple[Part, ...]] = {
    "audio": ("notes",),
    "sheet": ("notes", "lyrics"),
    "lyrics": ("lyrics",),
    "notes": ("notes",),
}


class Rights(Parameters):
    """How rights are found.

    Attributes:
        overrides: CSV file of what is known better than the source says: `song,part,rights,licence,evidence`.
        contains: modality → the parts of a song that it shows; it stands under the strictest of their terms.
    """

    overrides: str = ""
    contains: dict[str, tuple[Part, ...]] = _CONTAINS

    @field_validator("contains")
    @classmethod
    def _shows_something(cls, contains: dict[str, tuple[Part, ...]]) -> dict[str, tuple[Part, ...]]:
        if empty := [modality for modality, parts in contains.items() if not parts]:
            raise ValueError(f"{empty[0]} shows no part; expected notes, lyrics or both")
        return contains


def expect(parameters: Rights, counts: Counts) -> Expected:
    """Return a row for each sample and modality."""
    return Expected(counts["samples"], {"rights": counts["samples"] * len(parameters.contains)})


def _source_digest(parameters: Rights) -> str:
    overrides.load(parameters.overrides)  # raises for a wrong row before anything is computed
    return overrides.digest(parameters.overrides)


def cut(parameters: Rights, inputs: Inputs) -> Iterator[Shard]:
    """Cut the samples into shards; all of them depend on all songs' statements and on the overrides."""
    ruled = overrides.digest(parameters.overrides)
    songs = cutting.rows_digest(inputs, {"songs": _SONG})
    for shard in cutting.by_key(inputs, {"samples": _SAMPLE}, _SAMPLES_A_SHARD):
        yield Shard(shard.first, shard.last, shard.n_items, shard.digest, (ruled, songs))


def run(parameters: Rights, task: Task) -> None:
    """Write a row for each of the shard's samples and modalities."""
    rulings = overrides.load(parameters.overrides, task.shard.items[0])
    samples = task.inputs.read("samples", _SAMPLE, task.shard.first, task.shard.last).to_pylist()
    song_ids = sorted({sample["song_id"] for sample in samples})
    songs = task.inputs.read("songs", _SONG, song_ids[0], song_ids[-1]).to_pylist() if song_ids else []
    id_set = set(song_ids)
    terms = {song["song_id"]: by_modality(parameters, song, rulings) for song in songs if song["song_id"] in id_set}
    for sample in samples:
        task.sink.write("rights", rows_of(sample, terms[sample["song_id"]]))


def by_modality(parameters: Rights, song: Row, rulings: list[overrides.Ruling]) -> dict[str, Terms]:
    """Return the terms of each modality of a song, given its id, its `source_id` and its statement."""
    stated = statement.read(song["rights"])
    parts = {
        part: overrides.ruling(rulings, song["song_id"], song["source_id"], part) or stated for part in overrides.PARTS
    }
    return {
        modality: strictest([parts[part] for part in contained])
        for modality, contained in sorted(parameters.contains.items())
    }


STAGE = Stage(
    name="rights",
    version=1,
    verb="says what may be done with each sample, and why",
    inputs=("songs", "samples"),
    outputs=("rights",),
    parameters=Rights,
    cut=cut,
    run=run,
    source_digest=_source_digest,
    tools=lambda _parameters: {"rights rules": statement.RULES},
    location_parameters=("overrides",),
    expect=expect,
    cost=Cost(cpu_s=0.0005, bytes=30),
)

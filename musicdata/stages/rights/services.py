"""Say under which terms each pair's sound and words were fetched → `rights`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.rights.terms import Terms
from musicdata.stages.rights.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Inputs

_SAMPLES_A_SHARD = 4096
_READS = {"pairs": ["sample_id", "split", "video_id"], "lyrics": ["sample_id", "source", "copyright"]}
AUDIO_FROM = "youtube"


class Said(Parameters):
    """What a service's terms allow, and in which words they say so.

    Attributes:
        rights: for research only, or unknown: no terms of a service make a work free.
        evidence: what the terms say, and where.
    """

    rights: Literal["research_only", "unknown"]
    evidence: str = Field(min_length=1)


_LRCLIB = (
    "LRCLIB (lrclib.net): words that users contributed; no licence is stated for them, their publishers' rights hold"
)
_TERMS = {
    "youtube": Said(
        rights="research_only",
        evidence="YouTube, Terms of Service: no downloading but by its own functions; the owners' rights hold",
    ),
    "musixmatch": Said(
        rights="research_only",
        evidence="Musixmatch, developer terms: non-commercial use, no handing on; the words' publishers' rights hold",
    ),
    "lrclib": Said(rights="unknown", evidence=_LRCLIB),
    "lrclib_dump": Said(rights="unknown", evidence=_LRCLIB),
}


class RightsServices(Parameters):
    """What the services' terms say.

    Attributes:
        terms: service → its terms; `youtube` for clips, the names in `lyrics.source` for words. One that is not named
            is unknown.
    """

    terms: dict[str, Said] = _TERMS

    @field_validator("terms")
    @classmethod
    def _speaks_of_sound(cls, terms: dict[str, Said]) -> dict[str, Said]:
        if AUDIO_FROM not in terms:
            raise ValueError(f"it says nothing of {AUDIO_FROM}, from which the clips are")
        return terms


def cut(_parameters: RightsServices, inputs: Inputs) -> Iterator[Shard]:
    """Cut the pairs into shards."""
    return cutting.by_key(inputs, _READS, _SAMPLES_A_SHARD)


def run(parameters: RightsServices, task: Task) -> None:
    """Write two rows for each of the shard's pairs: of its sound and of its words."""
    first, last = task.shard.first, task.shard.last
    pairs, lyrics = (task.inputs.read(table, columns, first, last).to_pylist() for table, columns in _READS.items())
    source_of = {row["sample_id"]: row for row in lyrics}
    for pair in pairs:
        words = source_of[pair["sample_id"]]
        sound = _terms(parameters, AUDIO_FROM, f"video {pair['video_id']}")
        terms = {"audio": sound, "lyrics": _terms(parameters, words["source"], words["copyright"] or "")}
        task.sink.write("rights", rows_of(pair, terms))


def _terms(parameters: RightsServices, service: str, item: str) -> Terms:
    stated = parameters.terms.get(service)
    evidence = stated.evidence if stated else f"{service}: no statement"
    return Terms(stated.rights if stated else "unknown", None, f"{evidence} ({item})" if item else evidence, "source")


STAGE = Stage(
    name="rights.services",
    version=1,
    verb="says under which terms sound and words were fetched",
    inputs=("pairs", "lyrics"),
    outputs=("rights",),
    parameters=RightsServices,
    cut=cut,
    run=run,
    expect=lambda _parameters, counts: Expected(counts["pairs"], {"rights": 2 * counts["pairs"]}),
    cost=Cost(cpu_s=0.001, bytes=150),
)

"""Say under which terms each album's reviews, metadata and audio features stand → `rights`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, field_validator, model_validator

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.rights.terms import CC0, Terms, is_cc
from musicdata.stages.rights.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

_SAMPLES_A_SHARD = 4096
_COLUMNS = ["sample_id", "split"]
_MARD = "MARD: Copyright 2016 Music Technology Group, Universitat Pompeu Fabra. All Rights Reserved"


class Stated(Parameters):
    """What is stated of one modality.

    Attributes:
        rights: under which terms it stands; all rights reserved is unknown, as in a file's own statement.
        licence: as SPDX names it, of Creative Commons only.
        evidence: the statement, and whose it is.
    """

    rights: Literal["public_domain", "cc", "research_only", "unknown"]
    licence: str | None = None
    evidence: str = Field(min_length=1)

    @model_validator(mode="after")
    def _has_a_licence_where_one_is_needed(self) -> Self:
        if (self.rights == "cc") != (self.licence is not None) or (self.licence and not is_cc(self.licence)):
            raise ValueError(
                f"rights {self.rights} with licence {self.licence}; cc, and only cc, names one such as {CC0}"
            )
        return self


_TERMS = {
    "audio": Stated(
        rights="cc",
        licence=CC0,
        evidence="AcousticBrainz: all of its data are CC0; MusicBrainz: ids, names and track lists are CC0",
    ),
    "reviews": Stated(rights="unknown", evidence=f"{_MARD}; the reviews are their writers' and Amazon's"),
    "metadata": Stated(rights="unknown", evidence=f"{_MARD}; titles, prices, categories and ranks are Amazon's"),
}


class RightsAlbums(Parameters):
    """What is stated of each modality of an album.

    Attributes:
        terms: modality → its terms: `audio` for features of the recordings, `reviews` for what people wrote,
            `metadata` for what Amazon says of the album.
    """

    terms: dict[str, Stated] = _TERMS

    @field_validator("terms")
    @classmethod
    def _speaks_of_all(cls, terms: dict[str, Stated]) -> dict[str, Stated]:
        if missing := sorted(set(_TERMS) - set(terms)):
            raise ValueError(f"it says nothing of {', '.join(missing)}; expected audio, reviews and metadata")
        return terms


def expect(parameters: RightsAlbums, counts: Counts) -> Expected:
    """Return a row for each sample and modality."""
    return Expected(counts["album_samples"], {"rights": counts["album_samples"] * len(parameters.terms)})


def cut(_parameters: RightsAlbums, inputs: Inputs) -> Iterator[Shard]:
    """Cut the samples into shards."""
    return cutting.by_key(inputs, {"album_samples": _COLUMNS}, _SAMPLES_A_SHARD)


def run(parameters: RightsAlbums, task: Task) -> None:
    """Write a row for each of the shard's samples and modalities."""
    terms = {
        modality: Terms(stated.rights, stated.licence, stated.evidence, "source")
        for modality, stated in sorted(parameters.terms.items())
    }
    for sample in task.inputs.read("album_samples", _COLUMNS, task.shard.first, task.shard.last).to_pylist():
        task.sink.write("rights", rows_of(sample, terms))


STAGE = Stage(
    name="rights.albums",
    version=1,
    verb="says under which terms reviews, metadata and audio features stand",
    inputs=("album_samples",),
    outputs=("rights",),
    parameters=RightsAlbums,
    cut=cut,
    run=run,
    expect=expect,
    cost=Cost(cpu_s=0.0005, bytes=30),
)

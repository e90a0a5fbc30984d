"""What a recipe's `[validate]` says to the suite of paired views."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from musicdata.definitions.suite import Settings


class SweepSettings(BaseModel):
    """How retrieval between two modalities is measured over numbers of components and runs, as a paper tables it.

    `audio`, `lyrics`, `sequences`, `scheme` and `part` name a column, `table.column`.

    Attributes:
        components: numbers of components, rising.
        scheme: which of several splits a row of its table speaks of.
        part: ``train`` or ``test``, of that sample in that split; its table is the scheme's.
        runs: random splits whose mean is reported.
        disjoint: split in which no artist is on both sides, reported beside them; "" when there is none.
        audio: features (width,) of the correlation and embedding methods.
        lyrics: features (width,) of every method.
        sequences: spectrograms (sub-sequences, coefficients, frames) for end-to-end training; "" when there are none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    components: tuple[int, ...] = Field((10, 20, 30, 40, 50, 60, 70, 80, 90, 100), min_length=1)
    scheme: str
    part: str
    runs: tuple[str, ...] = Field(min_length=1)
    disjoint: str = ""
    audio: str
    lyrics: str
    sequences: str = ""

    @field_validator("components")
    @classmethod
    def _require_rising(cls, components: tuple[int, ...]) -> tuple[int, ...]:
        if components[0] < 1 or list(components) != sorted(set(components)):
            raise ValueError("components must be whole numbers from 1 on, rising")
        return components

    @model_validator(mode="after")
    def _require_one_table(self) -> SweepSettings:
        if self.scheme.partition(".")[0] != self.part.partition(".")[0]:
            raise ValueError(f"scheme ({self.scheme}) and part ({self.part}) must be columns of one table")
        return self

    def columns(self) -> list[str]:
        """List every `table.column` that is named."""
        named = (self.scheme, self.part, self.audio, self.lyrics, self.sequences)
        return [name for name in named if name]


class PairedViewsSettings(Settings):
    """What `musicdata validate` compares; views, lengths, metadata and category name a column, `table.column`.

    Attributes:
        views: modality → its features.
        certain: pairs of modalities whose link is certain by construction; the gate asks that it be found.
        tied: pairs whose lengths agree by construction, whatever their content does: reported, not refused.
        lengths: modality → what its length alone is told by.
        metadata: modality → what else a file tells without being looked into.
        category: class of a sample for retrieval at category level; "" when there is none.
        paper: paper whose table is printed beside ours; "" when there is none.
        sweep: figures over numbers of components and runs; None when there are none.
    """

    views: dict[str, str] = Field(min_length=2)
    certain: tuple[tuple[str, str], ...] = ()
    tied: tuple[tuple[str, str], ...] = ()
    lengths: dict[str, str] = Field(default_factory=dict)
    metadata: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    category: str = ""
    paper: str = ""
    sweep: SweepSettings | None = None

    @model_validator(mode="after")
    def _require_views(self) -> PairedViewsSettings:
        named = {*self.lengths, *self.metadata, *(name for pair in (*self.certain, *self.tied) for name in pair)}
        if unknown := sorted(named - set(self.views)):
            raise ValueError(f"names {', '.join(unknown)}, which no view is called")
        return self

    def columns(self) -> list[str]:
        """List every `table.column` that is named."""
        several = [name for names in self.metadata.values() for name in names]
        swept = self.sweep.columns() if self.sweep else []
        category = [self.category] if self.category else []
        return [*self.views.values(), *self.lengths.values(), *several, *category, *swept]

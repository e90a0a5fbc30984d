"""What a recipe's `[validate]` says to the suite of captioning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, field_validator, model_validator

from musicdata.definitions.suite import Settings

if TYPE_CHECKING:
    from musicdata.definitions.contract import HasTables

FULL = "full"
"""The variant that has every caption."""

_PLAIN = ("lyrics", "captions", "row_split", "artist_split", "official_test", "facts", "ear_weights")


class CaptioningSettings(Settings):
    """What `musicdata validate` compares; fields down to `ear_weights` name a column, `table.column`.

    A sample is a song: one row of `lyrics`, several of `captions`.

    Attributes:
        lyrics: words of a song.
        captions: a text about a song; its table is keyed by song and caption, and has the caption's `split`.
        row_split: a split of caption by caption, beside which the data set's own is measured; "" for none.
        artist_split: one with no artist on both sides; "" for none.
        official_test: whether a song is of a test split that others use; "" for none.
        variants: name → whether a caption is in that variant of the train split; `full` among them.
        facts: value of a fact of a song, such as its tempo; its table says what fact it is, and whether words or sound
            tell it. "" for none.
        tokens: ear → what it hears of a song, (tokens, width); its table says which weights it had.
        ear_weights: weights of the ear that was trained on the data set itself, which a kept captioner takes along; its
            table need not be in a release. "" for none.
        ear: of `tokens` the one that captioners hear with; "" for the first that heard something.
        seeds: networks of each kind, trained from different beginnings: fewer than three prove nothing.
        steps: of a network's training; `--epochs` takes a share of them.
        size: of the networks: ``small`` (0.25 M parameters, minutes) or ``base``, the paper's.
        bart: folder with the weights of a BART to begin from; "" for none.
        config: ``corrected``, or ``paper`` for the papers' loss, decoding and choice of an epoch.
        most_songs: test songs that are captioned and scored at most, chosen by a hash of their ids.
        most_minutes: of a processor that the networks may take by estimate, where nobody asked for them.
        paper: paper whose table is printed beside ours; "" for none.
    """

    lyrics: str
    captions: str
    row_split: str = ""
    artist_split: str = ""
    official_test: str = ""
    variants: dict[str, str] = Field(default_factory=dict)
    facts: str = ""
    tokens: dict[str, str] = Field(default_factory=dict)
    ear_weights: str = ""
    ear: str = ""
    seeds: int = Field(3, ge=1)
    steps: int = Field(1_000, ge=1)
    size: Literal["small", "base"] = "small"
    bart: str = ""
    config: Literal["corrected", "paper"] = "corrected"
    most_songs: int = Field(300, ge=2)
    most_minutes: float = Field(60.0, ge=0)
    paper: str = ""

    @field_validator("variants")
    @classmethod
    def _require_full(cls, variants: dict[str, str]) -> dict[str, str]:
        if variants and FULL not in variants:
            raise ValueError(f"variants are {', '.join(variants)}: {FULL!r}, which has every caption, is missing")
        return variants

    @model_validator(mode="after")
    def _require_ear(self) -> Self:
        if self.ear and self.ear not in self.tokens:
            raise ValueError(f"ear is {self.ear!r}, expected one of tokens: {', '.join(self.tokens) or 'none'}")
        return self

    def among(self, data: HasTables) -> Self:
        """Return the settings without the columns that the data does not have, as in a view.

        Words and captions go too: what is left then says so (`course.require`).
        """
        gone: dict[str, object] = {name: "" for name in _PLAIN if not _has(data, getattr(self, name))}
        tokens = {ear: column for ear, column in self.tokens.items() if _has(data, column)}
        variants = {name: column for name, column in self.variants.items() if _has(data, column)}
        ear = self.ear if self.ear in tokens else ""
        return self.model_copy(update=gone | {"tokens": tokens, "variants": variants, "ear": ear})

    def columns(self) -> list[str]:
        """List every `table.column` that is named."""
        named = [getattr(self, name) for name in _PLAIN]
        return [name for name in (*named, *self.variants.values(), *self.tokens.values()) if name]


def _has(data: HasTables, name: str) -> bool:
    """Say whether a data set has a column, ``table.column``."""
    table, _, column = name.partition(".")
    return table in data.tables and column in {one.name for one in data.contract(table).columns}

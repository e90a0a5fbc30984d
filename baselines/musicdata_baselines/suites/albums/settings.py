"""What a recipe's `[validate]` says to the suite of albums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from musicdata.definitions.suite import Settings

if TYPE_CHECKING:
    from musicdata.definitions.contract import HasTables


_DISPENSABLE = ("tokens", "encoder", "genre", "popularity")


class Training(BaseModel):
    """How the two-branch networks are trained; the defaults are the paper's, `most_steps` apart.

    Attributes:
        components: dimensions of the joint space.
        hidden: units of the fully connected layer before it.
        words: dimensions of a trainable word.
        lstm: units of the LSTM, each way.
        vocabulary: token ids there are, 0 (padding) and 1 (unknown) among them.
        most_tokens: tokens of a review that the LSTM reads.
        margin: of the ranking loss, as a distance on the unit sphere.
        false_pairs: drawn for every true pair.
        neighbour_weight: λ3 = λ4 where the neighbourhood constraints are in force.
        epochs: passes over the reviews of the train part, the paper's number; `--epochs` is a share of it.
        batch_size: reviews a step.
        learning_rate: of Adam.
        most_steps: steps of one network at most, so that a validation takes minutes; `--sweep` trains to the end.
        lstm_steps: likewise of the LSTM, a step of which takes a processor 20 s; 0 leaves it to `--sweep` and to cards.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    components: int = Field(128, ge=2)
    hidden: int = Field(256, ge=1)
    words: int = Field(256, ge=1)
    lstm: int = Field(256, ge=1)
    vocabulary: int = Field(60_000, ge=3)
    most_tokens: int = Field(200, ge=1)
    margin: float = Field(0.05, gt=0, lt=2)
    false_pairs: int = Field(10, ge=1)
    neighbour_weight: float = Field(0.1, ge=0)
    epochs: int = Field(200, ge=1)
    batch_size: int = Field(128, ge=3)
    learning_rate: float = Field(1e-3, gt=0)
    most_steps: int = Field(300, ge=1)
    lstm_steps: int = Field(0, ge=0)


class AlbumsSettings(Settings):
    """What `musicdata validate` compares; all but the last five name a column, `table.column`.

    Tables of `audio` have several rows a sample, those of `text`, `tokens` and `encoder` too: the songs of an album and
    its reviews. The sample's own table is the one that introduces it.

    Attributes:
        audio: features (width,) of a song.
        text: mean word vector (width,) of a review.
        tokens: token ids of a review, a sequence; "" when there are none: networks with trainable words are left out.
        encoder: sentence embedding (width,) of a review; "" when there is none.
        scheme: which of several splits a row of its table speaks of; key of the reviews beside it.
        part: ``train`` or ``test``, of that review in that split; its table is the scheme's.
        artist: group of the albums of one artist.
        genre: class of an album; "" when there is none.
        popularity: a rank, the lowest for what sold most; "" when there is none.
        texts: the reviews' words, which `musicdata describe` shows where the data has them; "" for never. It need not
            be in a release.
        album: id of the album in the table of `texts` and in the one that introduces the samples.
        schemes: those measured, in the order of the report.
        disjoint: the one of them with no artist on both sides, which the gate asks.
        asked: reviews that ask at most, drawn at random; the albums to find are always all.
        paper: paper whose table is printed beside ours; "" when there is none.
        training: of the networks.
    """

    audio: str
    text: str
    tokens: str = ""
    encoder: str = ""
    scheme: str
    part: str
    artist: str
    genre: str = ""
    popularity: str = ""
    texts: str = ""
    album: str = "album_id"
    schemes: tuple[str, ...] = Field(min_length=1)
    disjoint: str
    asked: int = Field(4_000, ge=2)
    paper: str = ""
    training: Training = Training()

    @model_validator(mode="after")
    def _require_schemes(self) -> AlbumsSettings:
        if self.scheme.partition(".")[0] != self.part.partition(".")[0]:
            raise ValueError(f"scheme ({self.scheme}) and part ({self.part}) must be columns of one table")
        if len(set(self.schemes)) < len(self.schemes):
            raise ValueError(f"schemes are {', '.join(self.schemes)}: one is named twice")
        if self.disjoint not in self.schemes:
            raise ValueError(f"disjoint is {self.disjoint!r}, expected one of schemes: {', '.join(self.schemes)}")
        return self

    def among(self, data: HasTables) -> Self:
        """Return the settings without tokens, encoder, genre and popularity that the data does not have."""
        gone = {name: "" for name in _DISPENSABLE if not _has(data, getattr(self, name))}
        return self.model_copy(update=gone)

    def columns(self) -> list[str]:
        """List every `table.column` that is named, `texts` apart, which a release need not have."""
        named = (self.audio, self.text, self.tokens, self.encoder, self.scheme, self.part)
        return [name for name in (*named, self.artist, self.genre, self.popularity) if name]


def _has(data: HasTables, name: str) -> bool:
    """Say whether a data set has a column, ``table.column``."""
    table, _, column = name.partition(".")
    return table in data.tables and column in {one.name for one in data.contract(table).columns}

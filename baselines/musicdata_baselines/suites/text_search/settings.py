"""What a recipe's `[validate]` says to the suite of text search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field, field_validator

from musicdata.definitions.suite import Settings
from musicdata.music.features.text_encoders import ENCODERS
from musicdata.wording import choice

if TYPE_CHECKING:
    from musicdata.definitions.contract import HasTables

_OF_SONGS = ("texts", "title", "artist", "genre", "year", "language", "relevance_group", "held_out")
_OF_SPLITS = ("leaky_split", "artist_split")
_BESIDE = ("sections", "queries", "judgements", "emotions")


class TextSearchSettings(Settings):
    """What `musicdata validate` measures and `musicdata search` asks; fields down to `vectors` name `table.column`.

    Attributes:
        texts: the words that are searched.
        title: of a song, `artist`, `genre` and `year` likewise; "" for none.
        language: ISO 639-1 code of the words.
        relevance_group: songs with nearly the same words: each is a right answer for the other, and all of them are
            one piece of evidence.
        held_out: whether a song is absent from the index while searches are validated; "" where none is.
        leaky_split: a split of song by song, beside which the data set's own is measured; "" for none.
        artist_split: one with no artist on both sides; "" for none.
        sections: first line of a section; its table has the number of its lines and which section it repeats.
        queries: text of a query; its table says what kind it is of, in which language, for which one.
        judgements: how well a song answers a query.
        emotions: numbers of a song's moods, which a search may weigh; "" for none.
        vectors: encoder → vector of a section, or of the whole song where its number is −1.
        encoders: those of `vectors` that are used, in the order in which a language takes the first that was made for
            it and has its songs.
        across: of them the one that leads from one language to another.
        model_folder: of the encoder ``model``, where it is among them.
        most_queries: of a kind and a language at most, chosen by a hash of their ids.
        paper_songs: whole songs that the paper's encoder reads during a validation where the table of its vectors has
            them not, at most; beyond, the paper's system is measured on the songs that it has.
        head_lines: of a split and a language that a projection of the vectors is trained on at most; 0 for none of it.
        genre_songs: songs that the classifier of genres is trained on at most, chosen by a hash of their ids.
        paper: paper whose system is measured beside ours; "" for none.
    """

    texts: str
    title: str = ""
    artist: str = ""
    genre: str = ""
    year: str = ""
    language: str
    relevance_group: str
    held_out: str = ""
    leaky_split: str = ""
    artist_split: str = ""
    sections: str = ""
    queries: str
    judgements: str
    emotions: str = ""
    vectors: dict[str, str] = Field(default_factory=dict)
    encoders: tuple[str, ...] = ("minilm", "use", "e5")
    across: str = "use"
    model_folder: str = ""
    most_queries: int = Field(300, ge=1)
    paper_songs: int = Field(5_000, ge=0)
    head_lines: int = Field(2_000, ge=0)
    genre_songs: int = Field(30_000, ge=50)
    paper: str = ""

    @field_validator("encoders")
    @classmethod
    def _require_encoders(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if odd := [name for name in names if name not in ENCODERS]:
            raise ValueError(f"no encoder is called {odd[0]!r}{choice(odd[0], ENCODERS)}")
        return names

    def among(self, data: HasTables) -> Self:
        """Return the settings without the columns that the data does not have, as in a view.

        Words and queries go too: what is left then says so (`course.require`).
        """
        gone: dict[str, object] = {
            name: "" for name in (*_OF_SONGS, *_OF_SPLITS, *_BESIDE) if not _has(data, getattr(self, name))
        }
        kept = {name: column for name, column in self.vectors.items() if name in self.encoders and _has(data, column)}
        return self.model_copy(update=gone | {"vectors": kept})

    def columns(self) -> list[str]:
        """List every `table.column` that is named."""
        named = [getattr(self, name) for name in (*_OF_SONGS, *_OF_SPLITS, *_BESIDE)]
        return [name for name in (*named, *self.vectors.values()) if name]


def _has(data: HasTables, name: str) -> bool:
    """Say whether a data set has a column, ``table.column``."""
    table, _, column = name.partition(".")
    return table in data.tables and column in {one.name for one in data.contract(table).columns}

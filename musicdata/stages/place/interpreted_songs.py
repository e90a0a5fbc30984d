"""Songs with interpretations, and what ties them beside their texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import mapped, strings
from musicdata.errors import IntegrityError
from musicdata.music.text.artists import song_artist
from musicdata.music.text.names import normalised, title_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from musicdata.definitions.reader import Inputs

SONG = ["song_id", "songmeanings_id", "artist", "title", "official_split"]
"""The columns of `interpreted_songs` that are read."""


@dataclass(frozen=True, slots=True)
class InterpretedSongs:
    """The songs whose lyrics were cleaned, in order of their ids.

    Attributes:
        ids: of the songs.
        with_words: rows of those that have lyrics, ascending.
        numbers: id of each at SongMeanings; None where none is stated.
        artists: artist of each, normalised; None for nobody.
        titles: title of each, normalised, without what says which recording it is; None where there is none.
        official: the songs that the source has in its test split.
    """

    ids: list[str]
    with_words: list[int]
    numbers: list[str | None]
    artists: list[str | None]
    titles: list[str | None]
    official: frozenset[str]

    @classmethod
    def read(cls, inputs: Inputs) -> InterpretedSongs:
        """Read them.

        Raises:
            IntegrityError: lyrics are of a song that the source does not have.
        """
        lyrics = inputs.read("clean_song_lyrics", ["song_id", "n_words"])
        ids = lyrics.column("song_id")
        rows = inputs.read("interpreted_songs", SONG)
        places = pc.index_in(ids, rows.column("song_id"))
        if places.null_count:
            lacking = ids.filter(pc.is_null(places))
            raise IntegrityError(
                f"interpreted_songs lacks {len(lacking)} songs whose lyrics were cleaned, e.g. {lacking[0]}; "
                "the command that built it builds it anew"
            )
        rows = rows.take(places)
        return cls(
            ids=strings(ids),
            with_words=[row for row, n_words in enumerate(lyrics.column("n_words").to_pylist()) if n_words],
            numbers=mapped(rows.column("songmeanings_id"), _number),
            artists=mapped(rows.column("artist"), song_artist),
            titles=mapped(rows.column("title"), _title),
            official=official_songs(inputs),
        )

    def by_id(self, most: int) -> list[list[str]]:
        """Return the sets of songs of one id at SongMeanings; one of more than `most` names is a stand-in for none."""
        names: dict[str, object] = {
            song_id: (artist, title) if artist or title else song_id  # nothing says that these have one name
            for song_id, artist, title in zip(self.ids, self.artists, self.titles, strict=True)
        }
        sets = _several(self.ids, self.numbers)
        return [one for one in sets if len({names[song_id] for song_id in one}) <= most]

    def by_name(self) -> list[list[str]]:
        """Return the sets of songs of one artist and title."""
        names = zip(self.artists, self.titles, strict=True)
        return _several(self.ids, [(artist, title) if artist and title else None for artist, title in names])

    def by_artist(self) -> list[list[str]]:
        """Return the sets of songs of one artist."""
        return _several(self.ids, self.artists)


def official_songs(inputs: Inputs) -> frozenset[str]:
    """Return the songs that the source has in its test split, or of which it has an interpretation there."""
    songs = (
        rows.column("song_id").filter(pc.equal(rows.column("official_split"), pa.scalar("test")))
        for rows in (
            inputs.read("interpreted_songs", ["song_id", "official_split"]),
            inputs.read("clean_interpretations", ["song_id", "official_split"]),
        )
    )
    return frozenset(song_id for column in songs for song_id in strings(column))


def _several(ids: Sequence[str], values: Iterable[object]) -> list[list[str]]:
    """Return the sets of several songs that have a value in common, in order."""
    sets: dict[object, list[str]] = {}
    for song_id, value in zip(ids, values, strict=True):
        if value is not None:
            sets.setdefault(value, []).append(song_id)
    return [one for one in sets.values() if len(one) > 1]


def _number(number: str | None) -> str | None:
    return (number or "").strip() or None


def _title(title: str | None) -> str | None:
    return normalised(title_parts(title or "")[0]) or None

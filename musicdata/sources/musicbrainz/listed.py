"""The albums of a data set with what its list says of them: the ids that lead to their recordings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from musicdata.sources.musicbrainz import albums

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.reader import Inputs
    from musicdata.sources.musicbrainz.albums import OfGroup, Origin, Wanted

READS = {
    "albums": ("album_id", "release_mbid", "release_group_mbid"),
    "album_songs": ("album_id", "song_index", "title", "recording_id"),
}
"""Columns that are read of each table."""


@dataclass(frozen=True, slots=True)
class Album:
    """An album as the data set lists it.

    Attributes:
        album_id: its id there.
        release_id: MusicBrainz id of its release, `group_id` of its release group, where they are told.
        songs: ``title`` and ``recording_id`` of each, in order.
    """

    album_id: str
    release_id: str | None
    group_id: str | None
    songs: tuple[dict[str, Any], ...]

    def wanted(self, order: Sequence[Origin], of_group: OfGroup) -> Wanted:
        """Return what is to be looked up for it."""
        return albums.wanted(
            order,
            of_group,
            has_songs=albums.have_ids(self.songs),
            release_id=self.release_id,
            group_id=self.group_id,
        )


def listed(inputs: Inputs, first: str | None = None, last: str | None = None) -> Iterator[Album]:
    """Yield the albums in order, those whose id lies in first..last; a part of each table is in memory."""
    groups = groupby(_rows(inputs, "album_songs", first, last), key=itemgetter("album_id"))
    album_id, songs = next(groups, ("", iter(())))
    for row in _rows(inputs, "albums", first, last):
        while album_id and album_id < row["album_id"]:
            album_id, songs = next(groups, ("", iter(())))
        of_this = tuple(songs) if album_id == row["album_id"] else ()
        yield Album(row["album_id"], row["release_mbid"], row["release_group_mbid"], of_this)


def _rows(inputs: Inputs, table: str, first: str | None, last: str | None) -> Iterator[dict[str, Any]]:
    for part in inputs.iterate(table, list(READS[table]), first, last):
        yield from part.to_pylist()

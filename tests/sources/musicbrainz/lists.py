"""Lists of albums, and releases that MusicBrainz has of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from musicdata.definitions import contract
from tests.sources.musicbrainz.releases import Json, mbid, medium, release, track
from tests.stages.crawled import Tables

WHOLE = ("release", "release_group", "songs")


def listing(albums: Mapping[str, tuple[int | None, int | None]], songs: Mapping[str, Sequence[int | None]]) -> Tables:
    """Return the tables of a list: album → numbers of its release and its group; album → recordings of its songs."""
    rows: dict[str, list[dict[str, Any]]] = {
        "albums": [
            {
                "album_id": album,
                "release_mbid": release and mbid(release),
                "release_group_mbid": group and mbid(group),
                "n_songs": len(songs.get(album, ())),
                "n_reviews": 0,
            }
            for album, (release, group) in sorted(albums.items())
        ],
        "album_songs": [
            {"album_id": album, "song_index": index, "title": f"Song {number}", "recording_id": number and mbid(number)}
            for album, numbers in sorted(songs.items())
            for index, number in enumerate(numbers)
        ],
    }
    return Tables({name: _table(name, of_table) for name, of_table in rows.items()})


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = contract.load(name).arrow_schema()
    return pa.table({column: [row.get(column) for row in rows] for column in schema.names}, schema=schema)


def album(number: int, *recordings: int, group: int = 0, **more: Any) -> Json:
    tracks = [track(one, f"Song {one}", place) for place, one in enumerate(recordings, start=1)]
    return release(number, medium(tracks), group=group, **more)


RELEASES = [
    album(50, 1, 2, 3, group=60),
    album(51, 11, 12, group=61, date="2001"),
    album(52, 11, 12, 13, group=61, date="1999-10"),
    album(53, 14, group=61, status="Bootleg", date="1990"),
    album(54, group=62),
    release(55, medium([track(21, "Film", video=True)]), group=63),
]
LIST = listing(
    {
        "B000000001": (50, 60),  # songs with ids
        "B000000002": (50, None),
        "B000000003": (None, 61),
        "B000000004": (99, 61),  # a release that is not there any more
        "B000000005": (54, 62),  # no tracks
        "B000000006": (55, None),  # video alone
        "B000000007": (99, 98),
        "B000000008": (None, None),
        "B000000009": (56, None),  # merged into 50 since
        "B00000000A": (None, None),  # songs without an id of their own
    },
    {"B000000001": [1, None, 7, 1], "B000000002": [None], "B00000000A": [None]},
)
MERGED = {mbid(56): mbid(50)}

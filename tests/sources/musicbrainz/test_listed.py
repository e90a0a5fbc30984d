"""Albums with what the list says of them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from musicdata.definitions import contract
from musicdata.sources.musicbrainz.albums import Origin
from musicdata.sources.musicbrainz.listed import Album, listed
from tests.sources.musicbrainz.releases import mbid
from tests.stages.crawled import Tables


class InParts(Tables):
    """Tables in parts of two albums each."""

    def iterate(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> Any:
        rows = self.read(table, columns).to_pylist()
        ids = sorted({row["album_id"] for row in rows})
        schema = self.read(table, columns).schema
        for start in range(0, len(ids), 2):
            some = ids[start : start + 2]
            yield pa.Table.from_pylist([row for row in rows if row["album_id"] in some], schema=schema)


def tables(albums: list[str], songs: dict[str, int]) -> InParts:
    rows = {
        "albums": [{"album_id": one, "release_mbid": mbid(1), "n_songs": 0, "n_reviews": 0} for one in albums],
        "album_songs": [
            {"album_id": one, "song_index": index, "title": f"{one} {index}"}
            for one, n in songs.items()
            for index in range(n)
        ],
    }
    made = {}
    for table, given_rows in rows.items():
        schema = contract.load(table).arrow_schema()
        made[table] = pa.table({name: [row.get(name) for row in given_rows] for name in schema.names}, schema=schema)
    return InParts(made)


@given(st.sets(st.sampled_from("ABCDEFG")), st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(0, 3)))
def test_every_album_has_its_own_songs(albums: set[str], songs: dict[str, int]) -> None:
    found = list(listed(tables(sorted(albums), dict(sorted(songs.items())))))
    assert [one.album_id for one in found] == sorted(albums)
    for one in found:
        assert [song["title"] for song in one.songs] == [
            f"{one.album_id} {n}" for n in range(songs.get(one.album_id, 0))
        ]


def test_an_album_says_what_is_wanted_of_it() -> None:
    song = {"title": "One", "recording_id": mbid(3)}
    order: tuple[Origin, ...] = ("songs", "release", "release_group")
    assert Album("A", mbid(1), None, (song,)).wanted(order, "choose").origins == ("songs",)
    assert Album("A", mbid(1), None, ({"title": "One", "recording_id": None},)).wanted(
        order, "choose"
    ).release_id == mbid(1)
    assert Album("A", None, mbid(2), ()).wanted(order, "union").of_group == "union"

"""Ranks, duplicates and splits of tracks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from musicdata.definitions.splits import Split
from musicdata.settings.services import Services
from musicdata.sources.recordings import Listing
from musicdata.stages.fetch import listings as list_tracks
from musicdata.stages.fetch import playlists
from musicdata.stages.fetch.listings import ListTracks
from musicdata.stages.fetch.playlists import FindPlaylists
from musicdata.stages.place.rank_tracks import STAGE, RankTracks
from musicdata.twin import Population, Twin
from tests.stages.crawled import Tables, compute, crawl


def listing(key: str, position: int, title: str, **more: Any) -> dict[str, Any]:
    told = dict.fromkeys(Listing.__slots__) | {"playlist_key": key, "position": position, "title": title}
    told |= {"mood": key.partition("/")[0], "mode": "playlists-api", "artist": f"By {title}", "album": ""}
    told |= {"duration_s": 200.0} | more
    return told | {"artists": more.get("artists", told["artist"])}


def ranked(*listings: dict[str, Any], **parameters: Any) -> Tables:
    inputs = Tables()
    rows = sorted(listings, key=lambda row: (row["playlist_key"], row["position"]))
    inputs.write("listings", {name: [row[name] for row in rows] for name in Listing.__slots__})
    return compute(STAGE, RankTracks(**parameters), inputs)


def order(tables: Tables, mood: str = "sad") -> list[tuple[int, str, float]]:
    rows = [row for row in tables.rows("tracks") if row["mood"] == mood]
    return sorted((row["mood_rank"], row["title"], row["rank_value"]) for row in rows)


def sources(tables: Tables) -> set[str]:
    return {row["rank_source"] for row in tables.rows("tracks")}


def test_popularity_ranks_where_every_track_has_it() -> None:
    listings = [listing("sad/0001", n, f"T{n}", popularity=p) for n, p in enumerate([10, 90, 90])]
    found = ranked(*listings, listing("sad/0002", 0, "T2", popularity=90))
    assert order(found) == [(1, "T2", 90.0), (2, "T1", 90.0), (3, "T0", 10.0)]
    assert sources(found) == {"popularity"}
    mixed = ranked(*listings, listing("sad/0002", 0, "T3"), listing("sad/0002", 1, "T2", popularity=90))
    assert sources(mixed) == {"playlist_count"}
    assert order(mixed)[0] == (1, "T2", 2.0)
    told = ranked(*listings, listing("sad/0002", 0, "T3"), rank_by="popularity")
    assert order(told)[-1][:2] == (4, "T3")
    assert [row["rank_value"] for row in told.rows("tracks") if row["title"] == "T3"] == [None]


def test_without_popularity_the_number_of_playlists_ranks_and_then_the_place() -> None:
    found = ranked(listing("sad/0001", 0, "A"), listing("sad/0001", 1, "B"), listing("sad/0002", 5, "B"))
    assert order(found) == [(1, "B", 2.0), (2, "A", 1.0)]
    found = ranked(listing("sad/0001", 3, "B"), listing("sad/0001", 1, "A"))
    assert (order(found), sources(found)) == ([(1, "A", 1.0), (2, "B", 3.0)], {"position"})
    found = ranked(listing("sad/0001", 3, "B", mode="import"), listing("sad/0001", 1, "A", mode="import"))
    assert (order(found), sources(found)) == ([(1, "A", 1.0), (2, "B", 3.0)], {"given"})


def test_a_track_goes_to_the_mood_where_it_ranks_best() -> None:
    found = ranked(
        listing("calm/0001", 0, "X"),
        listing("calm/0001", 1, "Both"),
        listing("sad/0001", 0, "Both"),
        listing("sad/0001", 1, "Y"),
        listing("calm/0001", 2, "Tie"),
        listing("sad/0001", 2, "Tie"),
    )
    assert order(found, "sad") == [(1, "Both", 0.0), (2, "Y", 1.0)]
    assert order(found, "calm") == [(1, "X", 0.0), (2, "Tie", 2.0)]
    assert {row["title"]: row["other_moods"] for row in found.rows("tracks")} == {
        "X": "",
        "Both": "calm",
        "Y": "",
        "Tie": "sad",
    }


def test_each_recording_is_there_once_and_its_doubles_say_where() -> None:
    found = ranked(
        listing("sad/0001", 0, "Song", artist="A", isrc="USABC1700001", popularity=50),
        listing("sad/0002", 0, "Song - 2011 Remaster", artist="a", isrc="USABC1700002", popularity=60),
        listing("sad/0002", 1, "Song - Live", artist="A", isrc="USABC1700003", popularity=1),
    )
    (double,) = found.rejects
    rows = {row["title"]: row for row in found.rows("tracks")}
    assert set(rows) == {"Song - 2011 Remaster", "Song - Live"}
    assert double[1] == "duplicate"
    assert rows["Song - 2011 Remaster"]["sample_id"] in double[2]
    assert rows["Song - 2011 Remaster"]["n_playlists"] == 2


DROPPED = [
    (listing("sad/0001", 1, "Short", duration_s=20.0), "too_short"),
    (listing("sad/0001", 1, "Long", duration_s=3600.0), "too_long"),
    (listing("sad/0001", 1, "Song (Karaoke Version)"), "unwanted_version"),
    (listing("sad/0001", 1, "Song - Instrumental"), "unwanted_version"),
    (listing("sad/0001", 1, "Rain", album="Rain Sounds for Sleeping"), "not_music"),
]


@pytest.mark.parametrize(("odd", "reason"), DROPPED, ids=[reason for _, reason in DROPPED])
def test_what_is_no_song_is_dropped_with_its_reason(odd: dict[str, Any], reason: str) -> None:
    found = ranked(listing("sad/0001", 0, "Good", duration_s=None), odd)
    assert order(found) == [(1, "Good", 0.0)]
    assert found.reasons() == [reason]


def test_what_is_beyond_the_number_wanted_is_accounted_for() -> None:
    found = ranked(*(listing("sad/0001", n, f"T{n}") for n in range(5)), per_mood=2)
    assert order(found) == [(1, "T0", 0.0), (2, "T1", 1.0)]
    assert found.reasons() == ["beyond_per_mood"] * 3


def test_an_artist_is_in_one_split() -> None:
    listings = [
        listing("sad/0001", n, f"T{n}", artist=f"A{n % 40}", artists=f"A{n % 40}; Guest {n % 20}") for n in range(200)
    ]
    rows = ranked(*listings).rows("tracks")
    assert {row["split"] for row in rows} == {"train", "valid", "test"}
    for name in {name for row in rows for name in row["artists"].split("; ")}:
        assert len({row["split"] for row in rows if name in row["artists"].split("; ")}) == 1
    other = ranked(*listings, split=Split(seed=1)).rows("tracks")
    assert [row["split"] for row in other] != [row["split"] for row in rows]
    assert [row["group_id"] for row in other] == [row["group_id"] for row in rows]


def test_tracks_are_split_by_what_they_have() -> None:
    with pytest.raises(ValidationError, match="tracks have no song_id"):
        RankTracks(split=Split(by="song_id"))


def test_the_twin_from_its_search_to_its_tracks() -> None:
    population = Population(n_tracks=300, n_moods=4)
    with Twin(population) as twin:
        services: Services = twin.services()
        lists = crawl(playlists.STAGE, FindPlaylists(seeds={mood: mood for mood in population.moods}), services)
        listings = crawl(list_tracks.STAGE, ListTracks(), services, lists)
    found = compute(STAGE, RankTracks(min_duration_s=1.0), listings)
    rows = found.rows("tracks")
    assert {row["mood"] for row in rows} == set(population.moods)
    assert sources(found) == {"popularity"}
    assert "duplicate" in found.reasons()
    assert len({(row["artist"], row["title"]) for row in rows}) == len(rows)
    again = compute(STAGE, RankTracks(min_duration_s=1.0), listings)
    assert (again.tables, again.rejects) == (found.tables, found.rejects)


EXPORTS = {
    # as TuneMyMusic, Exportify without ids, Kaggle and Soundiiz write the same artists
    "tune.csv": 'Track name,Artist name\nBoth,"Ann Alpha, Bob Beta"\nTrio,"Dot, Eve & Fay"\n',
    "tight.csv": 'Track Name,Artist Name(s),Track Duration (ms)\nTwo,"Ann Alpha,Cid Gamma",203000\nBoth,Ann Alpha,203000\n',
    "kaggle.csv": "name,artists\nThree,\"['Bob Beta', 'Zoe']\"\nEve's,Eve\n",
    "soundiiz.csv": "title;artist\nOne;Ann Alpha\nBoth;Ann Alpha feat. Bob Beta\nAlone;Zed\n",
}


def test_lists_of_several_exporters_keep_an_artist_in_one_group_and_a_song_once(tmp_path: Path) -> None:
    for name, text in EXPORTS.items():
        (tmp_path / name).write_text(text)
    lists = crawl(playlists.STAGE, FindPlaylists(mode="import", input=str(tmp_path)), Services())
    tracks = crawl(list_tracks.STAGE, ListTracks(input=str(tmp_path)), Services(), lists)
    rows = compute(STAGE, RankTracks(), tracks).rows("tracks")
    group_of = {row["title"]: row["group_id"] for row in rows}
    assert len(rows) == len(group_of) == 7
    assert len({group_of[title] for title in ("Both", "Two", "Three", "One")}) == 1
    assert group_of["Trio"] == group_of["Eve's"]
    assert len(set(group_of.values())) == 3
    assert len({(row["group_id"], row["split"]) for row in rows}) == 3

"""Tracks of playlists, of searches and of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.errors import InputError
from musicdata.settings.services import Services
from musicdata.stages.fetch import listings, playlists
from musicdata.stages.fetch.listings import ListTracks
from musicdata.stages.fetch.playlists import FindPlaylists
from musicdata.twin import Population, Twin
from tests.loopback import says
from tests.sources.spotify.spotify_server import page, refusal, spotify, track
from tests.stages.crawled import Calls, Tables, crawl

SMALL = Population(n_tracks=200, n_moods=3)


def listed(
    services: Services, found: FindPlaylists, parameters: ListTracks | None = None, calls: Calls | None = None
) -> Tables:
    lists = crawl(playlists.STAGE, found, services)
    return crawl(listings.STAGE, parameters or ListTracks(), services, lists, calls)


def test_the_paper_s_way_in_the_extended_regime() -> None:
    with Twin(SMALL) as twin:
        calls = Calls()
        seeds = {mood: mood for mood in SMALL.moods}
        found = listed(twin.services(), FindPlaylists(seeds=seeds, playlists_per_mood=5), calls=calls)
        rows = found.rows("listings")
        assert {row["mood"] for row in rows} == set(SMALL.moods)
        assert all(row["popularity"] is not None and row["mode"] == "playlists-api" for row in rows)
        assert {row["spotify_id"] for row in rows} <= set(SMALL.by_spotify_id)
        assert {"local_file", "not_a_track", "null_entry"} <= set(found.reasons())
        assert all(reason == "editorial_playlist" for key, reason, _ in found.rejects if "#" not in key)


def test_in_development_mode_only_own_playlists_open() -> None:
    with Twin(SMALL, regime="development", owned=0.5) as twin:
        seeds = {mood: mood for mood in SMALL.moods}
        found = listed(twin.services(), FindPlaylists(seeds=seeds, playlists_per_mood=6))
        refused = [detail for _, reason, detail in found.rejects if reason == "not_owned"]
        rows = found.rows("listings")
        assert refused
        assert all("signing in anew changes nothing" in detail for detail in refused)
        assert rows
        assert all(row["popularity"] is None for row in rows)
        assert any(row["isrc"] for row in rows)


@pytest.mark.parametrize("regime", ["extended", "development"])
def test_a_search_for_tracks_works_in_both_regimes_and_is_labelled(regime: str) -> None:
    with Twin(SMALL, regime=regime) as twin:
        seeds = {mood: mood for mood in SMALL.moods}
        found = listed(twin.services(), FindPlaylists(mode="track-search", seeds=seeds), ListTracks(tracks_per_mood=30))
        rows = found.rows("listings")
        assert {row["mode"] for row in rows} == {"track-search"}
        assert [row["position"] for row in rows] == list(range(30)) * 3
        assert {row["popularity"] is None for row in rows} == {regime == "development"}


def test_each_list_that_cannot_be_had_is_a_reject_of_its_own() -> None:
    found = says(page("playlists", [{"id": name} for name in ("open", "shut", "empty", "37i9dQZF1x")]))
    lists = {"open": says(page(None, [{"item": track(1)}, None])), "shut": says(refusal(403))}
    lists |= {"empty": says(page(None, [])), "37i9dQZF1x": says(refusal(404))}
    with spotify(found, playlists=lists) as (_, services):
        tables = listed(services, FindPlaylists(seeds={"sad": "sad"}))
    assert [(row["playlist_key"], row["title"], row["duration_s"]) for row in tables.rows("listings")] == [
        ("sad/0001", "Song 1", 200.001)
    ]
    assert {key: reason for key, reason, _ in tables.rejects} == {
        "sad/0001 # 1": "null_entry",
        "sad/0002": "not_owned",
        "sad/0003": "no_tracks",
        "sad/0004": "editorial_playlist",
    }


def test_files_are_listed_without_a_call(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("mood,title,artist,duration\nsad,One,A;B,3:20\nsad,Two,,\nhappy,Three,C,\n")
    tables = listed(Services(), FindPlaylists(mode="import", input=str(path)), ListTracks(input=str(path)))
    assert [
        (row["playlist_key"], row["position"], row["artists"], row["duration_s"]) for row in tables.rows("listings")
    ] == [
        ("happy/0001", 0, "C", None),
        ("sad/0001", 0, "A; B", 200.0),
    ]
    assert [(key, reason) for key, reason, _ in tables.rejects] == [("sad/0001 # 1", "no_artist")]


def test_a_file_that_changes_meanwhile_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "sad.csv"
    path.write_text("title,artist\nOne,A\n")
    lists = crawl(playlists.STAGE, FindPlaylists(mode="import", input=str(path)), Services())
    path.write_text("title,artist\nTwo,A\n")
    with pytest.raises(InputError, match="run the same command again"):
        crawl(listings.STAGE, ListTracks(input=str(path)), Services(), lists)

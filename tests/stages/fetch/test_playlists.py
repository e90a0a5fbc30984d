"""Lists for each mood: from a search, from links, and from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from musicdata.errors import InputError, SetupError
from musicdata.settings.services import Services
from musicdata.stages.fetch.playlists import PAPER_MOODS, STAGE, FindPlaylists
from musicdata.twin import Population, Twin
from tests.loopback import says
from tests.sources.spotify.spotify_server import page, spotify
from tests.stages.crawled import Calls, crawl

SMALL = Population(n_tracks=200, n_moods=3)


@pytest.mark.parametrize("regime", ["extended", "development"])
def test_a_search_finds_playlists_in_both_regimes(regime: str) -> None:
    with Twin(SMALL, regime=regime) as twin:
        seeds = {mood: f"{mood} songs" for mood in SMALL.moods}
        calls = Calls()
        parameters = FindPlaylists(seeds=seeds, playlists_per_mood=4)
        found = crawl(STAGE, parameters, twin.services(), calls=calls)
        rows = found.rows("playlists")
        assert [row["playlist_key"] for row in rows] == [f"{mood}/{n:04d}" for mood in SMALL.moods for n in range(1, 5)]
        assert {(row["mode"], row["query"]) for row in rows} == {("playlists-api", text) for text in seeds.values()}
        assert all(row["playlist_id"] and row["snapshot_id"] and row["n_tracks"] is not None for row in rows)
        assert set(found.reasons()) <= {"null_entry"}
        n_before = len(twin.requests)
        again = crawl(STAGE, parameters, twin.services(), calls=calls)
        assert again.tables == found.tables
        assert len(twin.requests) == n_before


def test_a_search_that_finds_nothing_is_a_reject() -> None:
    with spotify(says(page("playlists", [None, None]))) as (_, services):
        found = crawl(STAGE, FindPlaylists(seeds={"sad": "sad"}), services)
    assert found.tables == {}
    assert [(key, reason) for key, reason, _ in found.rejects] == [("sad", "no_playlists")]


def test_links_to_playlists_are_not_searched_for() -> None:
    links = "spotify:playlist:abc https://open.spotify.com/playlist/DEF?si=1"
    with spotify() as (server, services):
        found = crawl(STAGE, FindPlaylists(seeds={"sad": links}), services)
        assert [row["playlist_id"] for row in found.rows("playlists")] == ["abc", "DEF"]
        assert server.asked == []


def test_without_keys_nothing_is_tried() -> None:
    with pytest.raises(SetupError, match="SPOTIFY_CLIENT_ID"):
        crawl(STAGE, FindPlaylists(), Services())


def test_a_search_for_tracks_needs_no_call_here() -> None:
    found = crawl(STAGE, FindPlaylists(mode="track-search"), Services())
    assert [(row["mood"], row["mode"], row["query"]) for row in found.rows("playlists")] == [
        (mood, "track-search", mood) for mood in sorted(PAPER_MOODS)
    ]


def test_the_lists_of_files_are_theirs_and_odd_rows_are_rejects(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("mood,title,artist\nsad,One,A\nhappy,Two,B\n,Three,C\n")
    (tmp_path / "a.csv").write_text("mood,title,artist\nSad,Four,D\n")
    parameters = FindPlaylists(mode="import", input=str(tmp_path))
    found = crawl(STAGE, parameters, Services())
    assert [(row["playlist_key"], row["name"], row["n_tracks"]) for row in found.rows("playlists")] == [
        ("happy/0001", "b.csv", 1),
        ("sad/0001", "a.csv", 1),
        ("sad/0002", "b.csv", 1),
    ]
    assert [(key, reason) for key, reason, _ in found.rejects] == [("b.csv # 4", "no_mood")]


def test_what_is_read_is_known_by_its_content(tmp_path: Path) -> None:
    assert STAGE.source_digest is not None
    path = tmp_path / "sad.csv"
    path.write_text("title,artist\nOne,A\n")
    parameters = FindPlaylists(mode="import", input=str(path))
    before = STAGE.source_digest(parameters)
    path.write_text("title,artist\nTwo,A\n")
    assert before != STAGE.source_digest(parameters)
    assert STAGE.source_digest(FindPlaylists()) == ""
    assert STAGE.facts(FindPlaylists(input="elsewhere")) == STAGE.facts(FindPlaylists())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("s.toml", '[seeds]\nHappy = "happy hits"\n"Feel-Good" = "feel good"\n'),
        ("s.csv", "mood,query\nfeel good,feel good\nhappy,happy hits\n"),
    ],
)
def test_seeds_come_from_a_file_too(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    found = crawl(STAGE, FindPlaylists(mode="track-search", seeds_file=str(tmp_path / name)), Services())
    assert [(row["mood"], row["query"]) for row in found.rows("playlists")] == [
        ("feel_good", "feel good"),
        ("happy", "happy hits"),
    ]


@pytest.mark.parametrize("text", ["", "[seeds]\n", "seeds = 3\n", "mood = [\n", '"" = "x"\n', 'sad = ""\n', "\udcff"])
def test_a_file_without_seeds_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.toml").write_text(text, errors="surrogateescape")
    with pytest.raises(InputError, match=r"s\.toml has no seeds"):
        crawl(STAGE, FindPlaylists(mode="track-search", seeds_file=str(tmp_path / "s.toml")), Services())


@pytest.mark.parametrize("seeds", [{}, {"Feel Good": "x"}, {"a/b": "x"}, {"": "x"}, {"sad": " "}, {"_": "x"}])
def test_seeds_that_name_no_mood_are_refused(seeds: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FindPlaylists(seeds=seeds)

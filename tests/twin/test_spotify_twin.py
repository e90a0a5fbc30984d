"""Spotify's part of the twin, asked by spotipy itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import spotipy
from spotipy.cache_handler import MemoryCacheHandler
from spotipy.oauth2 import SpotifyClientCredentials, SpotifyOauthError

from musicdata.twin import Population, Twin
from musicdata.twin.track import Track

POPULATION = Population(600, n_moods=3)


@pytest.fixture(scope="module")
def extended() -> Iterator[Twin]:
    with Twin(POPULATION) as twin:
        yield twin


@pytest.fixture(scope="module")
def development() -> Iterator[Twin]:
    with Twin(POPULATION, regime="development", owned=0.5) as twin:
        yield twin


def asking(twin: Twin, session: requests.Session, secret: str | None = None, token: str | None = None) -> Any:
    environment = twin.environment()
    sign_in = SpotifyClientCredentials(
        environment["SPOTIFY_CLIENT_ID"],
        secret or environment["SPOTIFY_CLIENT_SECRET"],
        requests_session=session,
        cache_handler=MemoryCacheHandler(),
    )
    sign_in.OAUTH_TOKEN_URL = environment["SPOTIFY_TOKEN_URL"]
    spotify = spotipy.Spotify(auth=token, auth_manager=None if token else sign_in, requests_session=session, retries=0)
    spotify.prefix = environment["SPOTIFY_URL"]
    return spotify


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def refused(ask: Any) -> tuple[int, str]:
    with pytest.raises(spotipy.SpotifyException) as caught:
        ask()
    return caught.value.http_status, caught.value.msg.rpartition("\n ")[2]


def test_a_wrong_secret_gets_no_token(extended: Twin, session: requests.Session) -> None:
    with pytest.raises(SpotifyOauthError, match="invalid_client"):
        asking(extended, session, secret="wrong").search("angry")
    with pytest.raises(spotipy.SpotifyException, match="Invalid access token"):
        asking(extended, session, token="wrong").search("angry")
    answer = session.get(f"{extended.environment()['SPOTIFY_URL']}search")
    assert (answer.status_code, answer.json()["error"]["message"]) == (401, "No token provided")


def test_extended_search_leads_through_all_playlists(extended: Twin, session: requests.Session) -> None:
    spotify = asking(extended, session)
    page = spotify.search("angry", limit=10, type="playlist")["playlists"]
    items = page["items"]
    while page["next"]:
        page = spotify.next(page)["playlists"]
        items += page["items"]
    assert page["total"] == len(items)
    found = [item for item in items if item and not item["id"].startswith("37i9dQZF1")]
    assert [item["id"] for item in found] == [playlist.playlist_id for playlist in POPULATION.playlists["angry"]]
    assert None in items
    (editorial,) = [item["id"] for item in items if item and item["id"].startswith("37i9dQZF1")]
    assert refused(lambda: spotify.playlist(editorial)) == (404, "Resource not found")
    assert refused(lambda: spotify.playlist_items(editorial))[0] == 404


def test_playlist_items_are_the_playlist_with_its_junk(extended: Twin, session: requests.Session) -> None:
    spotify = asking(extended, session)
    seen = set()
    for playlist in POPULATION.playlists["bittersweet"]:
        page = spotify.playlist_items(playlist.playlist_id, limit=50)
        entries = page["items"]
        while page["next"]:
            page = spotify.next(page)
            entries += page["items"]
        assert page["total"] == len(entries) == len(playlist.entries)
        for entry, wanted in zip(entries, playlist.entries, strict=True):
            if isinstance(wanted, Track):
                track = entry["track"]
                assert (track["id"], track["popularity"]) == (wanted.spotify_id, wanted.popularity)
                assert track["duration_ms"] == round(1000 * wanted.duration_s)
                assert [artist["name"] for artist in track["artists"]] == list(wanted.artists)
                assert track["external_ids"].get("isrc", "") == wanted.isrc
            elif entry is None:
                seen.add("nothing")
            elif entry["track"] is None:
                seen.add("null")
            else:
                seen.add("local" if entry["is_local"] else entry["track"]["type"])
    assert seen == {"nothing", "null", "local", "episode"}


def test_a_playlist_has_its_first_hundred_entries(extended: Twin, session: requests.Session) -> None:
    playlist = POPULATION.playlists["angry"][0]
    answer = asking(extended, session).playlist(playlist.playlist_id)
    assert answer["name"] == playlist.name
    assert len(answer["tracks"]["items"]) == min(100, len(playlist.entries))


def test_track_search_goes_by_mood_or_isrc(extended: Twin, session: requests.Session) -> None:
    spotify = asking(extended, session)
    some = spotify.search("aggressive", limit=10, offset=50, type="track")["tracks"]
    wanted = POPULATION.by_mood["aggressive"]
    assert some["total"] == len(wanted)
    assert [track["id"] for track in some["items"]] == [track.spotify_id for track in wanted[50:60]]
    track = next(track for track in POPULATION.tracks if track.isrc)
    found = spotify.search(f"isrc:{track.isrc}", type="track")["tracks"]["items"]
    assert track.spotify_id in [one["id"] for one in found]
    assert spotify.track(track.spotify_id)["name"] == track.title
    assert spotify.search("nothing like that", type="track")["tracks"]["items"] == []


def test_a_search_page_has_ten_entries_at_most_in_both_regimes(
    extended: Twin, development: Twin, session: requests.Session
) -> None:
    for twin in (extended, development):
        spotify = asking(twin, session)
        assert len(spotify.search("angry", limit=10, type="track")["tracks"]["items"]) == 10
        assert refused(lambda spotify=spotify: spotify.search("angry", limit=11, type="track")) == (
            400,
            "Invalid limit",
        )
        assert len(spotify._get("search", q="angry", type="track")["tracks"]["items"]) == 5


def test_development_opens_only_ones_own_playlists(development: Twin, session: requests.Session) -> None:
    app = asking(development, session)
    user = asking(development, session, token=development.environment()["SPOTIFY_USER_TOKEN"])
    opened = []
    for playlist in POPULATION.playlists["angry"]:
        identity = playlist.playlist_id
        assert refused(lambda identity=identity: app.playlist_items(identity)) == (403, "Forbidden")
        told = app.playlist(identity)
        assert told["name"] == playlist.name
        assert not {"items", "tracks"} & set(told)
        if user.playlist(identity)["owner"]["id"] == "twin_user":
            opened.append(user.playlist_items(identity)["items"])
        else:
            assert refused(lambda identity=identity: user.playlist_items(identity)) == (403, "Forbidden")
        assert refused(lambda identity=identity: user._get(f"playlists/{identity}/tracks"))[0] == 403
    assert 0 < len(opened) < len(POPULATION.playlists["angry"])
    entry = next(entry for entry in opened[0] if entry and entry["item"])
    assert entry["item"] == entry["track"]
    assert "popularity" not in entry["item"]


def test_what_is_closed_since_2024_says_so(extended: Twin, session: requests.Session) -> None:
    spotify = asking(extended, session)
    assert refused(lambda: spotify._get("audio-features/x")) == (403, "Forbidden")
    assert refused(lambda: spotify._get("me/player")) == (404, "Service not found")


def test_tokens_expire_before_their_time(session: requests.Session) -> None:
    with Twin(POPULATION, token_life_s=0.2) as twin:
        spotify = asking(twin, session)
        assert spotify.search("angry", type="track")["tracks"]["items"]
        time.sleep(0.25)
        assert refused(lambda: spotify.search("angry", type="track")) == (401, "The access token expired")
        assert asking(twin, session).search("angry", type="track")["tracks"]["items"]

"""The twin's honest answers, and the crawler's requests, keep to what Spotify has published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from musicdata.stages.fetch import listings, playlists
from musicdata.stages.fetch.listings import ListTracks
from musicdata.stages.fetch.playlists import FindPlaylists
from musicdata.twin import Population, Twin
from musicdata.twin.playlists import Junk
from tests.stages.crawled import crawl
from tests.twin.spotify_schema import faults, request_faults

CLEAN = Population(90, n_moods=3, junk=0.0)
ODD = Population(90, n_moods=3, junk=0.3)
# What the service sends although its schema does not say so: null in lists, and all that a user's own file lacks.
NULL = ("is no Track", "is no Playable", "is no Entry", "is no ListedPlaylist")


class Asking:
    """Asks a twin with the token of its user."""

    def __init__(self, twin: Twin, session: requests.Session) -> None:
        self._base = twin.environment()["SPOTIFY_URL"]
        self._session = session
        session.headers["Authorization"] = f"Bearer {twin.environment()['SPOTIFY_USER_TOKEN']}"

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        answer = self._session.get(f"{self._base}{path}", params=query, timeout=10)
        return answer.status_code, answer.json()

    def good(self, path: str, **query: Any) -> Any:
        status, document = self.get(path, **query)
        assert status == 200, document
        return document


@pytest.fixture(scope="module", params=["extended", "development"])
def regime(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def clean(regime: str) -> Iterator[Asking]:
    with requests.Session() as session, Twin(CLEAN, regime=regime, owned=1.0) as twin:
        yield Asking(twin, session)


@pytest.fixture(scope="module")
def odd(regime: str) -> Iterator[Asking]:
    with requests.Session() as session, Twin(ODD, regime=regime, owned=1.0) as twin:
        yield Asking(twin, session)


def entries_at(regime: str) -> str:
    return "tracks" if regime == "extended" else "items"


def is_odd_on_purpose(fault: str) -> bool:
    return fault.endswith(NULL) and " None " in fault


def test_searches_keep_to_the_schema(clean: Asking) -> None:
    for mood in CLEAN.moods:
        for kind in ("playlist", "track", "track,playlist", "album,artist,playlist,track,show,episode,audiobook"):
            for offset in (0, 10, 1000):
                found = clean.good("search", q=mood, type=kind, limit=10, offset=offset)
                assert {f"{one}s" for one in kind.split(",")} == set(found)
                assert [fault for fault in faults(found, "Found") if not is_odd_on_purpose(fault)] == []
                assert "playlists" not in found or found["playlists"]["total"] >= 4


def test_playlists_and_tracks_keep_to_the_schema(clean: Asking, regime: str) -> None:
    for playlist in CLEAN.playlists[CLEAN.moods[0]]:
        whole = clean.good(f"playlists/{playlist.playlist_id}", market="DE")
        assert list(faults(whole, "Playlist")) == []
        page = clean.good(f"playlists/{playlist.playlist_id}/{entries_at(regime)}", limit=50, additional_types="track")
        assert list(faults(page, "EntryPage")) == []
        assert page["items"]
    for track in CLEAN.tracks[:20]:
        assert list(faults(clean.good(f"tracks/{track.spotify_id}"), "Track")) == []


def test_of_odd_entries_only_nulls_and_files_of_users_differ(odd: Asking, regime: str) -> None:
    seen = set()
    for mood in ODD.moods:
        for playlist in ODD.playlists[mood]:
            seen |= {entry for entry in playlist.entries if isinstance(entry, Junk)}
            page = odd.good(f"playlists/{playlist.playlist_id}/{entries_at(regime)}", limit=50)
            own = {number for number, entry in enumerate(page["items"]) if entry and entry["is_local"]}
            wrong = [fault for fault in faults(page, "EntryPage") if not is_odd_on_purpose(fault)]
            of_own = [fault for fault in wrong if any(fault.startswith(f".items[{number}]") for number in own)]
            assert wrong == of_own
            assert all(": None is no" in fault or "None is not one of" in fault for fault in wrong)
    assert seen == set(Junk)


OUT_OF_BOUNDS = [
    ("search", {"q": "angry", "type": "track", "limit": 11}),
    ("search", {"q": "angry", "type": "track", "limit": 0}),
    ("search", {"q": "angry", "type": "track", "limit": 50}),
    ("search", {"q": "angry", "type": "track", "limit": "ten"}),
    ("search", {"q": "angry", "type": "track", "offset": 1001}),
    ("search", {"q": "angry", "type": "track", "offset": -1}),
    ("search", {"q": "angry", "type": "song"}),
    ("search", {"q": "angry", "type": "track,song"}),
    ("search", {"q": "angry"}),
    ("search", {"q": "", "type": "track"}),
    ("search", {"q": "angry", "type": "track", "market": "Germany"}),
    ("search", {"q": "angry", "type": "track", "include_external": "video"}),
    ("playlists/{own}/{entries}", {"limit": 51}),
    ("playlists/{own}/{entries}", {"limit": 0}),
    ("playlists/{own}/{entries}", {"offset": -1}),
    ("playlists/{own}/{entries}", {"market": "de"}),
    ("playlists/{own}/{entries}", {"additional_types": "song"}),
    ("tracks/{track}", {"market": "X"}),
]


@pytest.mark.parametrize(("path", "query"), OUT_OF_BOUNDS)
def test_a_request_out_of_bounds_is_refused(clean: Asking, regime: str, path: str, query: dict[str, Any]) -> None:
    own, track = CLEAN.playlists[CLEAN.moods[0]][0].playlist_id, CLEAN.tracks[0].spotify_id
    where = path.format(own=own, track=track, entries=entries_at(regime))
    status, document = clean.get(where, **query)
    assert (status, list(faults(document, "Refusal"))) == (400, [])
    shown = {name: str(value) for name, value in query.items()}
    lacks = path == "search" and not (query["q"] and "type" in query)
    assert lacks or list(request_faults(f"/v1/{where}", shown))


def test_refusals_are_worded_as_published(clean: Asking) -> None:
    for path in ("playlists/nothing", "tracks/nothing", "audio-features/x", "me/player"):
        status, document = clean.get(path)
        assert (status in (403, 404), list(faults(document, "Refusal"))) == (True, [])
        assert document["error"]["status"] == status


@pytest.mark.parametrize("mode", ["playlists-api", "track-search"])
def test_a_crawl_asks_for_nothing_beyond_the_bounds(mode: Any, regime: str) -> None:
    with Twin(ODD, regime=regime, owned=0.5) as twin:
        found = FindPlaylists(mode=mode, seeds={mood: mood for mood in ODD.moods}, playlists_per_mood=25)
        lists = crawl(playlists.STAGE, found, twin.services())
        crawl(listings.STAGE, ListTracks(), twin.services(), lists)
        asked = [one for one in twin.requests if one.service == "spotify"]
        assert [fault for one in asked for fault in request_faults(one.path, one.query)] == []
        assert {one.status for one in asked} <= {200, 403, 404}
        assert any(one.path == "/v1/search" for one in asked)


def test_the_schema_finds_what_is_missing_wrong_or_unknown() -> None:
    page = {"href": "", "limit": 1, "next": None, "offset": 0, "previous": None, "total": True, "items": [None, {}]}
    assert list(faults(page, "TrackPage")) == [
        ".total: True is no int",
        ".items[0]: None is no Track",
        ".items[1]: Track has no type",
    ]
    assert list(faults({"colour": 1}, "Image"))[-1] == ": Image has ['colour']"
    assert list(request_faults("/v1/search", {"limit": "11", "q": "x"})) == ["/v1/search: limit=11"]
    assert list(request_faults("/v1/audio-features/x", {})) == ["/v1/audio-features/x is not published, or no longer"]

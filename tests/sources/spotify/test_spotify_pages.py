"""Pages and what is in them: where they end, and the odd things that are no tracks."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.sources.spotify import Pager, WebApi
from musicdata.sources.spotify.records import Playlist, Track, Unusable, items_page, search_page
from musicdata.system.http import HttpError, Outcome
from tests.loopback import Behaviour, Loopback, says
from tests.sources.spotify.spotify_server import page, refusal, spotify, track
from tests.stages.crawled import Calls


def playlist(number: int, **more: Any) -> dict[str, Any]:
    owner = {"id": "me", "display_name": "Me"}
    return {"id": f"list{number}", "name": f"List {number}", "owner": owner, "snapshot_id": "s"} | more


def slices(kind: str | None, entries: list[Any], most: int = 50, total: int | None = None) -> Behaviour:
    """Answer with the pages of a list; so many a page at most."""

    def behave(connection: Any, asked: Any, number: int) -> None:
        query = {
            name: int(value[0]) for name, value in parse_qs(urlsplit(asked.target).query).items() if value[0].isdigit()
        }
        limit, offset = query["limit"], query["offset"]
        if limit > most:
            connection.sendall(refusal(400, "Invalid limit"))
            return
        connection.sendall(page(kind, entries[offset : offset + limit], total or len(entries), limit))

    return behave


def n_pages(server: Loopback) -> int:
    return sum("token" not in asked.target for asked in server.asked)


def test_a_search_goes_on_until_it_has_what_is_wanted() -> None:
    entries = [None, *(playlist(n) for n in range(120)), {}]
    with spotify(slices("playlists", entries)) as (server, services):
        found = Pager(lambda: WebApi(services)).search(Calls(), "playlist", "sad", 60)
        assert [entry.playlist_id for entry in found if isinstance(entry, Playlist)] == [f"list{n}" for n in range(60)]
        assert isinstance(found[0], Unusable)
        assert n_pages(server) == 7


def test_a_page_of_a_search_is_asked_for_once_and_kept() -> None:
    with spotify(slices("tracks", [track(n) for n in range(35)], most=10)) as (server, services):
        calls = Calls()
        api = WebApi(services)
        assert len(Pager(lambda: api).search(calls, "track", "sad", 1000)) == 35
        assert [what["limit"] for what in calls.made] == [10, 10, 10, 10]
        n_before = n_pages(server)
        assert len(Pager(lambda: api).search(calls, "track", "sad", 1000)) == 35
        assert n_pages(server) == n_before


def test_pages_of_ten_may_be_refused_too() -> None:
    with spotify(says(refusal(400, "Invalid limit"))) as (_, services), pytest.raises(HttpError, match="Invalid limit"):
        Pager(lambda: WebApi(services)).search(Calls(), "track", "sad", 10)


@pytest.mark.parametrize(("total", "n_calls", "n_found"), [(10**9, 100, 1000), (0, 5, 50), (120, 12, 120)])
def test_a_search_ends_at_its_total_and_at_the_thousandth(total: int, n_calls: int, n_found: int) -> None:
    entries = [track(n) for n in range(5000)][: total or 50]
    with spotify(slices("tracks", entries, total=total or None)) as (server, services):
        assert len(Pager(lambda: WebApi(services)).search(Calls(), "track", "sad", 2000)) == n_found
        assert n_pages(server) == n_calls


def test_a_list_ends_at_an_empty_page_and_is_not_cut_short_by_a_repeated_one() -> None:
    once, again = page(None, [{"item": track(1)}], total=10**9), page(None, [], total=10**9)
    untold = page(None, [{"item": track(1)}], total=-1)
    lists = {"empty": says(once, again), "repeated": says(once), "untold": says(untold)}
    with spotify(playlists=lists) as (server, services):
        pager = Pager(lambda: WebApi(services))
        assert len(pager.playlist_items(Calls(), "empty", 500)) == 1
        assert len(pager.playlist_items(Calls(), "untold", 500)) == 1
        with pytest.raises(HttpError, match="the page at 50 of 1000000000 entries is one that was there before") as no:
            pager.playlist_items(Calls(), "repeated", 500)
        assert (no.value.outcome, no.value.reason) == (Outcome.INVALID, "repeated_page")
        assert n_pages(server) == 6


def test_a_search_that_repeats_a_page_ends() -> None:
    with spotify(says(page("tracks", [track(1)], total=10**9))) as (server, services):
        assert len(Pager(lambda: WebApi(services)).search(Calls(), "track", "sad", 2000)) == 1
        assert n_pages(server) == 2


def test_a_list_of_nothing_but_nulls_ends() -> None:
    with spotify(playlists={"nulls": says(page(None, [None] * 50, total=10**9))}) as (server, services):
        found = Pager(lambda: WebApi(services)).playlist_items(Calls(), "nulls", 100)
        assert {type(entry) for entry in found} == {Unusable}
        assert n_pages(server) == 5


def test_a_page_that_is_shorter_than_asked_for_loses_nothing() -> None:
    entries = [{"track": track(n)} for n in range(40)]

    def behave(connection: Any, asked: Any, number: int) -> None:
        offset = int(parse_qs(urlsplit(asked.target).query)["offset"][0])
        connection.sendall(page(None, entries[offset : offset + 20], 40, limit=20))

    with spotify(playlists={"clamped": behave}) as (_, services):
        found = Pager(lambda: WebApi(services)).playlist_items(Calls(), "clamped", 500)
    assert [entry.title for entry in found if isinstance(entry, Track)] == [f"Song {n}" for n in range(40)]


ENTRIES: list[tuple[Any, str]] = [
    (None, "null_entry"),
    ({"item": None}, "null_entry"),
    ({"track": None, "is_local": False}, "null_entry"),
    ({"is_local": True, "item": {"type": "track", "name": "demo.mp3"}}, "local_file"),
    ({"item": track(1, is_local=True)}, "local_file"),
    ({"item": track(1, type="episode")}, "not_a_track"),
    ({"item": track(1, name=None)}, "no_title"),
    ({"item": track(1, artists=[])}, "no_artist"),
    ({"item": track(1, artists=[{"name": None}])}, "no_artist"),
    ({"item": track(1, duration_ms="long")}, "wrong_value"),
    ({"item": track(1, duration_ms=-5)}, "wrong_value"),
    ("text", "null_entry"),
    ({"item": track(1)}, ""),
    ({"track": track(1)}, ""),
    ({"item": track(1), "track": None}, ""),
]


def test_odd_entries_keep_their_place_and_their_reason() -> None:
    found = items_page({"items": [entry for entry, _ in ENTRIES]}).entries
    assert [entry.reason if isinstance(entry, Unusable) else "" for entry in found] == [why for _, why in ENTRIES]


def test_a_track_is_read_in_both_regimes() -> None:
    old = track(
        7, popularity=61, external_ids={"isrc": "us-abc-17-00007"}, artists=[{"name": "A; B"}, None, {"name": "C"}]
    )
    new = track(7, external_ids={"isrc": "nonsense"}, explicit=None, popularity=300, album=None, id="a b")
    found = [
        entry for entry in search_page({"tracks": {"items": [old, new]}}, "track").entries if isinstance(entry, Track)
    ]
    assert [(t.isrc, t.popularity, t.spotify_id, t.album) for t in found] == [
        ("USABC1700007", 61, "track00000000000000007", "Album"),
        (None, None, None, ""),
    ]
    assert found[0].artists == ("A, B", "C")
    assert found[0].duration_ms == 200_007


def test_a_playlist_is_read_in_both_spellings() -> None:
    entries = [
        playlist(1, tracks={"total": 3}),
        playlist(2, items={"total": 4}),
        playlist(3),
        {"id": 5},
        {"id": "../x"},
    ]
    found = search_page({"playlists": {"items": entries, "total": -1}}, "playlist")
    assert [entry.n_tracks for entry in found.entries if isinstance(entry, Playlist)] == [3, 4, None]
    assert found.total is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                ["item", "track", "name", "artists", "type", "id", "album", "duration_ms", "is_local", "external_ids"]
            ),
            inner,
        )
    ),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(anything, max_size=3))
def test_whatever_stands_in_a_page_can_be_kept(entries: list[Any]) -> None:
    found = items_page({"items": entries})
    assert len(found.entries) == len(entries)
    json.dumps(found.model_dump(mode="json"), ensure_ascii=False).encode()

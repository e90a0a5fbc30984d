from __future__ import annotations

import json
from typing import Any

import pytest

from musicdata.settings.reach import Reach
from musicdata.settings.services import Services
from musicdata.sources.videos import search
from musicdata.sources.videos.search import HttpSearch, YtDlpSearch, packed, unpacked
from musicdata.system.http import HttpError, Outcome
from tests.loopback import drips, message, says, serving

HIT = {
    "id": "dQw4w9WgXcQ",
    "url": "http://127.0.0.1/media/dQw4w9WgXcQ.flac",
    "title": "Adele - Hello",
    "channel": "Adele - Topic",
    "duration": 295.0,
    "view_count": 12,
    "description": "Provided to YouTube by XL",
}


def named(url: str) -> Reach:
    """What the user's variable allows that names this server."""
    return Services(urls={"videos": url}).reach("videos")


def failure(body: bytes, status: int = 200) -> HttpError:
    with serving({"/search": says(message(status, body))}) as server, pytest.raises(HttpError) as caught:
        HttpSearch(server.url, 5.0, named(server.url)).search("x", 5)
    return caught.value


def entries(*changes: dict[str, Any]) -> bytes:
    return json.dumps({"entries": [HIT | change for change in changes]}).encode()


def test_one_request_finds_hits() -> None:
    with serving({"/search": says(message(200, entries({}, {"id": "AAAAAAAAAAA"})))}) as server:
        found = HttpSearch(f"{server.url}/", 5.0, named(server.url))
        hits = unpacked(found.search("Adele Hello & more", 5))
        found.close()
        assert [asked.target for asked in server.asked] == ["/search?q=Adele+Hello+%26+more&n=5"]
    assert [hit.id for hit in hits] == ["dQw4w9WgXcQ", "AAAAAAAAAAA"]
    assert hits[0].model_dump() == HIT


def test_the_same_reply_gives_the_same_bytes_whatever_else_is_in_it() -> None:
    assert packed([HIT], "x", 5) == packed([dict(reversed(HIT.items())) | {"thumbnail": "x"}], "x", 5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "short"},
        {"id": None},
        {"id": "../../../etc"},
        {"url": "file:///etc/passwd"},
        {"url": "ytsearch:x"},
        {"url": "http://x/" + "a" * 3000},
        {"title": 5},
        {"duration": -1},
        {"duration": "long"},
        {"view_count": -5},
    ],
)
def test_one_wrong_entry_is_left_out(wrong: dict[str, Any]) -> None:
    hits = unpacked(packed([HIT | wrong, None, 5, [], HIT], "x", 5))
    assert [hit.id for hit in hits] == ["dQw4w9WgXcQ"]


def test_what_may_be_missing() -> None:
    (hit,) = unpacked(
        packed([HIT | {"duration": None, "view_count": None, "channel": None, "description": None}], "x", 5)
    )
    assert (hit.duration, hit.view_count, hit.channel, hit.description) == (None, None, "", "")


def test_text_that_cannot_be_written_down_is_mended() -> None:
    reply = packed([HIT | {"title": "a\ud800b\n c" + "d" * 900}], "x", 5)
    (hit,) = unpacked(reply)
    assert hit.title.startswith("a?b cd")
    assert len(hit.title) == 300


def test_a_video_is_a_hit_once_and_hits_are_no_more_than_wanted() -> None:
    many = [HIT | {"id": f"{number:011d}"} for number in range(9)]
    assert [hit.id for hit in unpacked(packed([HIT, HIT, *many], "x", 3))] == [HIT["id"], "00000000000", "00000000001"]


def test_no_hits_are_no_fault() -> None:
    assert unpacked(packed([], "x", 5)) == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "not_json"),
        (b"", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"null", "wrong_shape"),
        (b"[]", "wrong_shape"),
        (b'{"entries": null}', "wrong_shape"),
        (b'{"entries": [null, 5]}', "wrong_shape"),
    ],
)
def test_what_is_no_search_result_is_told(body: bytes, reason: str) -> None:
    error = failure(body)
    assert (error.outcome, error.reason) == (Outcome.INVALID, reason)


@pytest.mark.parametrize(("status", "outcome"), [(429, "rate_limited"), (500, "transient"), (403, "blocked")])
def test_a_refusal_has_its_outcome(status: int, outcome: str) -> None:
    assert str(failure(b"", status).outcome) == outcome


def test_a_search_is_made_once_and_ends_at_its_deadline() -> None:
    with serving({"/search": drips(message(200, bytes(50))[:40], b"x")}) as server:
        with pytest.raises(HttpError) as caught:
            HttpSearch(server.url, 0.4, named(server.url)).search("x", 5)
        assert len(server.asked) == 1
    assert caught.value.outcome is Outcome.TRANSIENT


def test_a_live_stream_is_no_hit_and_an_uploader_is_a_channel() -> None:
    flat: dict[str, Any] = {
        "_type": "url",
        "ie_key": "Youtube",
        "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "id": "dQw4w9WgXcQ",
    }
    flat |= {"title": "Hello", "duration": 295, "channel": None, "uploader": "Adele", "view_count": None}
    entries = search.of_ytdlp([flat | {"live_status": told} for told in (None, "is_live", "is_upcoming", "was_live")])
    assert len(entries) == 2
    (hit,) = unpacked(packed(entries, "x", 5))
    assert (hit.channel, hit.duration, hit.description) == ("Adele", 295.0, "")


def test_ytdlp_tells_of_a_world_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody listens there
    there = YtDlpSearch(30.0, Services().reach("videos"))
    try:
        with pytest.raises(HttpError) as caught:
            there.search("Adele Hello", 5)
    finally:
        there.close()
    assert caught.value.outcome is Outcome.TRANSIENT
    assert str(caught.value).startswith("video search 'Adele Hello': ")


def test_the_world_is_searched_by_ytdlp_and_another_place_by_its_protocol() -> None:
    here = search.connect(Services(urls={"videos": "http://127.0.0.1:9/"}))
    there = search.connect(Services())
    assert isinstance(here, HttpSearch)
    assert isinstance(there, YtDlpSearch)
    there.close()

"""Single calls: what each answer means, whatever spotipy makes of it."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace

import pytest

from musicdata.errors import SetupError
from musicdata.settings.services import Services
from musicdata.sources.spotify import WebApi
from musicdata.system.http import HttpError, Outcome
from tests.loopback import breaks_off, drips, message, says
from tests.sources.spotify.spotify_server import SECRET, TOKEN, keys, page, paths, refusal, spotify, track

FOUND = page("tracks", [track(1)])
EDITORIAL = "37i9dQZF1DX3rxVfibe1L0"

ANSWERS = {
    "quota": (refusal(429, "Too many requests", "QUOTA_EXCEEDED"), Outcome.RATE_LIMITED, 429, None, "quota_exceeded"),
    "rate": (refusal(429, Retry_After=3), Outcome.RATE_LIMITED, 429, 3.0, "rate_limited"),
    "a day": (refusal(429, Retry_After=86400), Outcome.RATE_LIMITED, 429, 86400.0, "rate_limited"),
    "date": (
        refusal(429, Retry_After="Sat, 21 Nov 2026 10:00:30 GMT", Date="Sat, 21 Nov 2026 10:00:00 GMT"),
        Outcome.RATE_LIMITED,
        429,
        30.0,
        "rate_limited",
    ),
    "busy": (refusal(503, Retry_After=7), Outcome.TRANSIENT, 503, 7.0, "http_503"),
    "bad gateway": (message(502, b"<html>"), Outcome.TRANSIENT, 502, None, "http_502"),
    "limit": (refusal(400, "Invalid limit"), Outcome.INVALID, 400, None, "invalid_limit"),
    "offset": (refusal(400, "Bad query"), Outcome.INVALID, 400, None, "http_400"),
    "forbidden": (refusal(403, "no premium"), Outcome.BLOCKED, 403, None, "forbidden"),
    "error is a text": (message(500, b'{"error": "oh"}'), Outcome.TRANSIENT, 500, None, "http_500"),
    "error is a list": (message(429, b"[]", Retry_After=2), Outcome.RATE_LIMITED, 429, 2.0, "rate_limited"),
    "html": (message(200, b"<html>Sign in</html>"), Outcome.INVALID, None, None, "not_json"),
    "null": (message(200, b"null"), Outcome.INVALID, None, None, "not_json"),
    "deep": (message(200, b"[" * 200_000), Outcome.INVALID, 200, None, "wrong_shape"),
    "list": (message(200, b"[1]"), Outcome.INVALID, None, None, "wrong_shape"),
    "no items": (message(200, b'{"tracks": {"items": null}}'), Outcome.INVALID, None, None, "wrong_shape"),
    "redirect": (message(302, Location="https://example.org/"), Outcome.INVALID, 301, None, "http_301"),
    "short": (FOUND[:-30], Outcome.TRANSIENT, None, None, "no_answer"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_keeps_its_meaning_and_is_asked_for_once(name: str) -> None:
    answer, outcome, status, wait_s, reason = ANSWERS[name]
    behaviour = breaks_off(answer) if name == "short" else says(answer)
    with spotify(behaviour) as (server, services):
        with pytest.raises(HttpError) as caught:
            WebApi(services).search("track", "sad", 10, 0)
        error = caught.value
        assert (error.outcome, error.status, error.wait_s, error.reason) == (outcome, status, wait_s, reason)
        assert paths(server) == ["/api/token", "/v1/search"]


def test_one_token_serves_many_calls_and_only_what_is_asked_is_sent() -> None:
    with spotify(says(FOUND)) as (server, services):
        api = WebApi(services)
        for offset in (0, 10):
            assert api.search("track", "blue & sad", 10, offset).entries[0].title == "Song 1"  # type: ignore[union-attr]
        api.close()
        assert paths(server) == ["/api/token", "/v1/search", "/v1/search"]
        assert server.asked[1].target == "/v1/search?q=blue+%26+sad&limit=10&offset=0&type=track"
        assert server.asked[1].headers["authorization"] == "Bearer token-of-the-app"


def test_a_token_that_is_no_longer_taken_is_renewed_once() -> None:
    with spotify(says(refusal(401), FOUND)) as (server, services):
        assert WebApi(services).search("track", "sad", 10, 0).total == 1
        assert paths(server) == ["/api/token", "/v1/search", "/api/token", "/v1/search"]
    with spotify(says(refusal(401))) as (server, services):
        with pytest.raises(SetupError, match="SPOTIFY_CLIENT_ID"):
            WebApi(services).search("track", "sad", 10, 0)
        assert len(server.asked) == 4


@pytest.mark.parametrize("status", [400, 401])
def test_wrong_keys_are_named_and_not_shown(status: int) -> None:
    token = message(status, b'{"error": "invalid_client", "error_description": "Invalid client secret"}')
    with spotify(token=says(token)) as (server, services):
        with pytest.raises(SetupError, match=r"SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET.*invalid_client") as caught:
            WebApi(services).search("track", "sad", 10, 0)
        assert SECRET not in str(caught.value)
        assert paths(server) == ["/api/token"]


TOKENS = {
    "busy": (refusal(503, Retry_After=9), Outcome.TRANSIENT, 9.0),
    "limited": (refusal(429, Retry_After=86400), Outcome.RATE_LIMITED, 86400.0),
    "html": (message(200, b"<html>"), Outcome.INVALID, None),
    "list": (message(200, b"[]"), Outcome.INVALID, None),
    "no life": (message(200, b'{"access_token": "x"}'), Outcome.INVALID, None),
    "number": (message(200, b'{"access_token": 7, "expires_in": 3600}'), Outcome.INVALID, None),
}


@pytest.mark.parametrize("name", TOKENS)
def test_trouble_with_the_token_keeps_its_meaning_too(name: str) -> None:
    answer, outcome, wait_s = TOKENS[name]
    with spotify(token=says(answer)) as (server, services):
        with pytest.raises(HttpError) as caught:
            WebApi(services).search("track", "sad", 10, 0)
        assert (caught.value.outcome, caught.value.wait_s) == (outcome, wait_s)
        assert paths(server) == ["/api/token"]


def test_a_drip_ends_with_the_deadline() -> None:
    slow = drips(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x")
    for search, token in ((slow, None), (None, slow)):
        with spotify(search, token, deadline_s=0.4) as (_, services):
            with pytest.raises(HttpError, match="no whole answer") as caught:
                WebApi(services).search("track", "sad", 10, 0)
            assert caught.value.outcome is Outcome.TRANSIENT


def test_refused_playlists_say_why_in_words() -> None:
    lists = {"mine": says(refusal(403)), "gone": says(refusal(404)), EDITORIAL: says(refusal(404))}
    with spotify(playlists=lists) as (_, services):
        api = WebApi(services)
        found = {}
        for name in lists:
            with pytest.raises(HttpError) as caught:
                api.playlist_items(name, 50, 0)
            found[name] = caught.value
    assert {name: (error.outcome, error.reason) for name, error in found.items()} == {
        "mine": (Outcome.BLOCKED, "not_owned"),
        "gone": (Outcome.GONE, "playlist_gone"),
        EDITORIAL: (Outcome.GONE, "editorial_playlist"),
    }
    assert "only to its owner" in str(found["mine"])
    assert "Spotify's own playlists" in str(found[EDITORIAL])


def test_a_users_token_is_used_as_it_is() -> None:
    with spotify(says(FOUND, refusal(401))) as (server, services):
        api = WebApi(replace(services, keys={"SPOTIFY_USER_TOKEN": keys(x="token-of-the-user")["x"]}))
        api.search("track", "sad", 10, 0)
        assert paths(server) == ["/v1/search"]
        assert server.asked[0].headers["authorization"] == "Bearer token-of-the-user"
        with pytest.raises(SetupError, match="SPOTIFY_USER_TOKEN") as caught:
            api.search("track", "sad", 10, 0)
        assert "token-of-the-user" not in str(caught.value)


def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    with spotify(says(refusal(500), FOUND)) as (_, services):
        api = WebApi(services)
        with pytest.raises(HttpError):
            api.search("track", "sad", 10, 0)
        api.search("track", "sad", 10, 0)
    assert "Sending GET" in caplog.text
    for secret in ("token-of-the-app", SECRET, "id-of-the-app", "aWQtb2YtdGhlLWFwc"):
        assert secret not in caplog.text
    assert capsys.readouterr().err == ""
    assert TOKEN


def test_what_is_missing_is_said_before_any_call(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SetupError, match="SPOTIFY_CLIENT_ID is not set"):
        WebApi(Services())
    monkeypatch.setitem(sys.modules, "spotipy", None)
    with pytest.raises(SetupError, match=r"pip install 'musicdata\[crawl\]'"):
        WebApi(Services(keys=keys()))

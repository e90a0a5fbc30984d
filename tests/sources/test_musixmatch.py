"""Musixmatch, against a server on loopback that answers byte by byte what is known of the service."""

from __future__ import annotations

import contextlib
import json
import logging
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.errors import MusicdataError, SetupError
from musicdata.settings import Secret
from musicdata.sources import musixmatch
from musicdata.sources.lyric_record import Reply, Track
from musicdata.sources.musixmatch import Musixmatch
from musicdata.system.http import Client, HttpError, Limits, Outcome
from tests.loopback import Asked, Behaviour, breaks_off, drips, message, says, serving
from tests.lyric_calls import TAIL, VERSE, calls, musixmatch_has, musixmatch_says

CANARY = "c4nary/of the mine"
TRACK = Track(isrc="US-UM7-17-03861", title="River", artist="The Moss", album="Banks", duration_s=233.0)
BY_ISRC, BY_NAME = "/ws/1.1/track.lyrics.get", "/ws/1.1/matcher.lyrics.get"
QUICK = Limits(deadline_s=2.0, stall_s=1.0, attempts=1)


def ask(folder: Path, by_isrc: Behaviour, by_name: Behaviour, track: Track = TRACK) -> tuple[Reply, list[Asked]]:
    with (
        serving({BY_ISRC: by_isrc, BY_NAME: by_name}) as server,
        Client(QUICK) as client,
        calls(folder) as caller,
    ):
        source = Musixmatch(client, f"{server.url}/ws/1.1/", Secret(CANARY))
        return source.look_up(track, caller), server.asked


def asked_for(asked: list[Asked]) -> list[tuple[str, dict[str, list[str]]]]:
    return [(urlsplit(one.target).path, parse_qs(urlsplit(one.target).query)) for one in asked]


NEVER = says(b"")
NOT_FOUND = says(musixmatch_says(404, []))


def test_a_track_is_asked_for_by_its_isrc(tmp_path: Path) -> None:
    reply, asked = ask(tmp_path, says(musixmatch_has(VERSE, explicit=1)), NEVER)
    assert reply.record is not None
    assert reply.record.model_dump(exclude={"text"}) == {
        "source": "musixmatch",
        "source_id": "6738195",
        "synced": "",
        "truncated": False,
        "instrumental": False,
        "explicit": True,
        "language_given": "en",
        "copyright": "Lyrics powered by www.musixmatch.com.",
        "backlink": "https://www.musixmatch.com/lyrics/x",
        "track_rating": None,
    }
    assert reply.record.text == VERSE
    assert asked_for(asked) == [(BY_ISRC, {"track_isrc": ["USUM71703861"], "apikey": [CANARY]})]
    assert asked[0].headers["user-agent"].startswith("musicdata/")


def test_the_matcher_is_asked_where_the_isrc_is_unknown_or_none(tmp_path: Path) -> None:
    reply, asked = ask(tmp_path / "a", NOT_FOUND, says(musixmatch_has(VERSE)))
    assert reply.record is not None
    by_name = (BY_NAME, {"q_artist": ["The Moss"], "q_track": ["River"], "apikey": [CANARY]})
    assert asked_for(asked)[1:] == [by_name]
    _, asked = ask(tmp_path / "b", NEVER, says(musixmatch_has(VERSE)), TRACK.model_copy(update={"isrc": "none"}))
    assert asked_for(asked) == [by_name]


def test_unknown_both_ways_is_not_found(tmp_path: Path) -> None:
    assert ask(tmp_path, NOT_FOUND, NOT_FOUND)[0] == Reply(note="not_found")


@pytest.mark.parametrize(
    ("facts", "note", "n_calls"),
    [({"restricted": 1}, "restricted", 1), ({}, "empty", 2), ({"lyrics_body": None}, "empty", 2)],
)
def test_records_without_words(tmp_path: Path, facts: dict[str, Any], note: str, n_calls: int) -> None:
    said = says(musixmatch_has("", **facts))
    reply, asked = ask(tmp_path, said, said)
    assert reply == Reply(note=note)
    assert len(asked) == n_calls


def test_an_instrumental_is_a_record(tmp_path: Path) -> None:
    reply, asked = ask(tmp_path, says(musixmatch_has("", instrumental=1)), NEVER)
    assert reply.record is not None
    assert reply.record.instrumental
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("text", "notice", "is_truncated"),
    [
        (VERSE + TAIL, "Lyrics powered by www.musixmatch.com.", True),
        (VERSE, "This Lyrics is NOT for Commercial use and only 30% of the lyrics are returned.", True),
        (VERSE + "\n...", "Lyrics powered by www.musixmatch.com.", False),
    ],
)
def test_what_is_held_back_is_marked(tmp_path: Path, text: str, notice: str, is_truncated: bool) -> None:
    reply, _ = ask(tmp_path, says(musixmatch_has(text, lyrics_copyright=notice)), NEVER)
    assert reply.record is not None
    assert reply.record.truncated is is_truncated
    assert reply.record.text == text


@pytest.mark.parametrize(("track", "rating"), [({"track_rating": 46}, 46), ({"track_rating": "x"}, None), ([], None)])
def test_a_rating_that_comes_along_is_kept(tmp_path: Path, track: object, rating: int | None) -> None:
    body = {"lyrics": {"lyrics_id": 1, "lyrics_body": VERSE}, "track": track}
    reply, _ = ask(tmp_path, says(musixmatch_says(200, body)), NEVER)
    assert reply.record is not None
    assert reply.record.track_rating == rating


def test_addresses_that_count_views_are_neither_called_nor_kept(tmp_path: Path) -> None:
    reply, asked = ask(tmp_path, says(musixmatch_has(VERSE)), NEVER)
    assert len(asked) == 1
    assert b"tracking" not in reply.packed()


# What may go wrong, as (behaviour, outcome, reason); None where the key is refused and nothing could go on.
HTML = message(200, b"<html>blocked</html>", Content_Type="text/html")
FAILURES: dict[str, tuple[Behaviour, Outcome | None, str]] = {
    "key": (says(musixmatch_says(401, [])), None, ""),
    "key, HTTP": (says(message(401, b"no")), None, ""),
    "quota": (says(musixmatch_says(402, [])), Outcome.RATE_LIMITED, "daily_quota"),
    "quota, HTTP": (says(message(402, b"no")), Outcome.RATE_LIMITED, "daily_quota"),
    "plan": (says(musixmatch_says(403, "")), Outcome.BLOCKED, "musixmatch_403"),
    "plan, HTTP": (says(message(403, b"no")), Outcome.BLOCKED, "musixmatch_403"),
    "busy": (says(musixmatch_says(503, None)), Outcome.TRANSIENT, "musixmatch_503"),
    "broken": (says(musixmatch_says(500, [])), Outcome.TRANSIENT, "musixmatch_500"),
    "busy, HTTP": (says(message(503, b"busy")), Outcome.TRANSIENT, "http_503"),
    "rate, HTTP": (says(message(429, b"slow", Retry_After=7)), Outcome.RATE_LIMITED, "http_429"),
    "syntax": (says(musixmatch_says(400, [])), Outcome.INVALID, "musixmatch_400"),
    "no method": (says(musixmatch_says(405, [])), Outcome.INVALID, "musixmatch_405"),
    "no such page": (says(message(404, b"<html>nginx</html>")), Outcome.INVALID, "unexpected_404"),
    "list": (says(musixmatch_says(200, [])), Outcome.INVALID, "wrong_shape"),
    "text": (says(musixmatch_says(200, "")), Outcome.INVALID, "wrong_shape"),
    "null": (says(musixmatch_says(200, None)), Outcome.INVALID, "wrong_shape"),
    "no lyrics": (says(musixmatch_says(200, {"track": {}})), Outcome.INVALID, "wrong_shape"),
    "number": (says(musixmatch_has(VERSE, lyrics_body=12)), Outcome.INVALID, "wrong_shape"),
    "too long": (says(musixmatch_has("la " * 100_000)), Outcome.INVALID, "wrong_shape"),
    "no header": (says(message(200, b'{"message": {"body": {}}}')), Outcome.INVALID, "wrong_shape"),
    "html": (says(HTML), Outcome.INVALID, "not_json"),
    "half": (says(message(200, b'{"message": {"hea')), Outcome.INVALID, "not_json"),
    "half a letter": (says(message(200, b'{"message": "\\ud800"}')), Outcome.INVALID, "not_json"),
    "deep": (says(message(200, b"[" * 100_000)), Outcome.INVALID, "not_json"),
    "cut off": (breaks_off(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"), Outcome.TRANSIENT, "no_answer"),
    "silent": (drips(b"", b""), Outcome.TRANSIENT, "no_answer"),
    "dripping": (drips(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", b" "), Outcome.TRANSIENT, "no_answer"),
    "elsewhere": (says(message(302, b"", Location="ftp://x/y")), Outcome.INVALID, "http_301"),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_failures(tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    behaviour, outcome, reason = FAILURES[kind]
    with caplog.at_level(logging.DEBUG), pytest.raises((HttpError, SetupError)) as caught:
        ask(tmp_path, behaviour, behaviour)
    error = caught.value
    if isinstance(error, HttpError):
        assert (error.outcome, error.reason) == (outcome, reason)
        assert error.wait_s == (7 if reason == "http_429" else None)
    else:
        assert outcome is None
        assert "MUSIXMATCH_API_KEY" in str(error)
        assert "--set fetch_lyrics.sources='[\"lrclib\"]'" in str(error)
    said = "".join(traceback.format_exception(error)) + caplog.text
    assert all(form not in said for form in (CANARY, "c4nary%2Fof", "c4nary/of"))


ECHO = f'{{"message": {{"header": {{"status_code": 404}}, "apikey": "{CANARY}"}}}}'.encode()


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
def test_a_server_that_repeats_the_key_does_not_get_it_into_a_message(tmp_path: Path, status: int) -> None:
    behaviour = says(message(status, ECHO))
    if status == 404:  # it says so in its own words as well
        assert ask(tmp_path, behaviour, behaviour)[0].note == "not_found"
        return
    with pytest.raises(HttpError) as caught:
        ask(tmp_path, behaviour, behaviour)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_a_key_in_a_fine_answer_is_not_kept(tmp_path: Path) -> None:
    link = f"https://www.musixmatch.com/lyrics?apikey={CANARY}"
    reply, _ = ask(tmp_path, says(musixmatch_has(f"{VERSE}\n{CANARY}", backlink_url=link)), NEVER)
    assert CANARY.encode() not in reply.packed()
    assert all(CANARY.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_words_of_a_song_are_no_key(tmp_path: Path) -> None:
    short = Secret(VERSE.split()[0][:5])  # of the kind that is taken out of messages
    verse = f"{VERSE}\n{short.reveal()} at http://me:you@home/?token=of+love"
    reply, _ = ask(tmp_path, says(musixmatch_has(verse, lyrics_copyright=verse)), NEVER)
    assert reply.record is not None
    assert (reply.record.text, reply.record.copyright) == (verse, verse)


def test_a_recorded_reply_is_not_asked_for_again(tmp_path: Path) -> None:
    with (
        serving({BY_ISRC: NOT_FOUND, BY_NAME: says(message(503), musixmatch_has(VERSE))}) as server,
        Client(QUICK) as client,
        calls(tmp_path) as caller,
    ):
        source = Musixmatch(client, f"{server.url}/ws/1.1/", Secret(CANARY))
        with pytest.raises(HttpError):
            source.look_up(TRACK, caller)
        assert source.look_up(TRACK, caller).record is not None
    assert [path for path, _ in asked_for(server.asked)] == [BY_ISRC, BY_NAME, BY_NAME]


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))
fields = st.sampled_from(["lyrics_id", "restricted", "instrumental", "explicit", "lyrics_body", "backlink_url"])
bodies = st.one_of(values, st.fixed_dictionaries({"lyrics": st.dictionaries(fields, values), "track": values}))
envelopes = st.builds(
    lambda status, body: {"message": {"header": {"status_code": status}, "body": body}}, values, bodies
)
said_200 = bodies.map(lambda body: {"message": {"header": {"status_code": 200}, "body": body}})


@given(st.binary(max_size=60) | st.one_of(values, envelopes, said_200).map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_a_reply_or_an_error_of_ours(body: bytes) -> None:
    with contextlib.suppress(MusicdataError):
        reply = musixmatch.read(body, "here", "this")
        assert Reply.model_validate_json(reply.packed()) == reply

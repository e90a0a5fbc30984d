"""LRCLIB, against a server on loopback."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.errors import MusicdataError
from musicdata.sources.answers import checked
from musicdata.sources.lrclib import Entry, Lrclib
from musicdata.sources.lyric_record import Reply, Track
from musicdata.system.http import Client, HttpError, Limits, Outcome
from tests.loopback import Asked, Behaviour, breaks_off, message, says, serving
from tests.lyric_calls import NOT_THERE, VERSE, calls, lrclib_has

TRACK = Track(title=" River ", artist="The Moss", album="Banks", duration_s=233.0456)
NAMES = {"track_name": ["River"], "artist_name": ["The Moss"]}
LONG = {"duration": ["233.05"]}


def ask(folder: Path, behaviour: Behaviour, track: Track = TRACK) -> tuple[Reply, list[Asked]]:
    limits = Limits(deadline_s=2, stall_s=1, attempts=1)
    with serving({"/api/get": behaviour}) as server, Client(limits) as client, calls(folder) as caller:
        return Lrclib(client, f"{server.url}/api/").look_up(track, caller), server.asked


def asked_for(asked: list[Asked]) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(one.target).query) for one in asked]


def test_a_track_is_asked_for_with_all_that_is_known(tmp_path: Path) -> None:
    reply, asked = ask(tmp_path, says(lrclib_has(VERSE, "[00:17.12]I walked")))
    assert reply.record is not None
    assert (reply.record.source, reply.record.source_id) == ("lrclib", "3396226")
    assert (reply.record.text, reply.record.synced) == (VERSE, "[00:17.12]I walked")
    assert reply.record.explicit is None
    assert asked_for(asked) == [NAMES | LONG | {"album_name": ["Banks"]}]
    assert asked[0].headers["user-agent"].startswith("musicdata/")


def test_another_album_will_do(tmp_path: Path) -> None:
    reply, asked = ask(tmp_path, says(message(404, NOT_THERE), lrclib_has(VERSE)))
    assert reply.record is not None
    assert asked_for(asked)[1:] == [NAMES | LONG]


@pytest.mark.parametrize("duration_s", [0.0, 0.5, 3601.0])
def test_a_duration_that_the_server_would_refuse_is_left_out(tmp_path: Path, duration_s: float) -> None:
    track = TRACK.model_copy(update={"duration_s": duration_s, "album": ""})
    assert asked_for(ask(tmp_path, says(lrclib_has(VERSE)), track)[1]) == [NAMES]


def test_not_there(tmp_path: Path) -> None:
    reply, asked = ask(tmp_path, says(message(404, NOT_THERE)))
    assert reply == Reply(note="not_found")
    assert len(asked) == 2


def test_a_track_without_a_name_is_not_asked_for(tmp_path: Path) -> None:
    assert ask(tmp_path, says(b""), TRACK.model_copy(update={"title": " "})) == (Reply(note="no_name"), [])


@pytest.mark.parametrize(("instrumental", "note"), [(False, "empty"), (True, "")])
def test_records_without_words(tmp_path: Path, instrumental: bool, note: str) -> None:
    reply, _ = ask(tmp_path, says(lrclib_has(None, None, instrumental=instrumental)))
    assert reply.note == note
    assert (reply.record is not None and reply.record.instrumental) is instrumental


@pytest.mark.parametrize(
    ("behaviour", "outcome", "reason"),
    [
        (says(message(404, b"<html>nginx</html>")), Outcome.INVALID, "unexpected_404"),
        (says(message(400, b'{"name": "ValidationError"}')), Outcome.INVALID, "http_400"),
        (says(message(403, b"")), Outcome.BLOCKED, "http_403"),
        (says(message(429, b"")), Outcome.RATE_LIMITED, "http_429"),
        (says(message(502, b"<html>")), Outcome.TRANSIENT, "http_502"),
        (says(message(200, b"<html>")), Outcome.INVALID, "not_json"),
        (says(message(200, b"[]")), Outcome.INVALID, "wrong_shape"),
        (says(message(200, b'{"plainLyrics": "no id"}')), Outcome.INVALID, "wrong_shape"),
        (breaks_off(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), Outcome.TRANSIENT, "no_answer"),
    ],
)
def test_failures(tmp_path: Path, behaviour: Behaviour, outcome: Outcome, reason: str) -> None:
    with pytest.raises(HttpError) as caught:
        ask(tmp_path, behaviour)
    assert (caught.value.outcome, caught.value.reason) == (outcome, reason)


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
fields = st.sampled_from(["id", "instrumental", "plainLyrics", "syncedLyrics", "name"])
values = st.one_of(leaves, st.lists(leaves, max_size=2), st.dictionaries(fields, leaves))


@given(st.binary(max_size=60) | values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_a_reply_or_an_error_of_ours(body: bytes) -> None:
    with contextlib.suppress(MusicdataError):
        reply = checked(Entry, body, "here").reply("lrclib")
        assert Reply.model_validate_json(reply.packed()) == reply

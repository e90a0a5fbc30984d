"""MusicBrainz's web service, against servers on loopback."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from socket import socket
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from musicdata.errors import SetupError
from musicdata.settings import Secret
from musicdata.settings.services import Services
from musicdata.sources.musicbrainz.documents import Release
from musicdata.sources.musicbrainz.web_service import CONTACT, AskedLibrary, WebService
from musicdata.system.http import HttpError, Outcome
from musicdata.version import __version__
from tests.loopback import Asked, Behaviour, Loopback, breaks_off, message, says, serving
from tests.sources.musicbrainz.releases import NOT_FOUND, Json, MusicBrainz, body, mbid, medium, page, release, track
from tests.stages.crawled import Calls

GROUP = mbid(60)
ONE = "/ws/2/release/" + mbid(50)


def services_at(server: Loopback, contact: str) -> Services:
    return Services({"musicbrainz": f"{server.url}/ws/2/"}, {CONTACT: Secret(contact)} if contact else {}, deadline_s=3)


def ask(
    behaviours: dict[str, Behaviour], look: Callable[[AskedLibrary], Any], calls: Calls | None = None, contact: str = ""
) -> tuple[Any, list[Asked]]:
    """Return what a library answers, and what the server was asked."""
    with serving(behaviours) as server, contextlib.closing(WebService(services_at(server, contact))) as service:
        return look(service.library(calls or Calls())), server.asked


def one(library: AskedLibrary) -> Release | None:
    return library.release(mbid(50))


def group(library: AskedLibrary) -> list[str]:
    return [one.release_id for one in library.releases_of(GROUP, official=True)]


def box(number: int, n_tracks: int, **facts: Any) -> Json:
    return release(number, medium([track(n, f"Song {n}", n) for n in range(1, n_tracks + 1)]), group=60, **facts)


# one release


def test_a_release_is_asked_for_with_its_recordings() -> None:
    found, (asked,) = ask(MusicBrainz([box(50, 3)]), one)
    assert found is not None
    assert len(found.tracks) == 3
    assert asked.target == f"{ONE}?inc=recordings+media&fmt=json"
    assert asked.headers["user-agent"] == f"musicdata/{__version__}"


def test_a_merged_release_is_answered_with_what_it_is_now() -> None:
    found, _ = ask(MusicBrainz([box(51, 2)], {mbid(50): mbid(51)}), one)
    assert found is not None
    assert found.release_id == mbid(51)


def test_what_is_not_there_is_none() -> None:
    assert ask({ONE: says(NOT_FOUND)}, one)[0] is None


BUSY = b'{"error":"Your requests are exceeding the allowable rate limit. Please see https://..."}'


@pytest.mark.parametrize(
    ("behaviour", "outcome", "reason", "wait_s"),
    [
        (says(message(404, b"<html>nginx</html>")), Outcome.INVALID, "unexpected_404", None),
        (says(message(400, b'{"error":"Invalid mbid."}')), Outcome.INVALID, "http_400", None),
        (says(message(503, BUSY, Retry_After=7)), Outcome.RATE_LIMITED, "rate_limited", 7),
        (says(message(503, BUSY)), Outcome.RATE_LIMITED, "rate_limited", None),
        (says(message(503, b"<html>busy</html>", Retry_After=2)), Outcome.TRANSIENT, "http_503", 2),
        (says(message(429, b"", Retry_After=9)), Outcome.RATE_LIMITED, "http_429", 9),
        (says(message(502)), Outcome.TRANSIENT, "http_502", None),
        (says(message(403, b"blocked")), Outcome.BLOCKED, "http_403", None),
        (says(message(200, b"<html>sorry</html>")), Outcome.INVALID, "not_json", None),
        (says(message(200, body(box(50, 3))[:-7])), Outcome.INVALID, "not_json", None),
        (says(message(200, b'{"error":"gone"}')), Outcome.INVALID, "wrong_shape", None),
        (breaks_off(message(200, body(box(50, 3)))[:-7]), Outcome.TRANSIENT, "no_answer", None),
        (breaks_off(b""), Outcome.TRANSIENT, "no_answer", None),
    ],
)
def test_what_goes_wrong_is_of_a_kind(
    behaviour: Behaviour, outcome: Outcome, reason: str, wait_s: float | None
) -> None:
    with pytest.raises(HttpError) as caught:
        ask({ONE: behaviour}, one)
    assert (caught.value.outcome, caught.value.reason, caught.value.wait_s) == (outcome, reason, wait_s)


# who asks


def test_whoever_crawls_is_named_and_stays_out_of_messages() -> None:
    found, (asked,) = ask(MusicBrainz([box(50, 1)]), one, contact="me.4711@example.org")
    assert found is not None
    assert asked.headers["user-agent"] == f"musicdata/{__version__} ( me.4711@example.org )"
    with pytest.raises(HttpError) as caught:
        ask({ONE: says(message(500, b"no, me.4711@example.org"))}, one, contact="me.4711@example.org")
    assert "4711" not in str(caught.value)


def test_musicbrainz_itself_is_not_called_by_nobody() -> None:
    with pytest.raises(SetupError, match="export MUSICBRAINZ_CONTACT="):
        WebService(Services())
    for contact in ("me.4711+x@example.org", "https://example.org/~me?a=1"):
        WebService(Services(keys={CONTACT: Secret(contact)})).close()


@pytest.mark.parametrize(
    "contact",
    ["me@x\r\nHost: x", "mé@example.org", "me (at) example.org", "me@example.org)", "Beethoven", "m@" + "m" * 199],
)
def test_a_contact_that_is_none_is_refused(contact: str) -> None:
    with pytest.raises(SetupError, match="neither a mail address nor a page"):
        WebService(Services(keys={CONTACT: Secret(contact)}))


# a group


def test_a_group_is_asked_for_in_one_call_where_that_is_enough() -> None:
    server = MusicBrainz([box(50, 12), box(51, 14), box(52, 1, status="Bootleg"), release(53, group=61)])
    found, (asked,) = ask(server, group)
    assert found == [mbid(50), mbid(51)]
    parts = urlsplit(asked.target)
    assert parts.path == "/ws/2/release"
    assert {name: values[0] for name, values in parse_qs(parts.query).items()} == {
        "inc": "recordings media", "fmt": "json", "release-group": GROUP, "limit": "100", "offset": "0", "status": "official",
    }  # fmt: skip


def test_all_of_a_group_are_asked_for_without_a_status() -> None:
    server = MusicBrainz([box(50, 1), box(52, 1, status="Bootleg")])
    found, (asked,) = ask(server, lambda library: library.releases_of(GROUP, official=False))
    assert [one.release_id for one in found] == [mbid(50), mbid(52)]
    assert "status" not in parse_qs(urlsplit(asked.target).query)


def test_pages_that_end_at_500_tracks_are_followed_by_what_came() -> None:
    n_tracks = [200, 200, 200, 700, 30, 490, 10, *[3] * 130]
    server = MusicBrainz([box(1000 + number, n) for number, n in enumerate(n_tracks)])
    found, asked = ask(server, group)
    assert found == [mbid(1000 + number) for number in range(len(n_tracks))]
    assert [int(parse_qs(urlsplit(one.target).query)["offset"][0]) for one in asked] == [0, 2, 3, 4, 5, 7, 107]


@pytest.mark.parametrize(
    "answer", [NOT_FOUND, message(200, body({"release-count": 0, "release-offset": 0, "releases": []}))]
)
def test_a_group_that_is_not_known_has_none(answer: bytes) -> None:
    assert ask({"/ws/2/release": says(answer)}, group)[0] == []


MANY = [box(1000 + number, 300) for number in range(4)]


def counted(n_releases: int, offset: int | None, *releases: Json) -> bytes:
    said = page(releases, 0) | {"release-count": n_releases}
    return message(200, body(said | ({} if offset is None else {"release-offset": offset})))


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([counted(4, 0, MANY[0]), counted(4, 0, MANY[0])], "wrong_page"),
        ([counted(4, 0, MANY[0]), counted(4, 1, MANY[0])], "repeated_page"),
        ([counted(4, 0, MANY[0]), counted(4, 1)], "wrong_count"),
        ([counted(4, 0)], "wrong_count"),
        ([counted(1, 0, box(50, 1), box(51, 1))], "wrong_count"),
        ([counted(2, 7, MANY[0])], "wrong_page"),
    ],
)
def test_pages_that_do_not_add_up_are_no_answer(answers: list[bytes], reason: str) -> None:
    with pytest.raises(HttpError, match=GROUP) as caught:
        ask({"/ws/2/release": says(*answers)}, group)
    assert (caught.value.outcome, caught.value.reason) == (Outcome.INVALID, reason)


def test_a_server_that_never_ends_is_left() -> None:
    def behave(connection: socket, asked: Asked, number: int) -> None:
        offset = int(parse_qs(urlsplit(asked.target).query)["offset"][0])
        connection.sendall(counted(offset + 50, offset, box(5_000 + number, 1)))

    with pytest.raises(HttpError, match="no end after 200 pages") as caught:
        ask({"/ws/2/release": behave}, group)
    assert caught.value.reason == "too_many_pages"


def test_pages_that_came_are_not_asked_for_again() -> None:
    calls = Calls()
    server = MusicBrainz([box(1000 + number, 300) for number in range(3)])
    first = server.answer
    pages_that_come = iter([True, True, False])

    def behave(connection: socket, asked: Asked, number: int) -> None:
        if next(pages_that_come, True):
            first(connection, asked, number)
        else:
            connection.sendall(message(503))

    with pytest.raises(HttpError):
        ask({"/ws/2/release": behave}, group, calls)
    found, asked = ask({"/ws/2/release": behave}, group, calls)
    assert len(found) == 3
    assert [parse_qs(urlsplit(one.target).query)["offset"] for one in asked] == [["2"]]

"""The session that libraries borrow, against a server that misbehaves."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import requests

from musicdata.errors import UsageError
from musicdata.system.http import BorrowedSession, HttpError, Limits, Outcome
from tests.loopback import breaks_off, drips, message, says, serving

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"


def test_an_answer_is_whole_and_its_connection_serves_again() -> None:
    with serving({"/a": says(message(200, b'{"x": 1}'))}) as server, BorrowedSession() as session:
        for _ in range(3):
            assert session.get(f"{server.url}/a", params={"q": "blue é"}).json() == {"x": 1}
        assert len(server.open) == 1
        assert server.asked[0].target == "/a?q=blue+%C3%A9"


def test_every_status_is_handed_over_once_with_its_headers() -> None:
    answers = says(message(429, b'{"error": "slow"}', Retry_After="86400"))
    with serving({"/a": answers}) as server, BorrowedSession() as session:
        response = session.get(f"{server.url}/a")
        with pytest.raises(requests.HTTPError):
            response.raise_for_status()
        assert len(server.asked) == 1
        assert session.heard is not None
        error = session.heard.error("quota")
    assert (error.outcome, error.status, error.wait_s, error.reason) == (Outcome.RATE_LIMITED, 429, 86400.0, "quota")
    assert "slow" in str(error)


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX: ", HEAD])
def test_a_drip_ends_with_the_deadline_whatever_the_library_wants(start: bytes) -> None:
    with (
        serving({"/a": drips(start, b"x")}) as server,
        BorrowedSession(Limits(deadline_s=0.4)) as session,
        pytest.raises(HttpError, match=r"no whole answer within 0\.4 s") as caught,
    ):
        session.get(f"{server.url}/a", timeout=600)
    assert caught.value.outcome is Outcome.TRANSIENT
    assert session.heard is None


def test_a_body_that_breaks_off_or_never_ends_is_none() -> None:
    behaviours = {"/short": breaks_off(HEAD + b"abc"), "/long": says(message(200, b"x" * 5000))}
    with serving(behaviours) as server, BorrowedSession(Limits(max_bytes=1000)) as session:
        with pytest.raises(HttpError) as caught:
            session.get(f"{server.url}/short")
        assert caught.value.outcome is Outcome.TRANSIENT
        with pytest.raises(HttpError, match="more than 1,000 bytes") as caught:
            session.get(f"{server.url}/long")
        assert (caught.value.outcome, caught.value.reason) == (Outcome.INVALID, "too_long")


def test_nobody_there_is_transient() -> None:
    with serving({}) as server:
        url = server.url
    with BorrowedSession() as session, pytest.raises(HttpError) as caught:
        session.get(url)
    assert caught.value.outcome is Outcome.TRANSIENT


def test_redirects_cookies_and_netrc_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password hidden-in-netrc\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    behaviours = {
        "/away": says(message(302, Location="/a?token=tell-nobody")),
        "/a": says(message(200, b"1", Set_Cookie="id=7")),
    }
    with serving(behaviours) as server, BorrowedSession() as session:
        with pytest.raises(HttpError, match="redirected") as caught:
            session.get(f"{server.url}/away", allow_redirects=True)
        assert "tell-nobody" not in str(caught.value)
        session.get(f"{server.url}/a")
        session.get(f"{server.url}/a")
        assert [asked.target for asked in server.asked] == ["/away", "/a", "/a"]
        assert not {"cookie", "authorization"} & {name for asked in server.asked for name in asked.headers}


def test_what_signs_in_is_in_no_log_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving({"/a": says(message(200, b"1"))}) as server, BorrowedSession() as session:
        session.get(f"{server.url}/a", headers={"Authorization": "Bearer tell-nobody-of-this"})
        logging.getLogger("some.library").warning("sent tell-nobody-of-this")
        assert server.asked[0].headers["authorization"] == "Bearer tell-nobody-of-this"
    assert "sent ***" in caplog.text
    assert "tell-nobody-of-this" not in caplog.text


def test_no_network_means_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_OFFLINE", "1")
    with serving({"/a": says(message(200, b"1"))}) as server, BorrowedSession() as session:
        with pytest.raises(UsageError, match="MUSICDATA_OFFLINE"):
            session.get(f"{server.url}/a")
        assert server.asked == []

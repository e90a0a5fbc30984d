"""Calls over the network, against servers on loopback that misbehave in every way seen in the wild."""

from __future__ import annotations

import contextlib
import email.utils
import gzip
import hashlib
import logging
import socket
import ssl
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from musicdata.errors import IntegrityError, TransferError, UsageError
from musicdata.settings import Secret
from musicdata.system import http
from musicdata.system.http import Client, HttpError, Limits, Outcome
from musicdata.system.http.outcome import Fault
from tests.loopback import Asked, Behaviour, breaks_off, drips, message, says, serving

OK = message(200, b'{"fine": true}')
QUICK = Limits(deadline_s=5, stall_s=1, attempts=3, first_wait_s=0.01, max_wait_s=2)
CANARY = "c4nary/of the mine"


def date(seconds_from_now: float) -> str:
    return email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=seconds_from_now), usegmt=True)


def call(
    behaviour: Behaviour, method: str = "GET", limits: Limits = QUICK
) -> tuple[http.Reply | HttpError, list[Asked], float]:
    """Call a server that behaves so; return what came of it, what it was asked, and the seconds it took."""
    begin_s = time.monotonic()
    with serving({"/a": behaviour}) as server, Client(limits) as client:
        try:
            found: http.Reply | HttpError = client.request(method, f"{server.url}/a")
        except HttpError as error:
            found = error
        return found, server.asked, time.monotonic() - begin_s


def failed(behaviour: Behaviour, method: str = "GET", limits: Limits = QUICK) -> tuple[HttpError, list[Asked], float]:
    found, asked, took_s = call(behaviour, method, limits)
    assert isinstance(found, HttpError), found
    assert found.__context__ is None
    assert found.__cause__ is None
    return found, asked, took_s


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_what_may_pass_is_tried_again(status: int) -> None:
    found, asked, _ = call(says(message(status), message(status), OK))
    assert isinstance(found, http.Reply)
    assert found.json() == {"fine": True}
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, "gone"),
        (410, "gone"),
        (401, "blocked"),
        (403, "blocked"),
        (451, "blocked"),
        (400, "invalid"),
        (501, "invalid"),
    ],
)
def test_what_will_not_pass_is_asked_for_once(status: int, outcome: str) -> None:
    error, asked, _ = failed(says(message(status, b"because\nof this")))
    assert (error.outcome, error.status, len(asked)) == (outcome, status, 1)
    assert f"HTTP {status} (because of this)" in str(error)
    assert isinstance(error, TransferError)


def test_a_server_that_stays_broken_is_asked_no_more_often_than_said() -> None:
    error, asked, _ = failed(says(message(500)))
    assert len(asked) == QUICK.attempts
    assert error.outcome is Outcome.TRANSIENT
    assert "3 attempts. Run the same command again" in str(error)


@pytest.mark.parametrize("told", [1, "1.0", lambda: date(2)], ids=["seconds", "fraction", "date"])
def test_never_sooner_than_retry_after(told: object) -> None:
    header = told() if callable(told) else told
    _, asked, _ = call(says(message(429, Retry_After=header, Date=date(0)), OK))
    assert len(asked) == 2
    assert asked[1].at_s - asked[0].at_s >= 1


def test_a_date_counts_by_the_servers_clock() -> None:
    a_year = 365 * 86400
    _, asked, _ = call(says(message(503, Retry_After=date(a_year + 1), Date=date(a_year)), OK))
    assert len(asked) == 2
    assert asked[1].at_s - asked[0].at_s >= 1


@pytest.mark.parametrize(
    "told", ["soon", "-5", "1e9", "", "Sun, 99 Foo 2024 99:99:99 GMT", pytest.param(date(-3600), id="an_hour_ago")]
)
def test_a_retry_after_that_means_nothing_is_ignored(told: str) -> None:
    found, asked, took_s = call(says(message(429, Retry_After=told), OK))
    assert isinstance(found, http.Reply)
    assert len(asked) == 2
    assert took_s < 1


@pytest.mark.parametrize(("status", "is_heeded"), [(429, True), (503, False)])
def test_a_service_that_counts_calls_may_say_when_it_takes_them_again(status: int, is_heeded: bool) -> None:
    error, _, _ = failed(says(message(status, X_RateLimit_Reset_In=86400)))
    assert error.wait_s == (86400.0 if is_heeded else None)
    error, _, _ = failed(says(message(429, Retry_After=90000, X_RateLimit_Reset_In=86400)))
    assert error.wait_s == 90000.0


@pytest.mark.parametrize("told", ["86400", "9" * 400, lambda: date(86400)], ids=["day", "absurd", "date"])
def test_a_long_wait_ends_at_once_with_the_time_to_come_back(told: object) -> None:
    header = told() if callable(told) else told
    error, asked, took_s = failed(says(message(429, Retry_After=header)))
    assert (error.outcome, len(asked)) == ("rate_limited", 1)
    assert took_s < 1
    assert "Come back after 20" in str(error)
    if told != "9" * 400:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        assert any(f"{tomorrow + timedelta(seconds=s):%Y-%m-%d %H:%M} ".strip() in str(error) for s in (-5, 0, 5))


@pytest.mark.parametrize(
    "behaviour",
    [
        drips(b"", b""),
        drips(b"HTTP/1.1 200 OK\r\nX: ", b"a"),
        drips(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n"),
        drips(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"a"),
        drips(b"HTTP/1.1 200 OK\r\n\r\n", b"a"),
        drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        drips(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drips(b"HTTP/1.1 500 Status\r\nContent-Length: 1000000\r\n\r\n", b"a"),
    ],
    ids=["silence", "header", "headers", "body", "endless", "chunks", "continue", "error"],
)
def test_the_deadline_holds_whatever_drips(behaviour: Behaviour) -> None:
    error, _, took_s = failed(behaviour, limits=Limits(deadline_s=0.6, stall_s=5))
    assert error.outcome is Outcome.TRANSIENT
    assert "no whole answer within 0.6 s" in str(error)
    assert 0.5 < took_s < 1.6


def test_nobody_asks_for_a_wait_when_the_time_is_over() -> None:
    fault = Fault(Outcome.TRANSIENT, "no byte moved")
    assert fault.next_wait("GET", 1, Limits(), -0.001) == "Run the same command again, later"


def test_a_stall_is_tried_again_within_the_deadline() -> None:
    def stalls_once(connection: socket.socket, asked: Asked, number: int) -> None:
        connection.sendall(OK if number else message(200, b"", Content_Length=100) + b"some")

    found, asked, _ = call(stalls_once, limits=Limits(deadline_s=5, stall_s=0.3, first_wait_s=0.01))
    assert isinstance(found, http.Reply)
    assert len(asked) == 2


def test_a_server_that_does_not_read_an_upload_is_left_at_the_deadline(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(50_000_000))
    listening = socket.create_server(("127.0.0.1", 0), backlog=1)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/a"
    limits = Limits(deadline_s=0.5 - 500, stall_s=30)  # 500 s more are granted for the bytes
    begin_s = time.monotonic()
    with listening, Client() as client, pytest.raises(HttpError, match=r"no whole answer|no byte moved"):
        client.upload(url, tmp_path / "big", limits=limits)
    assert time.monotonic() - begin_s < 1.5


@pytest.mark.parametrize(
    ("behaviour", "says_so"),
    [
        (breaks_off(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"), "IncompleteRead"),
        (breaks_off(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), "broke"),
        (breaks_off(b"\x00\xff garbage\r\n\r\n"), "BadStatusLine"),
        (breaks_off(b""), "RemoteDisconnected"),
    ],
    ids=["short", "short chunk", "garbage", "nothing"],
)
def test_broken_answers_are_transient_and_never_returned(behaviour: Behaviour, says_so: str) -> None:
    error, asked, _ = failed(behaviour)
    assert (error.outcome, len(asked)) == ("transient", QUICK.attempts)
    assert says_so in str(error)


def test_what_follows_a_body_is_not_taken_for_the_next_answer() -> None:
    with (
        serving({"/a": says(message(200, b"four and more", Content_Length=4)), "/b": says(OK)}) as server,
        Client(QUICK) as client,
    ):
        assert client.request("GET", f"{server.url}/a").body == b"four"
        assert client.request("GET", f"{server.url}/b").json() == {"fine": True}


def test_json_that_is_none_is_invalid() -> None:
    found, _, _ = call(says(message(200, b"<html>")))
    assert isinstance(found, http.Reply)
    with pytest.raises(HttpError, match="6 bytes, which are not JSON") as caught:
        found.json()
    assert caught.value.outcome is Outcome.INVALID
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "answer",
    [
        message(200, b"a" * 2000),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * 200_000,
        message(200, gzip.compress(bytes(50_000_000)), Content_Encoding="gzip"),
    ],
    ids=["told", "endless", "bomb"],
)
def test_bodies_are_capped_while_they_are_read(answer: bytes) -> None:
    error, asked, _ = failed(breaks_off(answer), limits=Limits(max_bytes=1000))
    assert (error.outcome, len(asked)) == ("invalid", 1)
    assert "more than 1,000 bytes" in str(error)


def test_no_connection_is_transient() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with Client(QUICK) as client, pytest.raises(HttpError, match="Connection refused, 3 attempts") as caught:
        client.request("POST", f"http://127.0.0.1:{port}/a")
    assert caught.value.outcome is Outcome.TRANSIENT


@pytest.mark.parametrize(("answer", "times"), [(message(500), 1), (message(503), 3), (message(429), 3)])
def test_a_post_is_sent_again_only_if_nothing_was_done(answer: bytes, times: int) -> None:
    _, asked, _ = failed(says(answer), method="POST")
    assert len(asked) == times


def test_a_post_without_an_answer_is_not_sent_again() -> None:
    _, asked, _ = failed(breaks_off(b""), method="POST")
    assert len(asked) == 1


def test_redirects_end() -> None:
    error, asked, _ = failed(says(message(302, Location="/a")))
    assert error.outcome is Outcome.INVALID
    assert len(asked) == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1"])
def test_redirects_go_to_http_only(target: str) -> None:
    error, _, _ = failed(says(message(302, Location=target)))
    assert error.outcome is Outcome.INVALID
    assert "where it is not to go" in str(error)


def test_an_upload_is_not_redirected(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"bytes")
    with serving({"/a": says(message(307, Location="/b")), "/b": says(OK)}) as server, Client(QUICK) as client:
        with pytest.raises(HttpError, match="redirected"):
            client.upload(f"{server.url}/a", tmp_path / "file")
        assert [asked.target for asked in server.asked] == ["/a"]


def test_another_host_gets_neither_headers_nor_parameters() -> None:
    with serving({"/b": says(OK)}) as other, serving({"/a": says(message(302, Location=f"{other.url}/b"))}) as server:
        with Client(QUICK) as client:
            headers: dict[str, str | Secret] = {
                "Authorization": Secret(f"Bearer {CANARY}"),
                "X-Key": Secret(CANARY),
                "Accept": "text/x",
            }
            client.request("GET", f"{server.url}/a", headers=headers, params={"key": Secret(CANARY)})
        assert "authorization" in server.asked[0].headers
        assert "authorization" not in other.asked[0].headers
        assert other.asked[0].headers["accept"] == "text/x"
        assert "c4nary" not in str(other.asked)


def test_the_same_host_gets_the_headers_again() -> None:
    with serving({"/a": says(message(302, Location="/b")), "/b": says(OK)}) as server, Client(QUICK) as client:
        client.request("GET", f"{server.url}/a", headers={"Authorization": Secret(CANARY)})
        assert server.asked[1].headers["authorization"] == CANARY


def test_netrc_and_cookies_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password hidden\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with serving({"/a": says(message(200, b"", Set_Cookie="a=b; Path=/"))}) as server, Client(QUICK) as client:
        for _ in range(2):
            client.request("GET", f"{server.url}/a")
        assert all({"cookie", "authorization"}.isdisjoint(asked.headers) for asked in server.asked)


def write_certificate(path: Path) -> None:
    """Write a key and a certificate for loopback that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *form)
        + certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )


def test_certificates_are_checked(tmp_path: Path) -> None:
    write_certificate(tmp_path / "self-signed.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "self-signed.pem")

    def serve(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            context.wrap_socket(listening.accept()[0], server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, args=[listening], daemon=True).start()
        with Client(QUICK) as client, pytest.raises(HttpError, match="no trust in the server: self") as caught:
            client.request("GET", f"https://127.0.0.1:{listening.getsockname()[1]}/a")
    assert caught.value.outcome is Outcome.INVALID


@pytest.mark.parametrize(
    "behaviour",
    [
        says(message(500, CANARY.encode())),
        breaks_off(b""),
        says(message(302, Location=f"ftp://{CANARY}")),
        says(message(403)),
    ],
)
def test_nothing_secret_is_said(behaviour: Behaviour, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving({"/a": behaviour}) as server, Client(QUICK) as client:
        url = server.url.replace("//", "//me:passw0rd@") + "/a"
        with pytest.raises(HttpError) as caught:
            client.request(
                "GET", url, params={"apikey": Secret(CANARY)}, headers={"Authorization": Secret(f"Bearer {CANARY}")}
            )
        assert "c4nary" in server.asked[0].target
        assert CANARY in server.asked[0].headers["authorization"]
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    told += "".join(str(record.__dict__) for record in caplog.records)
    assert "c4nary" not in told
    assert "passw0rd" not in told
    assert caplog.records, "the library logs its requests"


@pytest.mark.parametrize("url", ["ftp://host/a", "/etc/passwd", "file:///etc/passwd", ""])
def test_only_http(url: str) -> None:
    with Client(QUICK) as client, pytest.raises(UsageError, match="not an http or https URL"):
        client.request("GET", url)


@pytest.mark.parametrize("url", ["http://[::1/a", "http://a b/", "http://" + "a" * 300 + "/"])
def test_impossible_urls_are_errors_of_ours(url: str) -> None:
    with Client(QUICK) as client, pytest.raises(HttpError):
        client.request("GET", url)


def test_offline_forbids_even_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_OFFLINE", "1")
    with serving({"/a": says(OK)}) as server, Client(QUICK) as client:
        with pytest.raises(UsageError, match="unset MUSICDATA_OFFLINE"):
            client.request("GET", f"{server.url}/a")
        assert not server.asked


DATA = bytes(range(256)) * 1000
DIGEST = hashlib.sha256(DATA).hexdigest()


def serves(data: bytes, breaks_at: int = 0, etag: str = '"one"', ranges: bool = True) -> Behaviour:
    """Serve a file as a store does; the first time only up to a byte."""

    def behave(connection: socket.socket, asked: Asked, number: int) -> None:
        told = asked.headers.get("range", "bytes=0-") if ranges else "bytes=0-"
        start = int(told.removeprefix("bytes=").removesuffix("-"))
        if asked.headers.get("if-range", etag) != etag:
            start = 0
        span = {"Content_Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        answer = message(206 if start else 200, data[start:], ETag=etag, **span)
        if breaks_at and not number:
            connection.sendall(answer[: len(answer) - len(data) + breaks_at])
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(answer)

    return behave


def fetch(server_url: str, path: Path) -> None:
    with Client(QUICK) as client:
        client.download(f"{server_url}/a", path, sha256=DIGEST, size=len(DATA))


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_download_goes_on_where_it_ended(tmp_path: Path, ranges: bool) -> None:
    with serving({"/a": serves(DATA, breaks_at=100_000, ranges=ranges)}) as server:
        fetch(server.url, tmp_path / "file")
        assert [asked.headers.get("range") for asked in server.asked] == [None, "bytes=65536-"]
        assert server.asked[1].headers["if-range"] == '"one"'
    assert (tmp_path / "file").read_bytes() == DATA
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_another_process_goes_on_too(tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(DATA[:7000])
    with serving({"/a": serves(DATA)}) as server:
        fetch(server.url, tmp_path / "file")
        assert [asked.headers.get("range") for asked in server.asked] == ["bytes=7000-"]
    assert (tmp_path / "file").read_bytes() == DATA


@pytest.mark.parametrize("left", [b"something else", DATA[:-1] + b"!", DATA + b"more"])
def test_a_beginning_of_something_else_is_thrown_away(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "file.part").write_bytes(left)
    with serving({"/a": serves(DATA)}) as server:
        fetch(server.url, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == DATA


def test_a_whole_part_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(DATA)
    with serving({}) as server:
        fetch(server.url, tmp_path / "file")
        assert not server.asked
    assert (tmp_path / "file").read_bytes() == DATA


def test_a_range_from_elsewhere_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(DATA[:7000])
    wrong = message(206, DATA[5:], Content_Range=f"bytes 5-{len(DATA) - 1}/{len(DATA)}")
    with serving({"/a": says(wrong, message(200, DATA))}) as server:
        fetch(server.url, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == DATA


def test_other_content_is_found_and_not_kept(tmp_path: Path) -> None:
    with serving({"/a": says(message(200, DATA[:-1] + b"!"))}) as server, pytest.raises(IntegrityError, match=DIGEST):
        fetch(server.url, tmp_path / "file")
    assert not list(tmp_path.iterdir())


def test_more_than_was_announced_is_not_taken(tmp_path: Path) -> None:
    with serving({"/a": says(message(200, DATA + b"!"))}) as server, pytest.raises(HttpError, match="more than"):
        fetch(server.url, tmp_path / "file")
    assert not (tmp_path / "file").exists()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 0


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    digest = hashlib.sha256().hexdigest()
    with serving({"/a": says(message(200))}) as server, Client(QUICK) as client:
        client.download(f"{server.url}/a", tmp_path / "file", sha256=digest, size=0)
        client.upload(f"{server.url}/a", tmp_path / "empty")
        assert server.asked[-1].headers["content-length"] == "0"
    assert (tmp_path / "file").read_bytes() == b""


def test_an_upload_is_sent_whole_again_after_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(DATA)
    with serving({"/a": says(message(503), message(201, b"{}"))}) as server, Client(QUICK) as client:
        assert client.upload(f"{server.url}/a", tmp_path / "file").status == 201
        assert [asked.body == DATA for asked in server.asked] == [True, True]


def test_the_digest_of_what_is_there(tmp_path: Path) -> None:
    with serving({"/a": says(message(200, DATA))}) as server, Client(QUICK) as client:
        assert client.sha256(f"{server.url}/a", len(DATA)) == DIGEST
        with pytest.raises(HttpError, match="more than"):
            client.sha256(f"{server.url}/a", len(DATA) - 1)

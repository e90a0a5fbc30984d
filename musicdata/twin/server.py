"""A server on loopback for one service: keeps connections alive, serves ranges, breaks off where a fault says so."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from musicdata.errors import SetupError
from musicdata.twin.exchange import Asked, Reply
from musicdata.twin.faults import Faults, Kind
from musicdata.twin.misbehaving import refusal, spoilt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DRIP_S = 0.05
_LARGEST_POST = 1 << 16
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_OF_CONNECTION = frozenset({Kind.STALL, Kind.DRIP, Kind.SHORT})


@dataclass(frozen=True, slots=True)
class Request:
    """A line of the log.

    Attributes:
        service: that was asked.
        method: of HTTP.
        path: without query.
        query: parameter → value; keys are left out.
        at_s: when it came, of the monotonic clock.
        status: that was answered; 0 when no whole answer was.
        fault: what went wrong on purpose; empty when nothing did.
    """

    service: str
    method: str
    path: str
    query: Mapping[str, str]
    at_s: float
    status: int
    fault: str = ""


class Server(ThreadingHTTPServer):
    """Serves one service on a port of its own.

    Args:
        service: its name.
        answer: what it says to a request.
        revoke: makes the token of a request worthless; for the fault that does this.
        port: 0 takes a free one.

    Raises:
        SetupError: the port is taken.
        log: every request is appended here.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        service: str,
        answer: Callable[[Asked], Reply],
        log: list[Request],
        revoke: Callable[[Asked], None] | None = None,
        port: int = 0,
    ) -> None:
        self.service = service
        self.answer = answer
        self.log = log
        self.revoke = revoke
        self.faults = Faults.none()
        self.closing = threading.Event()
        self._open: set[Any] = set()
        self._lock = threading.Lock()
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise SetupError(
                f"port {port} on 127.0.0.1: {error.strerror}; end what uses it, or name another"
            ) from error
        self._thread = threading.Thread(target=self.serve_forever, args=[0.02], name=f"twin {service}", daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        """Return ``http://127.0.0.1:port``."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def close(self) -> None:
        """Close the port and every connection."""
        self.closing.set()
        self.shutdown()
        self._thread.join()
        with self._lock:
            still_open = list(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):
                connection.shutdown(2)  # both ways: its thread ends and closes it
        self.server_close()
        end_s = time.monotonic() + 2.0
        while self._open and time.monotonic() < end_s:
            time.sleep(0.002)

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection and remember it."""
        connection, address = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection and forget it."""
        super().shutdown_request(request)
        with self._lock:
            self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about clients that went away; tell everything else as usual."""
        import sys

        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "musicdata-twin"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    timeout = 120

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Print nothing: the log is `Server.log`."""

    def do_GET(self) -> None:
        """Answer."""
        arrived_s = time.monotonic()
        asked = self._asked()
        server, faults = self.server, self.server.faults
        kind = None
        if faults.is_used_up(server.service) and asked.path != "/api/token":
            reply = refusal(server.service, faults)
        else:
            reply = server.answer(asked)
            if kind := faults.strike(reply.target, server.service):
                if kind is Kind.REPEATED_PAGE:
                    reply = server.answer(replace(asked, query={**asked.query, "offset": "0"}))
                reply = spoilt(reply, kind, server.service, faults, asked)
                if kind is Kind.TOKEN_EXPIRED and server.revoke:
                    server.revoke(asked)
        body = reply.body() if reply.body else json.dumps(reply.payload, ensure_ascii=False).encode()
        status, span = self._span(reply, len(body), asked)
        logged = 0 if kind in _OF_CONNECTION else status
        query = {name: value for name, value in asked.query.items() if name != "apikey"}
        server.log.append(Request(server.service, asked.method, asked.path, query, arrived_s, logged, kind or ""))
        self._say(reply, status, body, span, kind)

    do_HEAD = do_POST = do_GET  # noqa: N815

    def _asked(self) -> Asked:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = headers.get("content-length", "0")
        body = self.rfile.read(min(int(length), _LARGEST_POST)) if length.isdigit() else b""
        query: dict[str, str] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            query.setdefault(name, value)
        return Asked(
            self.command or "",
            parts.path,
            query,
            headers,
            body,
            f"http://{headers.get('host', self.server.origin.removeprefix('http://'))}",
        )

    def _span(self, reply: Reply, size: int, asked: Asked) -> tuple[int, tuple[int, int]]:
        """Return the status and which bytes are asked for: ranges are for files only."""
        byte_range = _RANGE.fullmatch(asked.headers.get("range", "").strip())
        if reply.body is None or byte_range is None or byte_range[1] == byte_range[2] == "":
            return reply.status, (0, size)
        if byte_range[1] == "":
            return 206, (max(0, size - int(byte_range[2])), size)
        first, last = int(byte_range[1]), min(int(byte_range[2] or size - 1), size - 1)
        return (206, (first, last + 1)) if first <= last else (416, (0, 0))

    def _say(self, reply: Reply, status: int, body: bytes, span: tuple[int, int], kind: Kind | None) -> None:
        """Send the answer, or as much of it as the fault allows."""
        if kind is Kind.STALL:
            self.server.closing.wait(self.server.faults.stall_s)
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(span[1] - span[0]))
        if reply.body:
            self.send_header("Accept-Ranges", "bytes")
        if status == 206:
            self.send_header("Content-Range", f"bytes {span[0]}-{span[1] - 1}/{len(body)}")
        elif status == 416:
            self.send_header("Content-Range", f"bytes */{len(body)}")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        part = body[span[0] : span[1]]
        if self.command == "HEAD":
            return
        if kind is Kind.DRIP:
            self._drip(part)
        elif kind is Kind.SHORT:
            self.wfile.write(part[: len(part) // 2])
            self.close_connection = True
        else:
            self.wfile.write(part)

    def _drip(self, body: bytes) -> None:
        self.close_connection = True
        end_s = time.monotonic() + self.server.faults.stall_s
        for place in range(len(body) - 1):
            self.wfile.write(body[place : place + 1])
            self.wfile.flush()
            if time.monotonic() >= end_s or self.server.closing.wait(_DRIP_S):
                return

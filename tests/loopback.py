"""A server on loopback that says exactly what a test writes, byte by byte, and notes what it was asked."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Asked:
    """One request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at_s: float = field(default_factory=time.monotonic)


Behaviour = Callable[[socket.socket, Asked, int], None]


class Loopback:
    """Answers each request by what stands for its path; `asked` has every request, in order."""

    def __init__(self, behaviours: dict[str, Behaviour]) -> None:
        self._behaviours = behaviours
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.asked: list[Asked] = []
        self.open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.open.append(connection)
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as file:
            while line := file.readline():
                method, target, _ = line.decode().split(" ", 2)
                headers = {}
                while (line := file.readline()).strip():
                    name, _, value = line.decode().partition(":")
                    headers[name.lower()] = value.strip()
                body = file.read(int(headers.get("content-length", 0)))
                path = target.partition("?")[0]
                n_before = sum(asked.target.partition("?")[0] == path for asked in self.asked)
                self.asked.append(asked := Asked(method, target, headers, body))
                self._behaviours[path](connection, asked, n_before)

    def close(self) -> None:
        for connection in (self._socket, *self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


@contextlib.contextmanager
def serving(behaviours: dict[str, Behaviour]) -> Iterator[Loopback]:
    """Serve until the block ends."""
    server = Loopback(behaviours)
    try:
        yield server
    finally:
        server.close()


def message(status: int, body: bytes = b"", **headers: Any) -> bytes:
    """Return a whole answer; `Retry_After=3` is the header ``Retry-After: 3``."""
    lines = {"Content-Length": len(body)} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
    return f"HTTP/1.1 {status} Status\r\n{head}\r\n".encode() + body


def says(*answers: bytes) -> Behaviour:
    """Answer the first request with the first of these, the next with the next; the last one for ever."""

    def behave(connection: socket.socket, asked: Asked, number: int) -> None:
        connection.sendall(answers[min(number, len(answers) - 1)])

    return behave


def breaks_off(after: bytes) -> Behaviour:
    """Say this much, then close the connection."""

    def behave(connection: socket.socket, asked: Asked, number: int) -> None:
        connection.sendall(after)
        connection.shutdown(socket.SHUT_RDWR)

    return behave


def drips(start: bytes, drop: bytes, every_s: float = 0.05) -> Behaviour:
    """Say this much, then a drop now and then, for ever; without a drop it only stays silent."""

    def behave(connection: socket.socket, asked: Asked, number: int) -> None:
        connection.sendall(start)
        while True:
            time.sleep(every_s)
            connection.sendall(drop)

    return behave

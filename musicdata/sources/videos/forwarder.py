"""A proxy on this machine for ffmpeg, which opens sockets of its own when it fetches a section of a video.

Everything it asks for is connected from this process, so that what holds for this process's sockets
(`musicdata.system.http.addresses.ProcessGuard`) holds for ffmpeg's.
"""

from __future__ import annotations

import contextlib
import selectors
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from musicdata.system.http.addresses import accept, connect, listen

if TYPE_CHECKING:
    import socket

_HEAD_BYTES = 64 << 10
_CHUNK_BYTES = 64 << 10
_IDLE_S = 60.0
_REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_CONNECTED = b"HTTP/1.1 200 Connected\r\n\r\n"


def start() -> str:
    """Start the proxy in threads of this process; return its address."""
    server = listen()
    threading.Thread(target=_serve, args=[server], daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def _serve(server: socket.socket) -> None:
    while True:
        threading.Thread(target=_forward, args=[accept(server)], daemon=True).start()


def _forward(client: socket.socket) -> None:
    with client, contextlib.suppress(OSError, ValueError):
        head, rest = _head(client)
        try:
            server, first = _opened(head)
        except (OSError, ValueError):
            client.sendall(_REFUSED)
            return
        with server:
            client.sendall(_CONNECTED) if not first else server.sendall(first)
            server.sendall(rest)
            _pump(client, server)


def _head(client: socket.socket) -> tuple[list[bytes], bytes]:
    """Return the lines of a request's head, and what came after it."""
    client.settimeout(_IDLE_S)
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = client.recv(_CHUNK_BYTES)
        if not chunk or len(data) > _HEAD_BYTES:
            raise ValueError("no head of a request")
        data += chunk
    head, _, rest = data.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), rest


def _opened(head: list[bytes]) -> tuple[socket.socket, bytes]:
    """Return a connection to where a request leads, and what to say there first; nothing for a tunnel."""
    method, target, version = head[0].decode("latin-1").split(" ")
    if method == "CONNECT":
        parts = urlsplit(f"//{target}")
        return connect(parts.hostname or "", parts.port or 443, _IDLE_S), b""
    parts = urlsplit(target)
    if parts.scheme != "http":
        raise ValueError("neither a tunnel nor http")
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    kept = [line for line in head[1:] if not line.lower().startswith((b"proxy-", b"connection:"))]
    lines = [f"{method} {path} {version}".encode("latin-1"), *kept, b"Connection: close"]
    return connect(parts.hostname or "", parts.port or 80, _IDLE_S), b"\r\n".join(lines) + b"\r\n\r\n"


def _pump(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes on both ways until one side has no more to say."""
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while ready := selector.select(_IDLE_S):
            for key, _ in ready:
                chunk = key.fileobj.recv(_CHUNK_BYTES)  # type: ignore[union-attr]  # a socket, as registered
                if not chunk:
                    return
                key.data.sendall(chunk)

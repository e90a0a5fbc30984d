"""The page as it is: `musicdata view` in a process of its own, asked over its socket."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/enter\?token=(\S+)")


@dataclass
class Served:
    """A running page; `cookie` is that of the browser that was let in."""

    process: subprocess.Popen[str]
    port: int
    token: str
    cookie: str = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/enter?token={self.token}"

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def raw(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send bytes as they are; return status, headers and body; status 0 where there was no answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request)
            answer = http.client.HTTPResponse(connection)
            try:
                answer.begin()
                body = answer.read()
            except (http.client.HTTPException, OSError):
                return 0, {}, b""
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body

    def get(self, target: str, headers: dict[str, str] | None = None, method: str = "GET", body: bytes = b"") -> Any:
        """Ask as the page does, unless headers say otherwise; a header that is "" is left out."""
        given = {
            "Host": f"127.0.0.1:{self.port}",
            "Cookie": f"musicdata-{self.port}={self.cookie}",
            "Connection": "close",
        } | (headers or {})
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items() if value)]
        return self.raw("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def ask(self, name: str, **fields: object) -> tuple[int, Any]:
        query = urllib.parse.urlencode({key: value for key, value in fields.items() if value is not None})
        status, _, body = self.get(f"/api/{name}?{query}")
        return status, json.loads(body)

    def enter(self) -> str:
        """Be let in, and return the cookie."""
        status, headers, _ = self.get(f"/enter?token={self.token}", {"Cookie": ""})
        assert status == 303, status
        self.cookie = headers["set-cookie"].partition("=")[2].partition(";")[0]
        given: str = headers["set-cookie"]
        return given


@contextlib.contextmanager
def serving(path: Path, *options: str) -> Iterator[Served]:
    """Start the page of a workspace or a release on a free port, and stop it as Ctrl-C does."""
    command = [sys.executable, "-m", "musicdata.cli", "view", str(path), "--no-browser", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout is not None
        found = ADDRESS.search(process.stdout.readline())
        assert found, "the page did not start"
        yield Served(process, int(found[1]), found[2])
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)
        process.stdout.close() if process.stdout else None

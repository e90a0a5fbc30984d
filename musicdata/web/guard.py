"""Who may ask: this machine's own browser, which was given a cookie for a token that stood in one address.

Another page in that browser can send requests here, and make a name of its own point here. Therefore the `Host` must be
ours, `Origin` and `Sec-Fetch-Site` must say that our own page asks, and every answer says that it may not be framed,
embedded, kept, or run anything that is not ours.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_TARGET_BYTES = 9216
"""Of path and query."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


@dataclass
class Pass:
    """What a browser shows to be let in.

    Attributes:
        token: stands in the address that the command prints; it opens once.
        session: the value of the cookie from then on.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    is_used: bool = False

    def take(self, token: str) -> bool:
        """Say whether a token opens, and use it up."""
        fits = not self.is_used and hmac.compare_digest(token.encode(), self.token.encode())
        self.is_used |= fits
        return fits


class _RefusedError(Exception):
    def __init__(self, status: int, what: str, remedy: str) -> None:
        super().__init__(what)
        self.status, self.what, self.remedy = status, what, remedy


class Guard:
    """Lets in what may ask, and puts the headers on every answer.

    Args:
        app: what answers.
        names: names and addresses of this machine that a `Host` may have, without the port.
        port: that is listened on.
        pass_: see `Pass`.
        posts: path → bytes that may be sent there; every other path takes GET and HEAD only.
    """

    def __init__(
        self, app: ASGIApp, names: Iterable[str], port: int, pass_: Pass, posts: dict[str, int] | None = None
    ) -> None:
        self._app, self._pass, self._posts = app, pass_, posts or {}
        self._hosts = {f"{name}:{port}" for name in names}
        self._cookie = f"musicdata-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # a websocket: there is none here
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            entered = self._let_in(scope)
        except _RefusedError as refusal:
            facts = {"what": refusal.what, "where": "request", "remedy": refusal.remedy}
            await self._answer(send, refusal.status, json.dumps(facts).encode(), {"content-type": "application/json"})
            return
        if entered:
            cookie = f"{self._cookie}={self._pass.session}; Path=/; HttpOnly; SameSite=Strict"
            await self._answer(send, 303, b"", {"location": "/", "set-cookie": cookie})
            return
        await self._app(scope, receive, _dressed(send))

    async def _answer(self, send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
        given = headers | HEADERS | {"content-length": str(len(body))}
        raw = [(name.encode(), value.encode()) for name, value in given.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def _let_in(self, scope: Scope) -> bool:
        """Refuse what may not ask; say whether the request came in by the token."""
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        self._require_ours(headers)
        method, path = scope["method"], scope["path"]
        is_post = method == "POST" and path in self._posts
        if method not in ("GET", "HEAD") and not is_post:
            raise _RefusedError(405, "this can be read only", "ask with GET")
        if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_TARGET_BYTES:
            raise _RefusedError(414, "the address is too long", f"{MAX_TARGET_BYTES} bytes at most")
        if path == "/enter":
            if self._enters(scope["query_string"], headers):
                return True
            raise _RefusedError(401, "this address has been used, or is not the one", "start musicdata view again")
        if not self._has_cookie(headers):
            raise _RefusedError(401, "this browser was not let in", "open the address that musicdata view printed")
        if is_post:
            self._require_size(headers, self._posts[path])
        return False

    def _require_ours(self, headers: dict[str, list[str]]) -> None:
        hosts = headers.get("host", [])
        if len(hosts) != 1:
            raise _RefusedError(400, "the request has no Host, or several", "give one")
        if hosts[0].lower() not in self._hosts:
            raise _RefusedError(421, "this server is not what that Host names", "open the address that was printed")
        own = f"http://{hosts[0].lower()}"
        if any(origin.lower() != own for origin in headers.get("origin", [])):
            raise _RefusedError(403, "another page asks", "ask from the page itself")
        if any(site not in ("same-origin", "none") for site in headers.get("sec-fetch-site", [])):
            raise _RefusedError(403, "another page asks", "ask from the page itself")

    def _enters(self, query: bytes, headers: dict[str, list[str]]) -> bool:
        fields = parse_qsl(query.decode("latin-1"), max_num_fields=8) if len(query) < 200 else []
        tokens = [value for name, value in fields if name == "token"]
        return self._has_cookie(headers) or (len(tokens) == 1 and self._pass.take(tokens[0]))

    def _has_cookie(self, headers: dict[str, list[str]]) -> bool:
        given = [pair.strip().partition("=") for line in headers.get("cookie", []) for pair in line.split(";")]
        values = [value for name, _, value in given if name == self._cookie]
        return len(values) == 1 and hmac.compare_digest(values[0].encode(), self._pass.session.encode())

    def _require_size(self, headers: dict[str, list[str]], most: int) -> None:
        if not headers.get("origin"):
            raise _RefusedError(403, "nobody says which page sends this", "send it from the page itself")
        length = headers.get("content-length", [""])[0]
        if not (length.isascii() and length.isdigit() and len(length) < 12):
            raise _RefusedError(411, "the request does not say how long it is", "send Content-Length")
        if int(length) > most:
            raise _RefusedError(413, "the file is too large", f"{most // 10**6} MB at most")


def _dressed(send: Send) -> Send:
    """Return a `send` that puts the headers on."""
    kept = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = [(name, value) for name, value in message["headers"] if name.decode().lower() not in HEADERS]
            message = {**message, "headers": [*there, *kept]}
        await send(message)

    return dressed

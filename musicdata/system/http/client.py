"""Makes calls."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json as jsons
import ssl
import time
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from musicdata import settings
from musicdata.errors import IntegrityError, UsageError
from musicdata.settings import Secret
from musicdata.settings.reach import Reach, place_of
from musicdata.system import paths
from musicdata.system.digests import sha256_of_file
from musicdata.system.files import move_whole, storage_faults
from musicdata.system.http.addresses import ForbiddenAddressError, leads_inside, require_permitted
from musicdata.system.http.outcome import Fault, HttpError, Limits, Outcome, fault_of, public
from musicdata.system.http.resumable import ResumableFile
from musicdata.system.http.watchdog import TooLongError, Watch, WatchedAdapter, innermost, never_connected
from musicdata.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

_T = TypeVar("_T")
_MAX_REDIRECTS = 5
_PASSED_ON = {"accept", "accept-encoding", "range", "if-range"}  # to another host
_FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer: status, headers by lower-case name, and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Any:
        """Return the body as JSON.

        Raises:
            HttpError: it is none; the outcome is `invalid`.
        """
        with contextlib.suppress(ValueError, RecursionError):
            return jsons.loads(self.body)
        raise HttpError(f"{self.url}: {len(self.body):,} bytes, which are not JSON", Outcome.INVALID, self.status)


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is asked for; headers and body are made anew for every attempt."""

    method: str
    url: str
    params: Mapping[str, str | Secret] = field(default_factory=dict)
    headers: Callable[[], Mapping[str, str | Secret]] = dict
    body: Callable[[], bytes | BinaryIO | None] = lambda: None


class Client:
    """Calls over connections that are kept open between them; to be used by one thread at a time.

    Args:
        limits: of each call.
        reach: where calls may lead, their first address too. None: the first address is anywhere, redirects lead to
            public addresses only, unless the first is not public itself.
    """

    def __init__(self, limits: Limits | None = None, reach: Reach | None = None) -> None:
        settings.guard_logs()
        self.limits = limits or Limits()
        self._reach = reach
        self._session = requests.Session()
        self._session.auth = _as_it_is  # else requests looks for a password in ~/.netrc
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update({"User-Agent": f"musicdata/{__version__}", "Accept-Encoding": "identity"})
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, WatchedAdapter())

    def __enter__(self) -> Client:
        """Return the client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        self._session.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | Secret] | None = None,
        headers: Mapping[str, str | Secret] | None = None,
        json: object = None,
        limits: Limits | None = None,
    ) -> Reply:
        """Make a call whose answer is small.

        Raises:
            HttpError: the answer is no success, or none came; `outcome` says of which kind it is.
            UsageError: the URL is not http(s), or the network is forbidden.
        """
        limits = limits or self.limits
        content = None if json is None else jsons.dumps(json).encode()
        given: dict[str, str | Secret] = {} if content is None else {"Content-Type": "application/json"}
        given |= headers or {}

        def take(response: requests.Response, watch: Watch) -> Reply:
            return _reply(response, b"".join(watch.chunks(response, limits.max_bytes)))

        return self._run(_Ask(method, url, params or {}, lambda: given, lambda: content), limits, take)

    def upload(
        self, url: str, path: Path, *, headers: Mapping[str, str | Secret] | None = None, limits: Limits | None = None
    ) -> Reply:
        """PUT a file, streamed from the disk.

        Raises:
            HttpError: it did not get there.
        """
        size = path.stat().st_size
        limits = (limits or self.limits).for_bytes(size)
        given: dict[str, str | Secret] = {"Content-Type": "application/octet-stream"}
        given |= headers or {}

        def take(response: requests.Response, watch: Watch) -> Reply:
            return _reply(response, b"".join(watch.chunks(response, limits.max_bytes)))

        ask = _Ask("PUT", url, headers=lambda: given, body=lambda: paths.open_regular(path) if size else b"")
        return self._run(ask, limits, take)

    def sha256(self, url: str, size: int, *, headers: Mapping[str, str | Secret] | None = None) -> str:
        """Return the sha256 of the body at a URL, of at most `size` bytes, without keeping it.

        Raises:
            HttpError: it could not be read, or is longer.
        """

        def take(response: requests.Response, watch: Watch) -> str:
            digest = hashlib.sha256()
            for chunk in watch.chunks(response, size):
                digest.update(chunk)
            return digest.hexdigest()

        given = headers or {}
        return self._run(_Ask("GET", url, headers=lambda: given), self.limits.for_bytes(size), take)

    def download(
        self,
        url: str,
        path: Path,
        *,
        sha256: str,
        size: int,
        headers: Mapping[str, str | Secret] | None = None,
    ) -> None:
        """Fetch a file of known content; it appears at `path` whole, or not at all.

        What a broken call got stays beside it as `<name>.part`, and the next call, of this process or another, goes on
        from there if the server can serve ranges.

        Raises:
            HttpError: the transfer broke off, or the body is longer than `size`.
            IntegrityError: its sha256 is another.
        """
        part = ResumableFile(path.with_name(f"{path.name}.part"), size, headers or {})
        limits = self.limits.for_bytes(size)
        ask = _Ask("GET", url, headers=part.headers)
        goes_on = part.length() > 0
        while True:
            if not part.path.is_file() or part.length() < size:
                self._run(ask, limits, part.take)
            if (digest := sha256_of_file(part.path)) == sha256:
                break
            part.path.unlink()
            if not goes_on:
                raise IntegrityError(f"{public(url)}: its sha256 is {digest}, expected {sha256}")
            goes_on = False
        with storage_faults(path, size):
            move_whole(part.path, path)

    def _run(self, ask: _Ask, limits: Limits, take: Callable[[requests.Response, Watch], _T | Fault]) -> _T:
        where = f"{ask.method} {public(ask.url)}"
        if not _is_http(ask.url):
            raise UsageError(f"{public(ask.url)} is not an http or https URL")
        settings.require_network(where)
        end_s = time.monotonic() + limits.deadline_s
        for attempt in itertools.count(1):
            result = self._try(ask, limits, Watch(end_s), take)
            if not isinstance(result, Fault):
                return result
            wait_s = result.next_wait(ask.method, attempt, limits, end_s - time.monotonic())
            if isinstance(wait_s, str):
                tried = f", {attempt} attempts" if attempt > 1 else ""
                message, detail = f"{where}: {result.text}{tried}. {wait_s}", f"{where}: {result.text}"
                raise HttpError(message, result.outcome, result.status, result.wait_s, result.reason, detail)
            time.sleep(wait_s)
        raise AssertionError("counting has no end")

    def _try(
        self, ask: _Ask, limits: Limits, watch: Watch, take: Callable[[requests.Response, Watch], _T | Fault]
    ) -> _T | Fault:
        """Make one attempt; errors become faults here, so that none is the context of what is raised."""
        result: _T | Fault
        with watch, contextlib.ExitStack() as stack:
            try:
                response = self._answer(ask, limits, watch, stack)
                result = response if isinstance(response, Fault) else _refused(response, watch) or take(response, watch)
            except TooLongError as error:
                return Fault(Outcome.INVALID, str(error))
            except _FAULTS as error:
                result = _fault(error)
        # A body that ends with its connection would look whole; the socket's own limit may end just before the watch.
        if watch.has_ended or (isinstance(result, Fault) and watch.left_s() <= 0):
            return Fault(Outcome.TRANSIENT, f"no whole answer within {limits.deadline_s:g} s")
        return result

    def _answer(
        self, ask: _Ask, limits: Limits, watch: Watch, stack: contextlib.ExitStack
    ) -> requests.Response | Fault:
        """Send the request, and follow the redirects that may be followed; the answer's body is yet to be read."""
        url, params, headers, body = ask.url, _revealed(ask.params), _revealed(ask.headers()), ask.body()
        if body is not None and not isinstance(body, bytes):
            stack.enter_context(body)
        place = place_of(url)
        watch.reach = self._reach or Reach(None, frozenset({place} if place else ()))
        for _ in range(_MAX_REDIRECTS + 1):
            require_permitted(url, watch.reach)
            left_s = max(watch.left_s(), 0.001)
            response = self._session.request(
                ask.method,
                url,
                params=params,
                headers=headers,
                data=body,
                stream=True,
                allow_redirects=False,
                timeout=(min(limits.stall_s, left_s / 2), min(limits.stall_s, left_s)),  # a name may have two addresses
            )
            stack.callback(response.close)
            if not response.is_redirect:
                return response
            target = urljoin(url, response.headers["Location"])
            if ask.method not in ("GET", "HEAD") or not _is_http(target):
                return Fault(Outcome.INVALID, f"redirected to {public(target)}, where it is not to go", 301)
            if self._reach is None and url == ask.url:
                watch.reach = replace(watch.reach, inside=place is not None and leads_inside(*place))
            if _origin(target) != _origin(url):
                headers = {name: value for name, value in headers.items() if name.lower() in _PASSED_ON}
            url, params = target, {}
        return Fault(Outcome.INVALID, f"redirected more than {_MAX_REDIRECTS} times, at last to {public(url)}", 301)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _revealed(values: Mapping[str, str | Secret]) -> dict[str, str]:
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in values.items()}


def _is_http(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _reply(response: requests.Response, body: bytes) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, body, public(str(response.url)))


def _refused(response: requests.Response, watch: Watch) -> Fault | None:
    """Return the fault of an answer that is no success."""
    if 200 <= response.status_code < 300:
        return None
    body = b""
    with contextlib.suppress(*_FAULTS, TooLongError):
        body = next(watch.chunks(response, 1 << 16), b"")
    return fault_of(response.status_code, response.headers, body.decode("utf-8", "replace"))


def _fault(error: Exception) -> Fault:
    """Return the fault of an attempt that ended in an error; no library's text is in it, for those show the URL."""
    cause = innermost(error)
    if isinstance(cause, ForbiddenAddressError):
        return Fault(Outcome.INVALID, f"{cause}", reason="forbidden_address")
    if isinstance(cause, ssl.SSLError):
        return Fault(Outcome.INVALID, f"no trust in the server: {getattr(cause, 'verify_message', '') or cause.reason}")
    if isinstance(cause, ValueError) or isinstance(error, requests.exceptions.InvalidURL):
        return Fault(Outcome.INVALID, "not a URL, or not a header, that can be sent")
    reason = "no byte moved" if isinstance(cause, TimeoutError) else getattr(cause, "strerror", "")
    unsent = never_connected(error) or isinstance(error, requests.ConnectTimeout)
    return Fault(Outcome.TRANSIENT, reason or f"the connection broke ({type(cause).__name__})", unsent=unsent)

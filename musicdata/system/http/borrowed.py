"""A session of requests to lend to a library that wants to make its own calls.

What holds for our own calls holds for the library's: each ends within the deadline, bodies are capped, nothing is tried
again or slept over, no redirect, cookie or ~/.netrc is used, certificates are checked, and the keys it sends are kept
out of every log line and message.
"""

from __future__ import annotations

import contextlib
import io
import time
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import requests

from musicdata import settings
from musicdata.settings import Secret
from musicdata.system.http.addresses import require_permitted
from musicdata.system.http.client import _FAULTS, _as_it_is, _fault
from musicdata.system.http.outcome import HttpError, Limits, Outcome, fault_of, public
from musicdata.system.http.watchdog import TooLongError, Watch, WatchedAdapter
from musicdata.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.settings.reach import Reach

_SAID_BYTES = 4096


@dataclass(frozen=True, slots=True)
class LastResponse:
    """What a server answered last: libraries lose status and headers on the way to their errors.

    Attributes:
        status: the server's.
        headers: as it sent them.
        said: the beginning of the body.
        where: method and public part of the URL.
    """

    status: int
    headers: Mapping[str, str]
    said: str
    where: str

    def error(self, reason: str = "") -> HttpError:
        """Return the error that this answer is; an answer that says it is fine is one of the wrong shape."""
        if 200 <= self.status < 300:
            message = f"{self.where}: HTTP {self.status}, but not the answer that was expected"
            return HttpError(message, Outcome.INVALID, self.status, reason=reason or "wrong_shape")
        fault = fault_of(self.status, self.headers, self.said)
        return HttpError(f"{self.where}: {fault.text}", fault.outcome, fault.status, fault.wait_s, reason)


class BorrowedSession(requests.Session):
    """What a library takes for an ordinary session; to be used by one thread at a time.

    Attributes:
        limits: of each call; its `attempts` do not count: there is one.
        reach: where calls may lead; None for anywhere.
        heard: the last answer; None when the last call got none.
    """

    def __init__(self, limits: Limits | None = None, reach: Reach | None = None) -> None:
        super().__init__()
        settings.guard_logs()
        self.limits = limits or Limits()
        self.reach = reach
        self.heard: LastResponse | None = None
        self.auth = _as_it_is  # else requests looks for a password in ~/.netrc
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.update({"User-Agent": f"musicdata/{__version__}", "Accept-Encoding": "identity"})
        for scheme in ("http://", "https://"):
            self.mount(scheme, WatchedAdapter())

    def request(  # type: ignore[override]  # what a library says beside these, such as time-outs, does not count
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        **_ignored: Any,
    ) -> requests.Response:
        """Make one call and return the whole answer, whatever its status is; the library's time-outs do not count.

        Raises:
            HttpError: none came, in time or at all, or it is a redirect.
            UsageError: the network is forbidden.
        """
        self.heard = None
        where = f"{method} {public(url)}"
        settings.require_network(where)
        _keep_secret(headers or {})
        with Watch(time.monotonic() + self.limits.deadline_s) as watch:
            response = self._whole(where, watch, method=method, url=url, params=params, data=data, headers=headers)
        if watch.has_ended:  # a body that ends with its connection would look whole
            raise HttpError(f"{where}: no whole answer within {self.limits.deadline_s:g} s", Outcome.TRANSIENT)
        if isinstance(response, HttpError):
            raise response
        text = response.content[:_SAID_BYTES].decode("utf-8", "replace")
        self.heard = LastResponse(response.status_code, dict(response.headers), text, where)
        if response.is_redirect:
            target = public(response.headers["Location"])
            raise HttpError(f"{where}: redirected to {target}, where it is not to go", Outcome.INVALID, 301)
        return response

    def _whole(self, where: str, watch: Watch, **ask: Any) -> requests.Response | HttpError:
        """Return the answer with its body, or why there is none; the library's errors are not its context."""
        stall_s, left_s = self.limits.stall_s, max(watch.left_s(), 0.001)
        timeout = (min(stall_s, left_s / 2), min(stall_s, left_s))  # a name may have two addresses
        with contextlib.ExitStack() as stack:
            watch.reach = self.reach
            try:
                if self.reach is not None:
                    require_permitted(ask["url"], self.reach)
                response = super().request(**ask, stream=True, allow_redirects=False, timeout=timeout)
                stack.callback(response.raw.close)
                response.raw = io.BytesIO(b"".join(watch.chunks(response, self.limits.max_bytes)))
            except TooLongError as error:
                return HttpError(f"{where}: {error}", Outcome.INVALID, reason="too_long")
            except _FAULTS as error:
                fault = _fault(error)
                return HttpError(f"{where}: {fault.text}", fault.outcome, reason=fault.reason)
            stack.pop_all()  # all of it was read: the connection serves the next call
            return response


def _keep_secret(headers: Mapping[str, str]) -> None:
    """Take what the library signs in with for a secret from now on."""
    for name, value in headers.items():
        if name.lower() == "authorization":
            Secret(str(value).rpartition(" ")[2])

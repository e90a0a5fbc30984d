"""What becomes of a call: its limits, its outcome, and whether and when it is tried again."""

from __future__ import annotations

import email.utils
import enum
import math
import random
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from musicdata import settings
from musicdata.errors import TransferError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_WAIT_S = 10 * 365 * 86400.0


class Outcome(enum.StrEnum):
    """What became of a call, and so whether it is of use to try again."""

    OK = "ok"
    GONE = "gone"
    BLOCKED = "blocked"
    RATE_LIMITED = "rate_limited"
    TRANSIENT = "transient"
    INVALID = "invalid"


_OF_STATUS = dict.fromkeys((404, 410), Outcome.GONE)
_OF_STATUS |= dict.fromkeys((401, 402, 403, 407, 451), Outcome.BLOCKED)
_OF_STATUS |= dict.fromkeys((408, 500, 502, 503, 504), Outcome.TRANSIENT)
_OF_STATUS[429] = Outcome.RATE_LIMITED
_NOT_TAKEN = (429, 503)  # with these the server says that it did nothing
_ADVICE = {
    Outcome.GONE: "Check the address",
    Outcome.BLOCKED: "Check the key, and what it is allowed to do",
    Outcome.INVALID: "The same call would not end otherwise",
}


class HttpError(TransferError):
    """A call did not succeed.

    Attributes:
        outcome: of which kind.
        status: the server's, or None when it gave none.
        wait_s: seconds it asked to wait for, if it did.
        reason: short code of what went wrong, e.g. ``http_404``, ``no_answer``, ``geo``.
        detail: the message without advice and times, the same whenever it happens.
    """

    def __init__(
        self,
        message: str,
        outcome: Outcome,
        status: int | None = None,
        wait_s: float | None = None,
        reason: str = "",
        detail: str = "",
    ) -> None:
        super().__init__(settings.redact(message))
        self.detail = settings.redact(detail or message)
        self.outcome = outcome
        self.status = status
        self.wait_s = wait_s
        self.reason = reason or (f"http_{status}" if status else "no_answer")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a call may take.

    Attributes:
        deadline_s: seconds for everything, retries and waits included.
        stall_s: seconds without a byte.
        max_bytes: of a body that is read.
        attempts: at most.
        max_wait_s: seconds between two attempts, at most.
        first_wait_s: seconds before the second attempt; doubled for each further one.
    """

    deadline_s: float = 60.0
    stall_s: float = 20.0
    max_bytes: int = 8 << 20
    attempts: int = 4
    max_wait_s: float = 60.0
    first_wait_s: float = 0.5

    def for_bytes(self, size: int) -> Limits:
        """Return the limits of a call that moves `size` bytes: a second more for every 100 kB."""
        return replace(self, deadline_s=self.deadline_s + size / 1e5)


@dataclass(frozen=True, slots=True)
class Fault:
    """A failed attempt.

    Attributes:
        outcome: of which kind.
        text: what happened, for people.
        status: the server's.
        wait_s: seconds it asked to wait for.
        unsent: whether the server cannot have acted on the request.
        reason: short code, where the status does not say it.
    """

    outcome: Outcome
    text: str
    status: int | None = None
    wait_s: float | None = None
    unsent: bool = False
    reason: str = ""

    def next_wait(self, method: str, attempt: int, limits: Limits, left_s: float) -> float | str:
        """Return the seconds to wait before the next attempt, or, if there is to be none, why, and what to do."""
        if self.outcome not in (Outcome.TRANSIENT, Outcome.RATE_LIMITED):
            return _ADVICE[self.outcome]
        asked_s = self.wait_s or 0.0
        if asked_s and asked_s > min(limits.max_wait_s, left_s):
            return f"Come back after {_clock(asked_s)}, which the server asks for; the same command goes on then"
        backoff_s = limits.first_wait_s * 2.0 ** (attempt - 1) * random.uniform(1, 1.5)  # noqa: S311 - spreads clients
        wait_s = max(min(backoff_s, limits.max_wait_s), asked_s)
        if attempt >= limits.attempts or wait_s > left_s or (method == "POST" and not self.unsent):
            return "Run the same command again, later"
        return wait_s


def fault_of(status: int, headers: Mapping[str, str], said: str) -> Fault:
    """Return the fault of an answer that is no success; `said` is the beginning of its body."""
    outcome = _OF_STATUS.get(status, Outcome.INVALID)
    words = " ".join(said.split())[:200]
    text = f"HTTP {status}" + (f" ({words})" if words.isprintable() and words else "")
    wait_s = retry_after_s(headers)
    if wait_s is None and outcome is Outcome.RATE_LIMITED:
        wait_s = _reset_in_s(headers)
    return Fault(outcome, text, status, wait_s, unsent=status in _NOT_TAKEN)


def _reset_in_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds until calls are taken again, as services say it that count calls and send no `Retry-After`."""
    value = headers.get("X-RateLimit-Reset-In", "").strip()
    return min(float(value), _LONGEST_WAIT_S) if re.fullmatch(r"\d+(\.\d+)?", value) else None


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` asks for, from now; None where it is missing or means nothing.

    A moment is taken relative to the server's own clock, so that ours may be wrong.
    """
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return min(float(value), _LONGEST_WAIT_S)
    moment, now = _moment(value), _moment(headers.get("Date", "")) or datetime.now(UTC)
    if moment is None:
        return None
    return min(max(math.ceil((moment - now).total_seconds()), 0.0), _LONGEST_WAIT_S)


def _moment(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _clock(wait_s: float) -> str:
    moment = datetime.now(UTC) + timedelta(seconds=wait_s)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC (in {timedelta(seconds=math.ceil(wait_s))})"


def public(url: str) -> str:
    """Return a URL without what may be secret in it: user, password, query and fragment.

    >>> public("https://me:hidden@example.org:8443/a/b?key=hidden#x")
    'https://example.org:8443/a/b?***'
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "***"
    shown = urlunsplit((parts.scheme, host, parts.path, "", "")) + ("?***" if parts.query else "")
    return settings.redact(shown)

"""The rate limits of each service: calls keep their distance, their number a day, and the waits we were asked for."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from musicdata.errors import PausedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.definitions.head import Budget
    from musicdata.engine.progress import Progress
    from musicdata.workspace.ledger import Ledger, ServiceState

_SAID_FROM_S = 1.0  # shorter waits are not worth a line
_SLICE_S = 0.2


class StoppedError(Exception):
    """The crawl ends: another thread met a fault, or the user wants it so."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a run waits.

    Attributes:
        longest_s: the longest wait that is slept through; a longer one ends the run.
        attempts: of a call that fails in a way that may pass.
        refusals: times in a row that one call may be refused for its rate, before its item is given up.
        first_wait_s: before the second attempt, doubled for each further one.
        refused_wait_s: after a refusal that names no time, doubled for each further one.
    """

    longest_s: float = 300.0
    attempts: int = 3
    refusals: int = 5
    first_wait_s: float = 1.0
    refused_wait_s: float = 30.0


class RateLimiter:
    """The rate limits of all services, which let calls through one after the other; used by all threads of a crawl."""

    def __init__(
        self,
        ledger: Ledger,
        budgets: Mapping[str, Budget],
        policy: RetryPolicy,
        progress: Progress,
    ) -> None:
        self.policy = policy
        self.stopped = threading.Event()
        self._ledger = ledger
        self._budgets = budgets
        self._progress = progress
        self._lock = threading.Lock()
        self._opens_s: dict[str, float] = {}  # monotonic; of services we were asked to leave alone

    def enter(self, service: str) -> None:
        """Return when the service may be called, and count the call.

        Raises:
            PausedError: that is too far away to wait for.
            StoppedError: the crawl ends.
        """
        while (wait_s := self._reserve(service)) > 0:
            if wait_s >= _SAID_FROM_S:
                self._progress.waits(service, wait_s)
            self.sleep(wait_s)

    def hold(self, service: str, wait_s: float) -> None:
        """Leave a service alone, and what shares its first name, for so long; also for runs to come."""
        name = _family(service)
        with self._lock:
            now_s = time.monotonic()
            if now_s + wait_s <= self._opens_s.get(name, 0.0):
                return
            self._opens_s[name] = now_s + wait_s
            state = replace(self._ledger.service(name), not_before=time.time() + wait_s, asked_s=wait_s)
            self._ledger.note_service(name, state)

    def sleep(self, wait_s: float) -> None:
        """Wait, unless the crawl ends first."""
        if self.stopped.wait(wait_s):
            raise StoppedError

    def _reserve(self, service: str) -> float:
        """Return the seconds to wait before asking again, or 0 when the call is counted and may be made."""
        if self.stopped.is_set():
            raise StoppedError
        with self._lock:
            now, budget = time.time(), self._budgets.get(service)
            self._refuse_long_wait(service, self._asked_wait_s(_family(service), now), "asks us to wait")
            if (asked_s := self._asked_wait_s(_family(service), now)) > 0:
                return asked_s
            if budget is None:
                return 0.0
            state, today = self._ledger.service(service), _day(now)
            n_today = state.n_calls if state.day == today else 0
            if budget.per_day and n_today >= budget.per_day:
                self._refuse_long_wait(service, until_tomorrow_s(now), f"has had its {budget.per_day:,} calls of today")
                return until_tomorrow_s(now)
            since_s = now - state.last_call
            if 0 <= since_s < budget.interval_s:
                return budget.interval_s - since_s
            self._ledger.note_service(service, replace(state, last_call=now, day=today, n_calls=n_today + 1))
            return 0.0

    def _asked_wait_s(self, name: str, now: float) -> float:
        """Return the seconds that a service is still to be left alone, whatever happens to the clock."""
        if name not in self._opens_s:
            state = self._ledger.service(name)
            left_s = min(state.not_before - now, state.asked_s)
            self._opens_s[name] = time.monotonic() + max(left_s, 0.0)
        return max(self._opens_s[name] - time.monotonic(), 0.0)

    def _refuse_long_wait(self, service: str, wait_s: float, why: str) -> None:
        if wait_s > self.policy.longest_s:
            raise PausedError(service, time.time() + wait_s, f"{service} {why}")


def opens_at(ledger: Ledger, service: str, budget: Budget | None, now: float) -> float:
    """Return the wall-clock time from which on a service may be called again; 0.0 when that is now.

    Args:
        ledger: of the workspace.
        service: as budgets name it.
        budget: its budget, whose calls of today may be spent.
        now: wall-clock time.
    """
    state = state_of(ledger, service)
    left_s = min(state.not_before - now, state.asked_s)
    if budget and budget.per_day and state.day == _day(now) and state.n_calls >= budget.per_day:
        left_s = max(left_s, until_tomorrow_s(now))
    return now + left_s if left_s > 0 else 0.0


def _family(service: str) -> str:
    return service.partition(".")[0]


def _day(now: float) -> str:
    return f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d}"


def until_tomorrow_s(now: float) -> float:
    """Return the seconds until the next day begins, in UTC."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (today + timedelta(days=1)).timestamp() - now


def state_of(ledger: Ledger, service: str) -> ServiceState:
    """Return what a service's ledger says, with the wait of its family."""
    own, family = ledger.service(service), ledger.service(_family(service))
    return replace(own, not_before=family.not_before, asked_s=family.asked_s)

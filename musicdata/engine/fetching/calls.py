"""The calls that one item needs."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from musicdata.engine.fetching.rate_limits import until_tomorrow_s
from musicdata.settings import data_without_keys
from musicdata.system.digests import digest_of
from musicdata.system.http import HttpError, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from musicdata.engine.fetching.rate_limits import RateLimiter
    from musicdata.workspace.ledger import Ledger

DAILY_QUOTA = "daily_quota"  # the reason of a refusal that lasts until the next day (UTC)


class ItemCalls:
    """The calls of one item: through the rate limiter, tried again where that helps, each reply kept at once."""

    def __init__(self, ledger: Ledger, limiter: RateLimiter, stage: str, key: str, scratch: Path) -> None:
        self.scratch = scratch
        self._ledger = ledger
        self._limiter = limiter
        self._stage = stage
        self._key = key

    def call(self, service: str, what: Mapping[str, Any], ask: Callable[[], bytes]) -> bytes:
        """Return the reply to a call: the one that an interrupted run got, or the one that comes now."""
        call = digest_of([service, dict(what)])
        if (kept := self._ledger.reply(self._stage, self._key, call)) is not None:
            return kept
        reply = data_without_keys(self._asked(service, ask))
        self._ledger.keep_reply(self._stage, self._key, call, reply)
        return reply

    def _asked(self, service: str, ask: Callable[[], bytes]) -> bytes:
        """Ask until there is an answer, or until asking again would not help."""
        policy, n_failed, n_refused = self._limiter.policy, 0, 0
        while True:
            self._limiter.enter(service)
            try:
                return ask()
            except HttpError as error:
                if error.outcome is Outcome.RATE_LIMITED:
                    n_refused += 1
                    # After the last refusal too: what is told is told for the other items as well.
                    self._limiter.hold(service, error.wait_s or self._usual_wait_s(error, n_refused))
                    if n_refused >= policy.refusals:
                        raise
                elif error.outcome is Outcome.TRANSIENT:
                    n_failed += 1
                    if error.wait_s:
                        self._limiter.hold(service, error.wait_s)
                    if n_failed >= policy.attempts:
                        raise
                    self._limiter.sleep(_spread(policy.first_wait_s * 2.0 ** (n_failed - 1)))
                else:
                    raise

    def _usual_wait_s(self, error: HttpError, n_refused: int) -> float:
        """Return how long a service is left alone that refuses and names no time."""
        if error.reason == DAILY_QUOTA:
            return until_tomorrow_s(time.time())
        return self._limiter.policy.refused_wait_s * 2.0 ** (n_refused - 1)


def _spread(wait_s: float) -> float:
    return wait_s * random.uniform(1.0, 1.5)  # noqa: S311 - so that threads that failed together do not return together

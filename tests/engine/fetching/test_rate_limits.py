"""The gate in front of a service: distances, days, and the waits that were asked for."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from musicdata.definitions.head import Budget
from musicdata.engine.fetching.rate_limits import RateLimiter, RetryPolicy, StoppedError, state_of
from musicdata.engine.progress import Progress
from musicdata.errors import PausedError
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger


class Waits(Progress):
    """Keeps the waits it is told of."""

    def __init__(self) -> None:
        self.said: list[tuple[str, float]] = []

    def waits(self, service: str, wait_s: float) -> None:
        self.said.append((service, wait_s))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(Workspace(tmp_path)) as opened:
        yield opened


def test_calls_keep_their_distance_over_threads_and_runs(ledger: Ledger) -> None:
    calls: list[float] = []

    def call(gate: RateLimiter) -> None:
        for _ in range(3):
            gate.enter("x")
            calls.append(time.monotonic())

    for _ in range(2):  # a run, and the next one
        gate = RateLimiter(ledger, {"x": Budget(interval_s=0.05)}, RetryPolicy(), Progress())
        threads = [threading.Thread(target=call, args=[gate]) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(calls) == 12
    assert min(b - a for a, b in itertools.pairwise(calls)) > 0.045


def test_nobody_calls_before_the_time_that_was_asked_for(ledger: Ledger) -> None:
    waits = Waits()
    gate = RateLimiter(ledger, {}, RetryPolicy(), waits)
    gate.enter("youtube.media")
    asked_s = time.monotonic()
    gate.hold("youtube.media", 1.2)
    gate.hold("youtube.media", 0.1)  # a shorter wait does not open it sooner
    gate.enter("lrclib")
    assert time.monotonic() - asked_s < 0.5
    gate.enter("youtube.search")  # what stands before the dot is paused together
    assert time.monotonic() - asked_s >= 1.2
    assert [service for service, _ in waits.said] == ["youtube.search"]
    assert 1.0 < waits.said[0][1] <= 1.2


def test_the_next_run_honours_what_the_last_was_told(ledger: Ledger) -> None:
    RateLimiter(ledger, {}, RetryPolicy(), Progress()).hold("x", 0.6)
    began_s = time.monotonic()
    RateLimiter(ledger, {}, RetryPolicy(), Progress()).enter("x")
    assert time.monotonic() - began_s >= 0.5


def test_a_long_wait_ends_the_run_with_the_time_to_come_back(ledger: Ledger) -> None:
    gate = RateLimiter(ledger, {}, RetryPolicy(longest_s=10), Progress())
    gate.hold("spotify", 86_400)
    with pytest.raises(
        PausedError, match=r"spotify asks us to wait: come back after .* UTC \(in (1 day|23:59:\d\d)"
    ) as told:
        gate.enter("spotify")
    assert abs(told.value.until - time.time() - 86_400) < 5
    assert told.value.exit_code == 3
    assert state_of(ledger, "spotify").asked_s == 86_400


def test_a_clock_that_was_set_back_makes_no_wait_longer(ledger: Ledger) -> None:
    gate = RateLimiter(ledger, {}, RetryPolicy(), Progress())
    gate.hold("x", 0.2)
    ledger.note_service("x", replace(ledger.service("x"), not_before=time.time() + 365 * 86_400))
    began_s = time.monotonic()
    RateLimiter(ledger, {}, RetryPolicy(), Progress()).enter("x")
    assert time.monotonic() - began_s < 1
    ledger.note_service("y", replace(ledger.service("y"), last_call=time.time() + 86_400))
    RateLimiter(ledger, {"y": Budget(interval_s=60)}, RetryPolicy(), Progress()).enter("y")


def test_a_day_has_so_many_calls_and_the_next_day_as_many_again(ledger: Ledger) -> None:
    gate = RateLimiter(ledger, {"x": Budget(per_day=2)}, RetryPolicy(longest_s=0), Progress())
    gate.enter("x")
    gate.enter("x")
    with pytest.raises(PausedError, match="x has had its 2 calls of today") as told:
        RateLimiter(ledger, {"x": Budget(per_day=2)}, RetryPolicy(longest_s=0), Progress()).enter("x")
    assert told.value.until % 86_400 < 1 or told.value.until % 86_400 > 86_399
    ledger.note_service("x", replace(ledger.service("x"), day="2020-01-01"))
    gate.enter("x")


def test_a_stopped_crawl_waits_for_nothing(ledger: Ledger) -> None:
    gate = RateLimiter(ledger, {}, RetryPolicy(), Progress())
    gate.hold("x", 60)
    threading.Timer(0.1, gate.stopped.set).start()
    began_s = time.monotonic()
    with pytest.raises(StoppedError):
        gate.enter("x")
    assert time.monotonic() - began_s < 5

"""Counts what a run does, and tells those who watch it: lines when something happens, the state every second.

Counting costs an addition an item; whatever is shown or written comes from a thread of its own, a second apart.
"""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from musicdata.engine.progress import NOT_BUILT, Progress, RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from musicdata.definitions.recipe import Step
    from musicdata.engine.progress import StageReport, Watcher

TICK_S = 1.0
_SAID_AGAIN_S = 30.0  # a service that is waited for is told of no more often


class Tally(Progress):
    """The progress of a run, told to its watchers."""

    def __init__(self, watchers: Sequence[Watcher], underway: Callable[[str], int] = lambda _stage: 0) -> None:
        """Begin with nothing counted.

        Args:
            watchers: those who are told.
            underway: counts the items that workers have done of shards of a stage that are not committed yet.
        """
        self._watchers = watchers
        self._underway = underway
        self._lock = threading.RLock()
        self._numbers: dict[str, int] = {}
        self._now = RunState()
        self._n_done = self._n_rejects = self._n_shards = 0
        self._began_s = self._wait_until_s = time.monotonic()
        self._told_s: dict[str, float] = {}

    @contextlib.contextmanager
    def ticking(self) -> Iterator[None]:
        """Tell the state every second until the block ends; then the watchers clear away."""
        ended = threading.Event()

        def tick() -> None:
            while not ended.wait(TICK_S):
                self._tell()

        thread = threading.Thread(target=tick, name="progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            for watcher in self._watchers:
                watcher.close()

    @property
    def now(self) -> RunState:
        """Return where the run stands."""
        with self._lock:
            state, n_done, now_s = self._now, self._n_done, time.monotonic()
            if state.doing == "computes" and n_done < state.n_items:
                n_done += max(min(self._underway(state.stage), state.n_items - n_done - 1), 0)
            wait_s = max(self._wait_until_s - now_s, 0.0)
            doing = "fetches" if state.doing.startswith("waits") and not wait_s else state.doing
            elapsed_s, n_rejects = now_s - self._began_s, self._n_rejects
            return replace(state, doing=doing, n_done=n_done, n_rejects=n_rejects, elapsed_s=elapsed_s, wait_s=wait_s)

    def run_started(self, steps: Sequence[Step]) -> None:
        """Note the places of the stages."""
        self._numbers = {step.stage.name: number for number, step in enumerate(steps, 1)}

    def fetching_started(self, step: Step, n_items: int, n_kept: int) -> None:
        """Say what is fetched."""
        kept = f", {n_kept:,} of them fetched before" if n_kept else ""
        self._begin(step, "fetches", n_items, n_kept)
        self._line(f"{self._head(step)}: {step.stage.verb}, {n_items:,} items wanted{kept}")
        self._tell()

    def fetched(self, outcome: str, key: str = "", reason: str = "") -> None:
        """Count an item that has ended; which ones failed, and why, is a detail."""
        with self._lock:
            self._count(1, int(outcome != "ok"))
        if outcome != "ok":
            self._line(f"{self._now.stage}: {key} {outcome}{f' ({reason})' if reason else ''}", is_detail=True)

    def waits(self, service: str, wait_s: float) -> None:
        """Say that a service is left alone, once for all threads that wait."""
        with self._lock:
            now_s = time.monotonic()
            self._wait_until_s = max(self._wait_until_s, now_s + wait_s)
            self._now = replace(self._now, doing=f"waits for {service}")
            is_told = now_s < self._told_s.get(service, 0.0)
            if not is_told:
                self._told_s[service] = now_s + min(wait_s, _SAID_AGAIN_S)
        if not is_told:
            self._line(f"{self._now.stage}: waits {wait_s:,.0f} s for {service}")

    def stage_skipped(self, step: Step, missing: Sequence[str]) -> None:
        """Say that a stage has to wait."""
        self._line(f"• {step.stage.name}: waits for {', '.join(missing)}")

    def stage_started(self, step: Step, reasons: Sequence[str], n_items: int, n_kept: int) -> None:
        """Say what runs and why."""
        kept = f", {n_kept:,} of them done before" if n_kept else ""
        verb = f"makes rows of {n_items:,} answers" if step.stage.network else f"{step.stage.verb}, {n_items:,} items"
        self._begin(step, "computes", n_items, n_kept)
        self._line(f"{self._head(step)}: {verb}{kept} ({'; '.join(reasons)})")
        self._tell()

    def advanced(self, n_items: int, n_rejects: int, reasons: Mapping[str, int] | None = None) -> None:
        """Count a shard that is committed; what was dropped of it is a detail."""
        with self._lock:
            self._count(n_items, n_rejects)
            self._n_shards += 1
        dropped = f", dropped: {_listed(reasons)}" if reasons else ""
        self._line(f"{self._now.stage}: shard {self._n_shards} done, {n_items:,} items{dropped}", is_detail=True)

    def shard_failed(self, step: Step, why: str) -> None:
        """Say that the item at fault is looked for."""
        self._line(f"{step.stage.name}: a worker failed ({why}); looks for the item at fault, which takes a while")

    def stage_ended(self, report: StageReport) -> None:
        """Say what the stage made; until the next begins, nothing is counted."""
        with self._lock:
            self._now, self._n_done, self._n_rejects = RunState(), 0, 0
        self._line(summary(report))

    def _head(self, step: Step) -> str:
        return f"stage {self._numbers.get(step.stage.name, 0)} of {len(self._numbers)}, {step.stage.name}"

    def _begin(self, step: Step, doing: str, n_items: int, n_kept: int) -> None:
        name = step.stage.name
        with self._lock:
            self._began_s = self._wait_until_s = time.monotonic()
            self._n_done, self._n_rejects, self._n_shards = n_kept, 0, 0
            number, of = self._numbers.get(name, 0), len(self._numbers)
            self._now = RunState(name, number, of, doing, n_items, n_kept=n_kept)

    def _count(self, n_items: int, n_rejects: int) -> None:
        self._n_done += n_items
        self._n_rejects += n_rejects

    def _tell(self) -> None:
        state = self.now
        for watcher in self._watchers:
            watcher.state(state)

    def _line(self, text: str, *, is_detail: bool = False) -> None:
        for watcher in self._watchers:
            watcher.line(text, is_detail=is_detail)


def summary(report: StageReport) -> str:
    """Return one line that says what became of a stage."""
    made = ", ".join(f"{table} {rows:,}" for table, rows in report.rows.items())
    rejects = f"; rejected: {_listed(report.rejects)}" if report.rejects else ""
    if not report.built:
        return f"✓ {report.stage}: up to date ({made}{rejects})"
    kept = f", {report.n_kept:,} of {report.n_items:,} items kept from before" if report.n_kept else ""
    why = "" if report.reasons == (NOT_BUILT,) else f" ({'; '.join(report.reasons)})"
    return f"✓ {report.stage}: {made}{rejects}; {report.seconds:.1f} s{kept}{why}"


def _listed(reasons: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {n:,}" for reason, n in sorted(reasons.items()))

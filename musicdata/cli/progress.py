"""How a build shows what it does: a live display on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from musicdata.cli.output import plain
from musicdata.engine.progress import NOT_BUILT, Progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from rich.console import Console

    from musicdata.definitions.recipe import Step
    from musicdata.engine.progress import StageReport

_LINE_EVERY_S = 30.0


class PlainProgress(Progress):
    """A line when a stage starts and ends, and every half minute in between."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = ""
        self._n_items = self._n_done = self._n_rejects = 0
        self._next_line_s = 0.0
        self._said_s: dict[str, float] = {}
        self._lock = threading.RLock()

    def __enter__(self) -> PlainProgress:
        """Return the progress itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: lines need no clearing."""

    def fetching_started(self, step: Step, n_items: int, n_kept: int) -> None:
        """Print what is fetched."""
        self._stage, self._n_items, self._n_done, self._n_rejects = step.stage.name, n_items, n_kept, 0
        self._next_line_s = time.monotonic() + _LINE_EVERY_S
        kept = f", {n_kept:,} of them fetched before" if n_kept else ""
        self._say(f"{step.stage.name}: {step.stage.verb}, {n_items:,} items wanted{kept}")

    def fetched(self, outcome: str) -> None:
        """Count an item that has ended; several threads may say so at once."""
        with self._lock:
            self.advanced(1, int(outcome != "ok"))

    def waits(self, service: str, wait_s: float) -> None:
        """Print that a service is left alone, once for all threads that wait."""
        with self._lock:
            if time.monotonic() >= self._said_s.get(service, 0.0):
                self._said_s[service] = time.monotonic() + min(wait_s, _LINE_EVERY_S)
                self._say(f"{self._stage}: waits {wait_s:,.0f} s for {service}")

    def stage_skipped(self, step: Step, missing: Sequence[str]) -> None:
        """Print that a stage has to wait."""
        self._say(f"• {step.stage.name}: waits for {', '.join(missing)}")

    def stage_started(self, step: Step, reasons: Sequence[str], n_items: int, n_kept: int) -> None:
        """Print what runs and why."""
        self._stage, self._n_items, self._n_done, self._n_rejects = step.stage.name, n_items, n_kept, 0
        self._next_line_s = time.monotonic() + _LINE_EVERY_S
        kept = f", {n_kept} of them done before" if n_kept else ""
        verb = f"makes rows of {n_items:,} answers" if step.stage.network else f"{step.stage.verb}, {n_items} items"
        self._say(f"{step.stage.name}: {verb}{kept} ({'; '.join(reasons)})")

    def advanced(self, n_items: int, n_rejects: int) -> None:
        """Print a line if the last is half a minute old."""
        self._n_done += n_items
        self._n_rejects += n_rejects
        if time.monotonic() >= self._next_line_s:
            self._next_line_s = time.monotonic() + _LINE_EVERY_S
            self._say(f"{self._stage}: {self._n_done} of {self._n_items} items, {self._n_rejects} rejected")

    def shard_failed(self, step: Step, why: str) -> None:
        """Print that the item at fault is looked for."""
        self._say(f"{step.stage.name}: a worker failed ({why}); looks for the item at fault, which takes a while")

    def stage_ended(self, report: StageReport) -> None:
        """Print what the stage made."""
        self._say(summary(report))

    def _say(self, line: str) -> None:
        self._console.print(plain(line), highlight=False, markup=False, soft_wrap=True)


class LiveProgress(PlainProgress):
    """A bar for the stage that runs; finished stages stay as lines above it."""

    def __init__(self, console: Console) -> None:
        from rich import progress

        super().__init__(console)
        columns = (
            "{task.description}",
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeRemainingColumn(),
        )
        self._bars = progress.Progress(*columns, console=console, transient=True)
        self._bar = progress.TaskID(0)

    def __enter__(self) -> LiveProgress:
        """Begin to draw."""
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        self._bars.stop()

    def fetching_started(self, step: Step, n_items: int, n_kept: int) -> None:
        """Begin a bar."""
        self._stage = step.stage.name
        self._bar = self._bars.add_task(f"{step.stage.name}: {step.stage.verb}", total=n_items, completed=n_kept)

    def stage_started(self, step: Step, reasons: Sequence[str], n_items: int, n_kept: int) -> None:  # noqa: ARG002
        """Begin a bar."""
        self._clear()
        self._bar = self._bars.add_task(f"{step.stage.name}: {step.stage.verb}", total=n_items, completed=n_kept)

    def advanced(self, n_items: int, n_rejects: int) -> None:  # noqa: ARG002
        """Move the bar."""
        if self._bars.tasks:
            self._bars.advance(self._bar, n_items)

    def stage_ended(self, report: StageReport) -> None:
        """Replace the bar by a line."""
        self._clear()
        super().stage_ended(report)

    def _clear(self) -> None:
        for task in list(self._bars.task_ids):
            self._bars.remove_task(task)


def summary(report: StageReport) -> str:
    """Return one line that says what became of a stage."""
    made = ", ".join(f"{table} {rows:,}" for table, rows in report.rows.items())
    dropped = ", ".join(f"{reason} {n:,}" for reason, n in sorted(report.rejects.items()))
    rejects = f"; rejected: {dropped}" if dropped else ""
    if not report.built:
        return f"✓ {report.stage}: up to date ({made}{rejects})"
    kept = f", {report.n_kept:,} of {report.n_items:,} items kept from before" if report.n_kept else ""
    why = "" if report.reasons == (NOT_BUILT,) else f" ({'; '.join(report.reasons)})"
    return f"✓ {report.stage}: {made}{rejects}; {report.seconds:.1f} s{kept}{why}"

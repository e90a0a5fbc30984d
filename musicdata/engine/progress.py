"""How a run tells what it does, and what is known of it at any moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from musicdata.definitions.recipe import Step

NOT_BUILT = "not built yet"


class Progress:
    """What is told how a build goes on; this one does nothing with it."""

    def run_started(self, steps: Sequence[Step]) -> None:
        """A run begins: the stages of its recipe, in order."""

    def fetching_started(self, step: Step, n_items: int, n_kept: int) -> None:
        """A network stage fetches: how many items it wants, and how many of them have ended before."""

    def fetched(self, outcome: str, key: str = "", reason: str = "") -> None:
        """An item has ended: how, which one, and why if it failed; several threads may say so at once."""

    def waits(self, service: str, wait_s: float) -> None:
        """A service is left alone for so long."""

    def stage_skipped(self, step: Step, missing: Sequence[str]) -> None:
        """A stage has to wait for tables that a paused stage is to make."""

    def stage_started(self, step: Step, reasons: Sequence[str], n_items: int, n_kept: int) -> None:
        """A stage runs: why, how many items it has, and how many of them an earlier run has done."""

    def advanced(self, n_items: int, n_rejects: int, reasons: Mapping[str, int] | None = None) -> None:
        """A shard is committed: its items, and those of them that were dropped, by reason."""

    def shard_failed(self, step: Step, why: str) -> None:
        """A worker died of a shard, which is computed in pieces to find the item at fault."""

    def stage_ended(self, report: StageReport) -> None:
        """A stage is sealed, or was found up to date."""


@dataclass(frozen=True, slots=True)
class RunState:
    """Where a run stands at a moment.

    Attributes:
        stage: the stage that runs; "" before the first.
        number: its place among the stages of the recipe, from 1 on; `of` is how many there are.
        doing: what it does, for people: ``fetches``, ``computes``, or ``waits for SERVICE``.
        n_items: its items; `n_done` those that are done, `n_kept` of them by an earlier run.
        n_rejects: of those done, the items that failed or were dropped.
        elapsed_s: since the stage began.
        wait_s: of a wait for a service, what is left of it.
    """

    stage: str = ""
    number: int = 0
    of: int = 0
    doing: str = ""
    n_items: int = 0
    n_done: int = 0
    n_kept: int = 0
    n_rejects: int = 0
    elapsed_s: float = 0.0
    wait_s: float = 0.0

    @property
    def per_s(self) -> float:
        """Return how many items this run does a second; 0.0 while nobody can tell."""
        n_here = self.n_done - self.n_kept
        return n_here / self.elapsed_s if n_here > 0 and self.elapsed_s > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Return how many seconds the stage takes from now on at this rate; None while nobody can tell."""
        return (self.n_items - self.n_done) / self.per_s if self.per_s else None


class Watcher:
    """What shows a run to people, or keeps what it says; this one does nothing with it.

    `musicdata.build(progress=…)` takes one, or a function that is given the states alone.
    """

    def line(self, text: str, *, is_detail: bool = False) -> None:
        """Take a line of what happens; a detail is a shard that is done, or an item that failed."""

    def state(self, state: RunState) -> None:
        """Take where the run stands: when a stage begins, and about every second, from a thread of the run."""

    def close(self) -> None:
        """Clear away what is not to stay: the run has ended."""


@dataclass(frozen=True, slots=True)
class StageReport:
    """What became of one stage.

    Attributes:
        stage: its name.
        built: False when it was up to date.
        reasons: why it was built.
        rows: rows of each of its tables.
        rejects: dropped items by reason code.
        n_items: items it was given; `n_kept` those whose shards an earlier run had done.
        seconds: wall time.
    """

    stage: str
    built: bool
    reasons: tuple[str, ...]
    rows: Mapping[str, int]
    rejects: Mapping[str, int]
    n_items: int = 0
    n_kept: int = 0
    seconds: float = 0.0

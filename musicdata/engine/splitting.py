"""Finds the items of which workers die, so that a shard with such items keeps all the others.

A worker that is gone, hung or too large says nothing of which item it was at. The shard is computed in halves, one at
a time, and a half that fails in halves again, until an item that fails alone is left: that one becomes a reject, and
what the other pieces made is put together. How long an item takes and how much memory there is depends on the machine,
so these are the only rejects that do; the shard's record says within which limits they fell, and with larger ones they
are tried again.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from musicdata import errors
from musicdata.engine import job as jobs
from musicdata.engine import pieces
from musicdata.engine.executor import DIED, HUNG, MEMORY, Outcome, Spec
from musicdata.engine.pieces import Dropped
from musicdata.errors import PartialError
from musicdata.system import memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicdata.definitions.stage import Stage
    from musicdata.workspace.folder import Workspace

_LEAST_DEADLINE_S = 120.0  # of a piece, which is started anew; less where the stage itself has less
_SURE_DEADLINE_S = 600.0
_ATTEMPTS_ALONE, _ATTEMPTS_SURE = 2, 3
_DEATHS_OF_A_MACHINE = 3


def may_be_an_items(outcome: Outcome) -> bool:
    """Say whether an item may be at fault: the worker is gone, or its code did not expect what it met."""
    return outcome.error in (DIED, HUNG, MEMORY) or not (outcome.error == "OSError" or hasattr(errors, outcome.error))


def limits_of(stage: Stage[Any]) -> dict[str, int]:
    """Return what an item of a stage may take on this machine."""
    total = memory.total_bytes()
    return {"deadline_s": int(stage.deadline_s), "memory_bytes": min(stage.memory_bytes or total, total)}


def are_larger(now: dict[str, int], then: dict[str, int]) -> bool:
    """Say whether an item may take more now, by a tenth at least."""
    return any(now[name] > 1.1 * then.get(name, 0) for name in now)


@dataclass(slots=True)
class Splitting:
    """One shard that is computed in pieces.

    Attributes:
        workspace: where.
        stage: of the shard.
        spec: the shard as a whole.
        attempt: computes a spec within a deadline, one at a time.
        is_proven: other shards of the stage went well, so that its workers are not what is broken.
    """

    workspace: Workspace
    stage: Stage[Any]
    spec: Spec
    attempt: Callable[[Spec, float], Outcome]
    is_proven: bool
    ranges: list[tuple[int, int]] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    def run(self) -> Outcome:
        """Compute the shard; return how it went.

        Raises:
            PartialError: workers die whatever they are given.
        """
        counted = self._sure("count")
        if counted.error:
            return counted
        n = int(counted.facts["n_items"])
        if fault := self._compute(n, 0, n, is_known=True):
            return fault
        self._require_one_that_went_well()
        key = jobs.read_plan(self.workspace, self.stage.name)[self.spec.ordinal]["key"]
        pieces.write_outline(self.workspace, self.stage.name, key, self.ranges, self.dropped, limits_of(self.stage))
        return self._sure("merge")

    def _sure(self, operation: str) -> Outcome:
        """Do what meets no item; whoever is killed at that from outside is tried again."""
        spec, deadline_s = replace(self.spec, operation=operation), max(self.stage.deadline_s, _SURE_DEADLINE_S)
        outcome = self.attempt(spec, deadline_s)
        for _ in range(_ATTEMPTS_SURE - 1):
            if outcome.error == DIED:
                outcome = self.attempt(spec, deadline_s)
        return outcome

    def _compute(self, n: int, start: int, stop: int, *, is_known: bool = False) -> Outcome | None:
        """Compute some of `n` items; `is_known` to fail together. Return a fault that is no item's, if one came."""
        if is_known and stop - start > 1:
            middle = (start + stop) // 2
            return self._compute(n, start, middle) or self._compute(n, middle, stop)
        outcome = self._tried(n, start, stop)
        if not outcome.error:
            self.ranges.append((start, stop))
            return None
        if not may_be_an_items(outcome):
            return outcome
        if stop - start > 1:
            return self._compute(n, start, stop, is_known=True)
        self._drop(start, outcome)
        return None

    def _tried(self, n: int, start: int, stop: int) -> Outcome:
        """Compute a piece; one item alone once more, unless it took too much of what there is."""
        spec = replace(self.spec, operation="piece", start=start, stop=stop)
        shortest_s = min(self.stage.deadline_s, _LEAST_DEADLINE_S)
        deadline_s = max(self.stage.deadline_s * (stop - start) / n, shortest_s)
        self._require_life()
        outcome = self.attempt(spec, deadline_s)
        for _ in range(_ATTEMPTS_ALONE - 1 if stop - start == 1 else 0):
            if may_be_an_items(outcome) and outcome.error not in (HUNG, MEMORY):
                self._require_life()
                outcome = self.attempt(spec, deadline_s)
        return outcome

    def _require_life(self) -> None:
        """Let a worker begin, so that its start is not counted as a piece's time, and without an item.

        Raises:
            PartialError: it does not live through that.
        """
        idle = self._sure("idle")
        if idle.error:
            raise PartialError(
                f"stage {self.stage.name}: workers die before they have begun ({idle.message}). "
                "What is done is kept; run the same command again to go on"
            )

    def _drop(self, item: int, outcome: Outcome) -> None:
        """Make a reject of an item that failed alone, if a worker without it lives.

        Raises:
            PartialError: it does not.
        """
        self._require_life()
        self.dropped.append(Dropped(item, *_why(outcome)))

    def _require_one_that_went_well(self) -> None:
        """Raise PartialError where every item of the only shard failed: then it is not the items."""
        if len(self.dropped) >= _DEATHS_OF_A_MACHINE and not self.ranges and not self.is_proven:
            raise PartialError(
                f"stage {self.stage.name}: all {len(self.dropped)} items failed, each alone, so it is not the items; "
                f"the last: {self.dropped[-1].detail}. What is done is kept; run the same command again to go on"
            )


def _why(outcome: Outcome) -> tuple[str, str]:
    """Return the reason code of an item that failed alone, and the detail."""
    alone = "computed alone, twice" if outcome.error not in (HUNG, MEMORY) else "computed alone"
    if outcome.error == HUNG:
        return "took_too_long", f"{alone}: {outcome.message}"
    if outcome.error == MEMORY or outcome.facts.get("signal") == signal.SIGKILL:  # the kernel's, for want of memory
        return "too_much_memory", f"{alone}: {outcome.message}"
    name = "" if outcome.error == DIED else f"{outcome.error}: "
    return "crashed", f"{alone}: {name}{outcome.message}"

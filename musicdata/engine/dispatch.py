"""Keeps an executor busy with the shards of a stage: deadlines, attempts, and what to do with errors."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata import errors
from musicdata.engine.executor import Outcome, Spec
from musicdata.errors import MusicdataError, PartialError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from musicdata.engine.executor import Executor

_ATTEMPTS = 3
_POLL_S = 1.0


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Hands specs to an executor, a few more than it has workers at a time."""

    executor: Executor
    workers: int

    def run(self, specs: Sequence[Spec], deadline_s: float, done: Callable[[Outcome], None]) -> None:
        """Compute all specs; a spec whose worker died or hung is tried again, twice.

        Args:
            specs: what to compute; all of one stage.
            deadline_s: time after which a spec's worker is taken as hung and killed.
            done: is told of each spec that went well.

        Raises:
            PartialError: some specs failed; the others are done.
            MusicdataError: at once, when every other spec would meet the same fault.
        """
        waiting, running = list(reversed(specs)), dict[int, tuple[Spec, float]]()
        attempts, failed = Counter[int](), list[Outcome]()
        while waiting or running:
            while waiting and len(running) < 2 * self.workers:
                spec = waiting.pop()
                # It may wait behind one other, which has as much time.
                running[self.executor.submit(spec)] = (spec, time.monotonic() + 2 * deadline_s)
            for outcome in [*self.executor.wait(_POLL_S), *self._overdue(running)]:
                if running.pop(outcome.handle, None) is None:  # it answered just as its time was up
                    continue
                attempts[outcome.spec.ordinal] += 1
                if not outcome.error:
                    done(outcome)
                elif outcome.error == "died" and attempts[outcome.spec.ordinal] < _ATTEMPTS:
                    waiting.append(outcome.spec)
                else:
                    _raise_if_hopeless(outcome)
                    failed.append(outcome)
        if failed:
            raise PartialError(_describe(failed, len(specs)))

    def _overdue(self, running: dict[int, tuple[Spec, float]]) -> list[Outcome]:
        now = time.monotonic()
        late = [(handle, spec) for handle, (spec, deadline) in running.items() if now > deadline]
        for handle, _ in late:
            self.executor.cancel(handle, force=True)
        return [Outcome(handle, spec, "died", "no answer before the stage's deadline") for handle, spec in late]


def _describe(failed: list[Outcome], n_specs: int) -> str:
    first = failed[0]
    return (
        f"stage {first.spec.stage}: {len(failed)} of {n_specs} shards failed, first with {first.error}: "
        f"{first.message}. What is done is kept; run the same command again to go on"
    )


def _raise_if_hopeless(outcome: Outcome) -> None:
    """Raise at once what every other shard would meet too: a missing program, a full disk, a wrong recipe."""
    kind = getattr(errors, outcome.error, None)
    hopeless = (errors.SetupError, errors.UsageError, errors.ContractError)
    if isinstance(kind, type) and issubclass(kind, hopeless) and issubclass(kind, MusicdataError):
        raise kind(outcome.message)

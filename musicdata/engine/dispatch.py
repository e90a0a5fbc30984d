"""Hands a stage's work to an executor: the job written down, deadlines, attempts, and what to do with errors."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata import errors
from musicdata.engine import job as jobs
from musicdata.engine.executor import Outcome, Spec
from musicdata.engine.job import Job
from musicdata.errors import MusicdataError, PartialError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from musicdata.definitions.recipe import Recipe
    from musicdata.engine.executor import Executor
    from musicdata.engine.progress import Progress
    from musicdata.engine.state import StageState

_ATTEMPTS = 3
_POLL_S = 1.0


@dataclass(frozen=True, slots=True)
class Workers:
    """The workers of one run of a recipe."""

    recipe: Recipe
    dispatcher: Dispatcher
    progress: Progress

    def want(self, state: StageState) -> None:
        """Have one of them write into the ledger what a network stage wants."""
        self._write_job(state, wants=state.wants)
        self._run(state, "want")

    def make_plan(self, state: StageState) -> list[dict[str, Any]]:
        """Have one of them cut a stage's work into shards; return the plan."""
        workspace, stage = state.workspace, state.step.stage.name
        origin, hashes = state.origin, state.source.hashes  # which are those of all files once there is an origin
        if hashes:
            jobs.write_hashes(workspace, stage, hashes)
        self._write_job(state, keeps=state.keeps, rejects=origin.rejects, tools=state.tools, has_hashes=bool(hashes))
        self._run(state, "cut")
        return jobs.read_plan(workspace, stage)

    def compute(self, state: StageState, ordinals: Sequence[int]) -> None:
        """Have them compute some shards of the plan."""
        self._run(state, "shard", ordinals)

    def _write_job(self, state: StageState, **facts: Any) -> None:
        stage, parameters = state.step.stage, state.step.parameters.model_dump(mode="json")
        made_by = [s.stage.name for s in self.recipe.steps if set(s.stage.outputs) & set(stage.inputs)]
        jobs.write(state.workspace, stage.name, Job(parameters, made_by, self.recipe.plugins.places(), **facts))

    def _run(self, state: StageState, operation: str, ordinals: Sequence[int] = (-1,)) -> None:
        stage, root = state.step.stage, str(state.workspace.root)
        specs = [Spec(operation, root, stage.name, ordinal) for ordinal in ordinals]
        self.dispatcher.run(specs, stage.deadline_s, self._advance)

    def _advance(self, outcome: Outcome) -> None:
        if outcome.spec.operation == "shard":
            self.progress.advanced(outcome.facts["n_items"], outcome.facts["n_rejects"])


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """What hands specs to an executor, a few more than it has workers at a time."""

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

"""Hands a stage's work to an executor: the job written down, deadlines, attempts, and what to do with errors."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata import errors
from musicdata.engine import job as jobs
from musicdata.engine import shards
from musicdata.engine.executor import DIED, HUNG, MEMORY, Outcome, Spec
from musicdata.engine.job import Job
from musicdata.engine.splitting import Splitting, may_be_an_items
from musicdata.errors import MusicdataError, PartialError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

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
        """Have them compute some shards of the plan; one of which a worker dies loses the item at fault, no other.

        Raises:
            PartialError: some shards failed; the others are done.
            MusicdataError: at once, when every other shard would meet the same fault.
        """
        stage, plan = state.step.stage, jobs.read_plan(state.workspace, state.step.stage.name)
        specs = [self._spec(state, "shard", ordinal) for ordinal in ordinals]
        patient = (DIED,) if stage.pieces else (DIED, HUNG, MEMORY)
        if stage.prepare is not None and specs:
            self._run(state, "prepare")
        failed = self.dispatcher.run(specs, stage.deadline_s, self._advance, retried=patient)
        if stage.pieces is not None:
            n_done = len(plan) - len(failed)
            failed = [self._split(state, outcome, is_proven=n_done > 0) for outcome in failed]
        if stage.prepare is not None:
            shards.drop_prepared(state.workspace, stage.name)
        _raise_if_failed([outcome for outcome in failed if outcome.error], len(specs))

    def _split(self, state: StageState, outcome: Outcome, *, is_proven: bool) -> Outcome:
        """Compute a shard that failed in pieces, where it may be an item's fault; return how that went."""
        if not may_be_an_items(outcome):
            return outcome
        stage = state.step.stage
        self.progress.shard_failed(state.step, outcome.message)
        end = Splitting(state.workspace, stage, outcome.spec, self.dispatcher.one, is_proven=is_proven).run()
        if not end.error:
            self._advance(end)
        return end

    def _spec(self, state: StageState, operation: str, ordinal: int = -1) -> Spec:
        stage = state.step.stage
        return Spec(operation, str(state.workspace.root), stage.name, ordinal, memory_bytes=stage.memory_bytes)

    def _write_job(self, state: StageState, **facts: Any) -> None:
        stage, parameters = state.step.stage, state.step.parameters.model_dump(mode="json")
        made_by = [s.stage.name for s in self.recipe.steps if set(s.stage.outputs) & set(stage.inputs)]
        jobs.write(state.workspace, stage.name, Job(parameters, made_by, self.recipe.plugins.places(), **facts))

    def _run(self, state: StageState, operation: str) -> None:
        failed = self.dispatcher.run([self._spec(state, operation)], state.step.stage.deadline_s, self._advance)
        _raise_if_failed(failed, 1)

    def _advance(self, outcome: Outcome) -> None:
        if outcome.spec.operation in ("shard", "merge"):
            facts = outcome.facts
            self.progress.advanced(facts["n_items"], facts["n_rejects"], facts["reasons"])


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """What hands specs to an executor, as many as it has workers at a time."""

    executor: Executor
    workers: int

    def run(
        self,
        specs: Sequence[Spec],
        deadline_s: float,
        done: Callable[[Outcome], None],
        *,
        retried: Container[str] = (DIED, HUNG, MEMORY),
        attempts: int = _ATTEMPTS,
    ) -> list[Outcome]:
        """Compute all specs; return how those failed that did.

        Args:
            specs: what to compute; all of one stage.
            deadline_s: time after which a spec's worker is taken as hung and killed.
            done: is told of each spec that went well.
            retried: errors after which a spec is tried again.
            attempts: how often it is tried at most.

        Raises:
            MusicdataError: at once, when every other spec would meet the same fault.
        """
        waiting, running = list(reversed(specs)), dict[int, tuple[Spec, float]]()
        counts, failed = Counter[Spec](), list[Outcome]()
        while waiting or running:
            while waiting and len(running) < self.workers:
                spec = waiting.pop()
                running[self.executor.submit(spec)] = (spec, time.monotonic() + deadline_s)
            for outcome in [*self.executor.wait(_POLL_S), *self._overdue(running, deadline_s)]:
                if running.pop(outcome.handle, None) is None:  # it answered just as its time was up
                    continue
                counts[outcome.spec] += 1
                if not outcome.error:
                    done(outcome)
                elif outcome.error in retried and counts[outcome.spec] < attempts:
                    waiting.append(outcome.spec)
                else:
                    _raise_if_hopeless(outcome)
                    failed.append(outcome)
        return failed

    def one(self, spec: Spec, deadline_s: float) -> Outcome:
        """Compute one spec, once; return how it went.

        Raises:
            MusicdataError: every other spec would meet the same fault.
        """
        done: list[Outcome] = []
        failed = self.run([spec], deadline_s, done.append, attempts=1)
        return (done or failed)[0]

    def _overdue(self, running: dict[int, tuple[Spec, float]], deadline_s: float) -> list[Outcome]:
        now = time.monotonic()
        late = [(handle, spec) for handle, (spec, deadline) in running.items() if now > deadline]
        for handle, _ in late:
            self.executor.cancel(handle, force=True)
        return [Outcome(handle, spec, HUNG, f"no answer within {deadline_s:,.0f} s") for handle, spec in late]


def _raise_if_failed(failed: list[Outcome], n_specs: int) -> None:
    if failed:
        raise PartialError(_describe(failed, n_specs))


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

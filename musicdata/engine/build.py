"""Runs a recipe in a workspace: what is done, what is stale, what is next."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musicdata.engine import fetched
from musicdata.engine.dispatch import Dispatcher, Workers
from musicdata.engine.manifest import forget, seal, tidy
from musicdata.engine.progress import Progress, StageReport
from musicdata.engine.state import Source, StageState, WorkspaceState
from musicdata.errors import IntegrityError, NothingLeftError, PausedError, RecipeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.definitions.recipe import Recipe, Step
    from musicdata.engine.executor import Executor
    from musicdata.settings.services import Services
    from musicdata.workspace.folder import Workspace


def accept(recipe: Recipe) -> dict[str, Source]:
    """Read what a recipe reads beside tables, before a workspace is touched.

    Returns:
        Stage → its source, of the stages that run first. What others read is hashed again when it is their turn.

    Raises:
        RecipeError: a stage reads the rejects of one that comes after it.
        InputError: a source cannot be read.
    """
    names = [step.stage.name for step in recipe.steps]
    for place, step in enumerate(recipe.steps):
        if late := [name for name in step.stage.reads_rejects if name in names[place:]]:
            raise RecipeError(
                f"recipe {recipe.dataset.name}: stage {step.stage.name} reads the rejects of "
                f"{', '.join(late)} and has to come after it"
            )
    sources = {step.stage.name: Source(step) for step in recipe.steps}
    for source in sources.values():
        source.digest  # noqa: B018 - it is kept
    return {step.stage.name: sources[step.stage.name] for step in recipe.steps if not step.stage.inputs}


@dataclass(slots=True)
class Build:
    """One run of a recipe: goes through the stages and builds those that are stale.

    Attributes:
        sources: what `accept` has hashed already.
    """

    recipe: Recipe
    workspace: Workspace
    executor: Executor
    workers: int
    progress: Progress
    services: Services | None = None
    sources: Mapping[str, Source] | None = None
    _known: WorkspaceState = field(init=False)
    _crew: Workers = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing known."""
        self._known = WorkspaceState(self.workspace, self.sources)
        self._crew = Workers(self.recipe, Dispatcher(self.executor, self.workers), self.progress)

    def run(self) -> list[StageReport]:
        """Build what is stale, in the recipe's order; what a paused stage leaves undone, no later stage sees.

        Raises:
            NothingLeftError: a stage rejected every item.
            PausedError: a service asks us to come back later; all that does not wait for it is done.
            PartialError: some shards failed, or items whose failure may pass; the others are kept.
            SetupError: a renderer or a key is missing, or the disk is full.
        """
        reports, paused = [], []
        self._require_tools()
        for step in self.recipe.steps:
            if missing := [table for table in self._needed(step) if table not in self._known.made]:
                self.progress.stage_skipped(step, missing)
                continue
            try:
                reports.append(self._run_step(step))
            except PausedError as error:
                paused.append(error)
        if paused:
            raise min(paused, key=lambda error: error.until)
        return reports

    def _require_tools(self) -> None:
        """Raise at once, of stages that were never built, what would else be found once those before them are done."""
        for step in self.recipe.steps:
            state = self._known.state_of(step)
            if state.manifest is None:
                state.require_tools()

    def _needed(self, step: Step) -> list[str]:
        """List the tables that must be made before a step runs: those it reads, and those of whom it reads rejects."""
        read = [s.stage.outputs for s in self.recipe.steps if s.stage.name in step.stage.reads_rejects]
        return list(dict.fromkeys([*step.stage.inputs, *(table for tables in read for table in tables)]))

    def _run_step(self, step: Step) -> StageReport:
        started = time.monotonic()
        state = self._known.state_of(step)
        if step.stage.network is not None:
            from musicdata.engine.fetching.run import fetch

            state = fetch(self.recipe, state, self._crew, self.services, self.progress)
        manifest, n_kept = state.manifest, 0
        if state.reasons or manifest is None:
            state.require_tools()
            manifest, n_kept = self._rebuild(state)
        tidy(self.workspace, step.stage, manifest)
        self._forget_other_makers(step)
        fetched.release_files(self.workspace, step.stage, manifest)
        report = StageReport(
            stage=step.stage.name,
            built=bool(state.reasons),
            reasons=state.reasons,
            rows={table: facts["rows"] for table, facts in manifest["tables"].items()},
            rejects=manifest["rejects"],
            n_items=sum(shard["n_items"] for shard in manifest["shards"]),
            n_kept=n_kept,
            seconds=time.monotonic() - started,
        )
        self.progress.stage_ended(report)
        if report.n_items or not step.stage.may_be_empty:
            self._refuse_nothing(step.stage.outputs[0], report)
        self._known.add(step.stage.name, manifest)
        return report

    def _rebuild(self, state: StageState) -> tuple[dict[str, Any], int]:
        """Compute the shards that are not done yet and seal the stage; return its manifest and the items kept."""
        plan = self._crew.make_plan(state)
        done = state.sealed_shards(plan) | state.finished_shards(plan)
        n_kept = sum(shard["n_items"] for shard in plan if shard["key"] in done)
        self.progress.stage_started(state.step, state.reasons, sum(shard["n_items"] for shard in plan), n_kept)
        waiting = [ordinal for ordinal, shard in enumerate(plan) if shard["key"] not in done]
        self._crew.compute(state, waiting)
        done |= state.finished_shards([plan[ordinal] for ordinal in waiting])
        return seal(state, [done[shard["key"]] for shard in plan]), n_kept

    def _forget_other_makers(self, step: Step) -> None:
        """Forget stages of an earlier recipe that made a table which this step has just made."""
        kept = {s.stage.name for s in self.recipe.steps}
        for name in (name for name in self.workspace.sealed_stages() if name not in kept):
            try:
                manifest = self.workspace.manifest(name)
            except IntegrityError:  # nobody reads by it
                continue
            if manifest and set(step.stage.outputs) & manifest["tables"].keys():
                forget(self.workspace, name, manifest["tables"].keys() - set(self.recipe.tables()))

    def _refuse_nothing(self, table: str, report: StageReport) -> None:
        if not report.rows[table]:
            why = ", ".join(f"{reason} ({n})" for reason, n in sorted(report.rejects.items())) or "it was given nothing"
            raise NothingLeftError(
                f"stage {report.stage} left no {table}: {why}. "
                f"See each item with: musicdata show rejects --work {self.workspace.root}"
            )

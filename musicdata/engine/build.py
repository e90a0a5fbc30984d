"""Runs a recipe in a workspace: what is done, what is stale, what is next."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musicdata.engine import fetched
from musicdata.engine.dispatch import Dispatcher
from musicdata.engine.executor import Outcome, Spec
from musicdata.engine.manifest import finished_shards, seal, tidy
from musicdata.engine.progress import Progress, StageReport
from musicdata.engine.staleness import Origin, left_nothing, origin_of, stale_reasons
from musicdata.errors import NothingLeftError, PausedError, RecipeError
from musicdata.system.files import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.definitions.recipe import Recipe, Step
    from musicdata.engine.executor import Executor
    from musicdata.settings.services import Services
    from musicdata.workspace.folder import Workspace


@dataclass(slots=True)
class Build:
    """One run of a recipe: goes through the stages and builds those that are stale."""

    recipe: Recipe
    workspace: Workspace
    executor: Executor
    workers: int
    progress: Progress
    services: Services | None = None
    table_digests: dict[str, str] = field(default_factory=dict)

    def run(self) -> list[StageReport]:
        """Build what is stale, in the recipe's order; what a paused stage leaves undone, no later stage sees.

        Raises:
            RecipeError: a stage reads the rejects of one that comes after it.
            NothingLeftError: a stage rejected every item.
            PausedError: a service asks us to come back later; all that does not wait for it is done.
            PartialError: some shards failed, or items whose failure may pass; the others are kept.
            SetupError: a renderer or a key is missing, or the disk is full.
        """
        self._require_order()
        reports, paused = [], []
        for step in self.recipe.steps:
            if missing := [table for table in self._needed(step) if table not in self.table_digests]:
                self.progress.stage_skipped(step, missing)
                continue
            try:
                reports.append(self._run_step(step))
            except PausedError as error:
                paused.append(error)
        if paused:
            raise min(paused, key=lambda error: error.until)
        return reports

    def _require_order(self) -> None:
        names = [step.stage.name for step in self.recipe.steps]
        for place, step in enumerate(self.recipe.steps):
            if late := [name for name in step.stage.reads_rejects if name in names[place:]]:
                raise RecipeError(
                    f"recipe {self.recipe.dataset.name}: stage {step.stage.name} reads the rejects of "
                    f"{', '.join(late)} and has to come after it"
                )

    def _needed(self, step: Step) -> list[str]:
        """List the tables that must be made before a step runs: those it reads, and those of whom it reads rejects."""
        read = [s.stage.outputs for s in self.recipe.steps if s.stage.name in step.stage.reads_rejects]
        return list(dict.fromkeys([*step.stage.inputs, *(table for tables in read for table in tables)]))

    def _run_step(self, step: Step) -> StageReport:
        started = time.monotonic()
        if step.stage.network is not None:
            self._fetch(step)
        reasons = stale_reasons(self.workspace, step, self.table_digests)
        manifest = self.workspace.manifest(step.stage.name)
        n_kept = 0
        if reasons or manifest is None:
            kept = None if manifest is None or left_nothing(step, manifest) else manifest
            manifest, n_kept = self._rebuild(step, reasons, kept)
        tidy(self.workspace, step, manifest)
        fetched.release_files(self.workspace, step.stage)
        report = StageReport(
            stage=step.stage.name,
            built=bool(reasons),
            reasons=tuple(reasons),
            rows={table: facts["rows"] for table, facts in manifest["tables"].items()},
            rejects=manifest["rejects"],
            n_items=sum(shard["n_items"] for shard in manifest["shards"]),
            n_kept=n_kept,
            seconds=time.monotonic() - started,
        )
        self.progress.stage_ended(report)
        self._refuse_nothing(step, report)
        self.table_digests |= {table: facts["digest"] for table, facts in manifest["tables"].items()}
        return report

    def _fetch(self, step: Step) -> None:
        """Fetch what the stage wants and is not in the ledger yet, or failed in a way that may pass."""
        from musicdata.engine.fetching.run import fetch

        self._write_job(step, keeps=False, rejects={})
        self._dispatch(step, [self._spec("want", step)])
        fetch(self.recipe, step, self.workspace, self.services, self.progress)

    def _refuse_nothing(self, step: Step, report: StageReport) -> None:
        if not report.rows[step.stage.outputs[0]]:
            why = ", ".join(f"{reason} ({n})" for reason, n in sorted(report.rejects.items())) or "it was given nothing"
            raise NothingLeftError(
                f"stage {step.stage.name} left no {step.stage.outputs[0]}: {why}. "
                f"See each item with: musicdata show rejects --work {self.workspace.root}"
            )

    def _rebuild(self, step: Step, reasons: list[str], old: dict[str, Any] | None) -> tuple[dict[str, Any], int]:
        """Compute the shards that are not done yet and seal the stage; return its manifest and the items kept."""
        origin, tools = origin_of(self.workspace, step, self.table_digests), dict(step.stage.tools(step.parameters))
        plan = self._plan(step, origin, old)
        done = finished_shards(self.workspace, step, plan, old)
        n_kept = sum(shard["n_items"] for shard in plan if shard["key"] in done)
        self.progress.stage_started(step, reasons, sum(shard["n_items"] for shard in plan), n_kept)
        waiting = [ordinal for ordinal, shard in enumerate(plan) if shard["key"] not in done]
        self._dispatch(step, [self._spec("shard", step, ordinal) for ordinal in waiting])
        done = finished_shards(self.workspace, step, plan, old)
        return seal(self.workspace, step, [done[shard["key"]] for shard in plan], origin, tools), n_kept

    def _plan(self, step: Step, origin: Origin, old: dict[str, Any] | None) -> list[dict[str, Any]]:
        """Write the stage's job down for the workers and have one of them cut it into shards."""
        keeps = step.stage.keeps and old is not None and old["origin"]["facts"] == origin.facts
        self._write_job(step, keeps=keeps, rejects=origin.rejects)
        self._dispatch(step, [self._spec("cut", step)])
        path = self.workspace.state_folder(step.stage.name) / "plan.json"
        shards: list[dict[str, Any]] = (read_json(path) or {})["shards"]
        return shards

    def _write_job(self, step: Step, *, keeps: bool, rejects: Mapping[str, str]) -> None:
        job = {
            "parameters": step.parameters.model_dump(mode="json"),
            "made_by": [s.stage.name for s in self.recipe.steps if set(s.stage.outputs) & set(step.stage.inputs)],
            "keeps": keeps,
            "rejects": dict(rejects),
            "plugins": self.recipe.plugins.places(),
        }
        self.workspace.write_json(self.workspace.state_folder(step.stage.name) / "job.json", job)

    def _spec(self, operation: str, step: Step, ordinal: int = -1) -> Spec:
        return Spec(operation, str(self.workspace.root), step.stage.name, ordinal)

    def _dispatch(self, step: Step, specs: list[Spec]) -> None:
        Dispatcher(self.executor, self.workers).run(specs, step.stage.deadline_s, self._tell)

    def _tell(self, outcome: Outcome) -> None:
        if outcome.spec.operation == "shard":
            self.progress.advanced(outcome.facts["n_items"], outcome.facts["n_rejects"])

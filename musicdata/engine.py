"""Runs a recipe in a workspace: what is done, what is stale, what is next."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from musicdata import contract as contracts
from musicdata import errors
from musicdata.errors import MusicdataError, NothingLeftError, PartialError
from musicdata.executor import Outcome, Spec
from musicdata.shards import base_digest
from musicdata.stage import digest_of
from musicdata.staleness import Origin, left_nothing, origin_of, part_bytes, parts_of, stale_reasons
from musicdata.workspace import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.executor import Executor
    from musicdata.recipe import Recipe, Step
    from musicdata.workspace import Workspace

_ATTEMPTS = 3
_POLL_S = 1.0


class Progress(Protocol):
    """Is told how a build goes on."""

    def stage_started(self, step: Step, reasons: list[str], n_items: int, n_kept: int) -> None:
        """A stage runs: why, how many items it has, and how many of them an earlier run has done."""

    def advanced(self, n_items: int, n_rejects: int) -> None:
        """A shard is committed."""

    def stage_ended(self, report: StageReport) -> None:
        """A stage is sealed, or was found up to date."""


@dataclass(frozen=True, slots=True)
class StageReport:
    """Says what became of one stage.

    Attributes:
        stage: its name.
        built: False when it was up to date.
        reasons: why it was built.
        rows: rows of each of its tables.
        rejects: dropped items by reason code.
        n_items: items it was given, and `n_kept` those whose shards an earlier run had done.
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


@dataclass(slots=True)
class Build:
    """One run of a recipe: goes through the stages and builds those that are stale."""

    recipe: Recipe
    workspace: Workspace
    executor: Executor
    workers: int
    progress: Progress
    table_digests: dict[str, str] = field(default_factory=dict)

    def run(self) -> list[StageReport]:
        """Build what is stale, in the recipe's order.

        Raises:
            NothingLeftError: a stage rejected every item.
            PartialError: some shards failed; the others are kept.
            SetupError: a renderer is missing, or the disk is full.
        """
        return [self._run_step(step) for step in self.recipe.steps]

    def _run_step(self, step: Step) -> StageReport:
        started = time.monotonic()
        reasons = stale_reasons(self.workspace, step, self.table_digests)
        manifest = self.workspace.manifest(step.stage.name)
        n_kept = 0
        if reasons or manifest is None:
            kept = None if manifest is None or left_nothing(step, manifest) else manifest
            manifest, n_kept = self._rebuild(step, reasons, kept)
        self._tidy(step, manifest)
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

    def _refuse_nothing(self, step: Step, report: StageReport) -> None:
        if not report.rows[step.stage.outputs[0]]:
            why = ", ".join(f"{reason} ({n})" for reason, n in sorted(report.rejects.items())) or "it was given nothing"
            raise NothingLeftError(
                f"stage {step.stage.name} left no {step.stage.outputs[0]}: {why}. "
                f"See each item with: musicdata show rejects --work {self.workspace.root}"
            )

    def _rebuild(self, step: Step, reasons: list[str], old: dict[str, Any] | None) -> tuple[dict[str, Any], int]:
        name, folder = step.stage.name, self.workspace.state_folder(step.stage.name)
        origin, tools = origin_of(step, self.table_digests), dict(step.stage.tools(step.parameters))
        kept_output = step.stage.keeps and old is not None and old["origin"]["facts"] == origin.facts
        job = {
            "parameters": step.parameters.model_dump(mode="json"),
            "made_by": [s.stage.name for s in self.recipe.steps if set(s.stage.outputs) & set(step.stage.inputs)],
            "keeps": kept_output,
        }
        self.workspace.write_json(folder / "job.json", job)
        self._compute([Spec("cut", str(self.workspace.root), name)], step)
        plan = (read_json(folder / "plan.json") or {})["shards"]
        done = self._records(step, plan, old)
        kept = sum(shard["n_items"] for shard in plan if shard["key"] in done)
        self.progress.stage_started(step, reasons, sum(shard["n_items"] for shard in plan), kept)
        waiting = [i for i, shard in enumerate(plan) if shard["key"] not in done]
        self._compute([Spec("shard", str(self.workspace.root), name, i) for i in waiting], step)
        return self._seal(step, plan, origin, tools, self._records(step, plan, old)), kept

    def _records(self, step: Step, plan: list[dict[str, Any]], old: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
        """Return the records of the plan's shards that are done: in this run, a killed one, or the last sealed one."""
        records = {shard["key"]: shard for shard in (old or {"shards": []})["shards"]}
        folder = self.workspace.state_folder(step.stage.name) / "shards"
        for shard in plan:
            if (record := read_json(folder / f"{shard['key']}.json")) is not None:
                records[shard["key"]] = record
        wanted = {shard["key"] for shard in plan}
        return {k: r for k, r in records.items() if k in wanted and self._is_whole(step, r)}

    def _is_whole(self, step: Step, record: dict[str, Any]) -> bool:
        return all(part_bytes(self.workspace, step, t, p) == p["bytes"] for t, p in parts_of({"shards": [record]}))

    def _compute(self, specs: list[Spec], step: Step) -> None:
        """Keep the workers busy with a window of specs; retry those whose worker died, collect the others' errors."""
        waiting, running, attempts, failed = (
            list(reversed(specs)),
            dict[int, tuple[Spec, float]](),
            Counter[int](),
            list[Outcome](),
        )
        while waiting or running:
            while waiting and len(running) < 2 * self.workers:
                spec = waiting.pop()
                # It may wait behind one other, which has as much time.
                running[self.executor.submit(spec)] = (spec, time.monotonic() + 2 * step.stage.deadline_s)
            for outcome in [*self.executor.wait(_POLL_S), *self._overdue(running)]:
                if running.pop(outcome.handle, None) is None:  # it answered just as its time was up
                    continue
                spec = outcome.spec
                attempts[spec.ordinal] += 1
                if not outcome.error:
                    if outcome.spec.operation == "shard":
                        self.progress.advanced(outcome.facts["n_items"], outcome.facts["n_rejects"])
                elif outcome.error == "died" and attempts[spec.ordinal] < _ATTEMPTS:
                    waiting.append(spec)
                else:
                    _raise_if_hopeless(outcome)
                    failed.append(outcome)
        if failed:
            first = failed[0]
            raise PartialError(
                f"stage {step.stage.name}: {len(failed)} of {len(specs)} shards failed, first with {first.error}: {first.message}. "
                "What is done is kept; run the same command again to go on"
            )

    def _overdue(self, running: dict[int, tuple[Spec, float]]) -> list[Outcome]:
        now = time.monotonic()
        late = [(handle, spec) for handle, (spec, deadline) in running.items() if now > deadline]
        for handle, _ in late:
            self.executor.cancel(handle, force=True)
        return [Outcome(handle, spec, "died", "no answer before the stage's deadline") for handle, spec in late]

    def _seal(
        self,
        step: Step,
        plan: list[dict[str, Any]],
        origin: Origin,
        tools: dict[str, str],
        records: dict[str, dict[str, Any]],
    ) -> dict[str, Any]:
        """Write the stage's manifest, which from then on says what its tables are, and remove what it does not name."""
        stage, workspace = step.stage, self.workspace
        shards = [self._place(step, i, records[shard["key"]]) for i, shard in enumerate(plan)]
        tables = {t: _table_facts(t, [s["parts"][t] for s in shards if t in s["parts"]]) for t in stage.outputs}
        reasons = Counter[str]()
        for shard in shards:
            reasons.update(shard["reasons"])
        manifest = {
            "origin": origin.as_json(),
            "tools": tools,
            "base": base_digest(stage, step.parameters),
            "shards": shards,
            "tables": tables,
            "rejects": dict(sorted(reasons.items())),
        }
        workspace.write_json(workspace.state_folder(stage.name) / "manifest.json", manifest)
        return manifest

    def _tidy(self, step: Step, manifest: dict[str, Any]) -> None:
        """Remove what a sealed stage's manifest does not name; a run killed before it got here leaves it to the next."""
        workspace, shards = self.workspace, manifest["shards"]
        for table in step.stage.outputs:
            workspace.sweep(
                workspace.table_folder(table),
                {s["parts"][table]["file"] for s in shards if table in s["parts"]},
            )
        workspace.sweep(
            workspace.rejects_folder(step.stage.name), {s["rejects"]["file"] for s in shards if s["rejects"]}
        )
        folder = workspace.state_folder(step.stage.name)
        workspace.sweep(folder / "shards", set())
        workspace.sweep(folder, {"manifest.json"})

    def _place(self, step: Step, ordinal: int, record: dict[str, Any]) -> dict[str, Any]:
        parts = {
            table: self.workspace.rename_part(self.workspace.table_folder(table), part, ordinal)
            for table, part in record["parts"].items()
        }
        rejects = record["rejects"]
        if rejects:
            rejects = self.workspace.rename_part(self.workspace.rejects_folder(step.stage.name), rejects, ordinal)
        return record | {"parts": parts, "rejects": rejects}


def _table_facts(table: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    for before, after in zip(parts, parts[1:], strict=False):
        if after["first"] < before["last"]:
            raise errors.ContractError(f"table {table}: parts {before['file']} and {after['file']} overlap in the key")
    return {
        "digest": digest_of([contracts.load(table).digest(), [part["sha256"] for part in parts]]),
        "rows": sum(part["rows"] for part in parts),
        "bytes": sum(part["bytes"] for part in parts),
    }


def _raise_if_hopeless(outcome: Outcome) -> None:
    """Raise at once what every other shard would meet too: a missing program, a full disk, a wrong recipe."""
    kind = getattr(errors, outcome.error, None)
    hopeless = (errors.SetupError, errors.UsageError, errors.ContractError)
    if isinstance(kind, type) and issubclass(kind, hopeless) and issubclass(kind, MusicdataError):
        raise kind(outcome.message)

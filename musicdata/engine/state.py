"""What a workspace holds of each stage of a recipe, read once: by the engine that builds, plans and reports."""

from __future__ import annotations

import functools
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from musicdata.definitions import contract as contracts
from musicdata.engine import splitting, wholeness
from musicdata.engine.progress import NOT_BUILT
from musicdata.engine.staleness import Origin, changed_tools, changes
from musicdata.engine.wholeness import Parts
from musicdata.errors import InputError, IntegrityError, SetupError
from musicdata.system import packages
from musicdata.system.digests import FileHashes, digest_of, each_file_once
from musicdata.workspace import ledger as ledgers
from musicdata.workspace import records
from musicdata.workspace.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from musicdata.definitions.recipe import Recipe, Step
    from musicdata.workspace.folder import Workspace

    Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StageStatus:
    """A stage in a workspace, as people are told.

    Attributes:
        reasons: why it has to run; empty when it is up to date.
        rows: rows of each table it made last.
        bytes: size of those tables.
        rejects: dropped items by reason.
    """

    stage: str
    reasons: tuple[str, ...]
    rows: dict[str, int]
    bytes: int
    rejects: dict[str, int]


@dataclass(frozen=True)
class Source:
    """What a stage reads beside tables: files, of which each is hashed once a run.

    Attributes:
        step: the stage with its parameters.
        hashes: of the files that were hashed.
    """

    step: Step
    hashes: FileHashes = field(default_factory=dict)

    @functools.cached_property
    def digest(self) -> str:
        """Return the content hash of what it will read; "" for a stage that reads tables only.

        Raises:
            InputError: the source cannot be read.
        """
        if self.step.stage.source_digest is None:
            return ""
        with each_file_once(self.hashes):
            return self.step.stage.source_digest(self.step.parameters)


@dataclass(frozen=True)
class StageState:
    """A stage in a workspace before it runs.

    Attributes:
        workspace: where its tables are.
        step: the stage with its parameters.
        manifest: what it made when it was last sealed; None if it never was.
        made: content hash of each table made so far.
        rejects_read: stage whose rejects it reads → content hash of these.
        source: what it reads beside tables.
        parts: whether they are the bytes that were written, as far as this run has looked.
        damage: what is wrong with its manifest; "" when nothing is, or there is none.
        n_open: items of a network stage of which nothing has become yet.
        fetched: content hash of what became of its items; "" while some are open, and for other stages.
    """

    workspace: Workspace
    step: Step
    manifest: Record | None
    made: Mapping[str, str]
    rejects_read: Mapping[str, str]
    source: Source
    parts: Parts
    damage: str = ""
    n_open: int = 0
    fetched: str = ""

    def with_fetched(self, ledger: Ledger) -> StageState:
        """Return it with what stands in the ledger."""
        n_open = ledger.n_open(self.step.stage.name)
        return replace(self, n_open=n_open, fetched="" if n_open else ledger.digest(self.step.stage.name))

    @functools.cached_property
    def origin(self) -> Origin:
        """Return what the output would be a function of, if the stage ran now.

        Raises:
            InputError: the source cannot be read.
        """
        # What was asked for, by key and parameters, is in what was fetched.
        return self._origin(self.fetched or self.source.digest)

    def _origin(self, source: str) -> Origin:
        stage = self.step.stage
        return Origin(
            facts=stage.facts(self.step.parameters),
            contracts={table: contracts.load(table).digest() for table in stage.outputs},
            inputs={table: self.made[table] for table in stage.inputs},
            source=source,
            rejects=dict(self.rejects_read),
        )

    @property
    def wants(self) -> str:
        """Return the digest of what a network stage makes its list of items from.

        Raises:
            InputError: the source cannot be read.
        """
        inputs = {table: self.made[table] for table in self.step.stage.inputs}
        return digest_of([self.step.stage.facts(self.step.parameters), inputs, self.source.digest])

    @functools.cached_property
    def tools(self) -> dict[str, str]:
        """Return the programs that the output depends on, and their versions.

        Raises:
            SetupError: one is missing.
        """
        return dict(self.step.stage.tools(self.step.parameters))

    def require_tools(self) -> None:
        """Refuse to run without what it needs.

        Raises:
            SetupError: a package or a program is missing.
        """
        packages.require(self.step.stage.needs, f"stage {self.step.stage.name}")
        self.tools  # noqa: B018 - raises

    @functools.cached_property
    def reasons(self) -> tuple[str, ...]:
        """Return why the stage has to run; empty when its tables are up to date."""
        if lacks := self._lacks:
            return (lacks,)
        assert self.manifest is not None, "a stage without a manifest lacks it"
        try:
            changed = changes(self.manifest, self.origin, self._source_name)
        except (InputError, SetupError) as error:
            return (f"the source cannot be read: {error}",)
        return (
            *changed,
            *self._changed_tools(self.manifest),
            *self._part_at_fault,
            *self._larger_limits(self.manifest),
        )

    @functools.cached_property
    def disagreements(self) -> tuple[str, ...]:
        """Return in what its tables are not what the recipe says; empty where they may be passed on as its result.

        Less than `reasons`: which programs this machine has says nothing of tables that are made, nor does a source
        that can no longer be read.
        """
        if lacks := self._lacks:
            return (lacks,)
        assert self.manifest is not None, "a stage without a manifest lacks it"
        try:
            origin = self.origin
        except (InputError, SetupError):
            origin = self._origin(self.manifest["origin"]["source"])
        return (*changes(self.manifest, origin, self._source_name), *self._part_at_fault)

    @property
    def _source_name(self) -> str:
        return "what was fetched" if self.step.stage.network else "the source files"

    @property
    def _lacks(self) -> str:
        """Return why there is nothing that could be up to date; "" where there is."""
        if waits_for := [table for table in self.step.stage.inputs if table not in self.made]:
            return f"waits for {', '.join(waits_for)}"
        if self.manifest is None:
            return self.damage or NOT_BUILT
        if self.n_open:
            return f"{self.n_open:,} items are to be fetched"
        return f"it left no {self.step.stage.outputs[0]} the last time" if self._left_nothing else ""

    def _changed_tools(self, manifest: Record) -> list[str]:
        try:
            return changed_tools(manifest, self.tools)
        except SetupError:  # a finished table needs no renderer
            return []

    @property
    def _part_at_fault(self) -> list[str]:
        """Name the first of the parts that are not there as they were made."""
        faulty = [f"part {table or 'rejects'}/{file} is {fault}" for (table, file), fault in self.part_faults.items()]
        more = f", and so are {len(faulty) - 1:,} more" if len(faulty) > 1 else ""
        return [faulty[0] + more] if faulty else []

    def _larger_limits(self, manifest: Record) -> list[str]:
        """Say that items are tried again that took too long or too much memory, now that they may take more."""
        n = sum(self._may_take_more(shard) for shard in manifest["shards"])
        return ["items that took too long or too much memory may take more now"] if n else []

    def _may_take_more(self, shard: Record) -> bool:
        then = shard.get("dropped_within")
        return isinstance(then, dict) and splitting.are_larger(splitting.limits_of(self.step.stage), then)

    @property
    def _left_nothing(self) -> bool:
        """Say whether every item was rejected: then the fault may have been this machine's, since mended."""
        if self.manifest is None or (self.step.stage.may_be_empty and not self.manifest["shards"]):
            return False
        return not self.manifest["tables"][self.step.stage.outputs[0]]["rows"]

    @functools.cached_property
    def part_faults(self) -> dict[tuple[str, str], str]:
        """Return (table, file) → what is wrong, of the manifest's parts that are not as they were made."""
        parts = _parts(self.manifest["shards"]) if self.manifest else []
        self.parts.look((self._path(*known), known[1]) for known in parts)
        return {(table, part["file"]): fault for table, part in parts if (fault := self._fault(table, part))}

    def _fault(self, table: str, part: Record) -> str:
        return self.parts.fault(self._path(table, part), part)

    def _path(self, table: str, part: Record) -> Path:
        """Return where a part of a table, "" for the rejects, is on disk."""
        workspace, file = self.workspace, part["file"]
        return workspace.table_part(table, file) if table else workspace.rejects_part(self.step.stage.name, file)

    def sealed_shards(self, plan: list[Record]) -> dict[str, Record]:
        """Return key → record of the plan's shards that were sealed the last time and whose parts are there.

        There are none if every item was rejected.
        """
        keys = {shard["key"] for shard in plan}
        shards = self.manifest["shards"] if self.manifest and not self._left_nothing else []
        faulty = self.part_faults.keys()
        return {
            shard["key"]: shard
            for shard in shards
            if shard["key"] in keys and faulty.isdisjoint(_names([shard])) and not self._may_take_more(shard)
        }

    def finished_shards(self, plan: list[Record]) -> dict[str, Record]:
        """Return key → record of the plan's shards that this run or a killed one has done.

        A record that is damaged, or whose parts are, goes, so that the shard's next record can take its name.
        """
        folder = self.workspace.state_folder(self.step.stage.name) / "shards"
        finished: dict[str, Record] = {}
        for shard in plan:
            path = folder / f"{shard['key']}.json"
            try:
                record = records.read_shard(path)
            except IntegrityError:
                path.unlink()
                continue
            if record is None:
                continue
            if record["key"] == shard["key"] and not any(
                wholeness.fault(self._path(*p), p[1]) for p in _parts([record])
            ):
                finished[shard["key"]] = record
            else:
                path.unlink()
        return finished

    @property
    def keeps(self) -> bool:
        """Say whether the stage is handed its earlier output: whole, and of the same version and parameters."""
        is_usable = self.manifest is not None and not self._left_nothing and not self.part_faults
        then = self.manifest["origin"]["facts"] if self.manifest is not None and is_usable else None
        return self.step.stage.keeps and then == self.origin.facts

    def status(self) -> StageStatus:
        """Return what people are told."""
        manifest: Record = self.manifest or {"tables": {}, "rejects": {}}
        return StageStatus(
            stage=self.step.stage.name,
            reasons=self.reasons,
            rows={table: facts["rows"] for table, facts in manifest["tables"].items()},
            bytes=sum(facts["bytes"] for facts in manifest["tables"].values()),
            rejects=manifest["rejects"],
        )


def _parts(shards: list[Record]) -> list[tuple[str, Record]]:
    """List (table, part) of every part that records of shards name; the table of rejects is ""."""
    parts = [(table, part) for shard in shards for table, part in shard["parts"].items()]
    return parts + [("", shard["rejects"]) for shard in shards if shard["rejects"]]


def _names(shards: list[Record]) -> list[tuple[str, str]]:
    return [(table, part["file"]) for table, part in _parts(shards)]


class WorkspaceState:
    """A workspace as a recipe goes through it: each manifest is read once.

    Attributes:
        workspace: the folder.
        made: content hash of each table made so far.

    `sources` are those that were hashed just now, by stage.
    """

    def __init__(self, workspace: Workspace, sources: Mapping[str, Source] | None = None) -> None:
        self.workspace = workspace
        self.made: dict[str, str] = {}
        self._manifests: dict[str, Record | None] = {}
        self._sources = dict(sources or {})
        self._damages: dict[str, str] = {}
        self._parts = Parts()

    def state_of(self, step: Step) -> StageState:
        """Return the state of the stage whose turn it is."""
        manifest = self._manifest(step.stage.name)
        return StageState(
            workspace=self.workspace,
            step=step,
            manifest=manifest,
            made=dict(self.made),
            rejects_read=self._rejects_read(step),
            source=self._sources.get(step.stage.name) or Source(step),
            parts=self._parts,
            damage=self._damages.get(step.stage.name, ""),
        )

    def add(self, stage: str, manifest: Record) -> None:
        """Take the tables of a stage that is up to date or was sealed just now."""
        self._manifests[stage] = manifest
        self.made |= {table: facts["digest"] for table, facts in manifest["tables"].items()}

    def _manifest(self, stage: str) -> Record | None:
        if stage not in self._manifests:
            try:
                self._manifests[stage] = self.workspace.manifest(stage)
            except IntegrityError as error:
                self._manifests[stage], self._damages[stage] = None, str(error)
        return self._manifests[stage]

    def _rejects_read(self, step: Step) -> dict[str, str]:
        """Return stage → content hash of its rejects, of those stages that the step reads and the recipe has.

        A stage whose tables are not those made so far is left over from another recipe.
        """
        rejects: dict[str, str] = {}
        for name in step.stage.reads_rejects:
            manifest = self._manifest(name)
            if manifest and all(self.made.get(t) == facts["digest"] for t, facts in manifest["tables"].items()):
                parts = [shard["rejects"]["sha256"] for shard in manifest["shards"] if shard["rejects"]]
                rejects[name] = digest_of(parts)
        return rejects


def read_states(
    recipe: Recipe, workspace: Workspace, why_not: Callable[[StageState], tuple[str, ...]]
) -> Iterator[StageState]:
    """Yield every stage's state; those of which `why_not` says something leave their tables unknown to later ones."""
    known = WorkspaceState(workspace)
    with ExitStack() as stack:
        has_ledger = ledgers.exists(workspace)
        ledger = stack.enter_context(Ledger(workspace, read_only=True)) if has_ledger else None
        for step in recipe.steps:
            state = known.state_of(step)
            if state.manifest and ledger and step.stage.network:
                state = state.with_fetched(ledger)
            yield state
            if state.manifest and not why_not(state):
                known.add(step.stage.name, state.manifest)


def stage_states(recipe: Recipe, workspace: Workspace) -> list[StageStatus]:
    """Return every stage's state; a stage after a stale one is stale if its input changes, which is not known yet."""
    return [state.status() for state in read_states(recipe, workspace, lambda state: state.reasons)]

"""What a worker does for a stage: cut its work into shards, compute one shard and commit it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.definitions import contract as contracts
from musicdata.definitions import plugins
from musicdata.definitions import stage as stages
from musicdata.definitions.stage import Shard, Task
from musicdata.engine import fetched
from musicdata.errors import PartialError
from musicdata.system.digests import digest_of
from musicdata.system.files import read_json, storage_faults
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger
from musicdata.workspace.parts import PartWriter
from musicdata.workspace.reader import TableReader, read_rejects

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from musicdata.definitions.reader import Reject
    from musicdata.engine.executor import Spec

_REJECTS = "rejects"


@dataclass(frozen=True, slots=True)
class _Job:
    """A stage in a workspace, as the engine has written it down for the workers."""

    workspace: Workspace
    stage: stages.Stage[Any]
    parameters: stages.Parameters
    inputs: TableReader
    kept: TableReader | None
    rejects: dict[str, str]

    def rejects_of(self, stage: str) -> Iterator[Reject]:
        """Return what a stage dropped whose rejects this one reads; nothing if the recipe has no such stage."""
        if stage not in self.stage.reads_rejects:
            raise ValueError(f"stage {self.stage.name} does not declare that it reads the rejects of {stage}")
        return read_rejects(self.workspace, stage) if stage in self.rejects else iter(())


def _job(spec: Spec) -> _Job:
    workspace = Workspace(Path(spec.workspace))
    written = read_json(workspace.state_folder(spec.stage) / "job.json")
    if written is None:
        raise PartialError(f"stage {spec.stage} has no job in {workspace.root}; run the build again")
    plugins.activate(plugins.load_places(written["plugins"]))
    stage = stages.find(spec.stage)
    kept = TableReader(workspace, [stage.name]) if written["keeps"] else None
    return _Job(
        workspace=workspace,
        stage=stage,
        parameters=stage.parameters(**written["parameters"]),
        inputs=TableReader(workspace, written["made_by"]),
        kept=kept,
        rejects=written["rejects"],
    )


def cut(spec: Spec) -> dict[str, Any]:
    """Write the stage's plan: its shards in order, each with the key under which it is committed."""
    job = _job(spec)
    base = base_digest(job.stage, job.parameters, job.rejects)
    planned = []
    for shard in _cut(job):
        key = digest_of([base, shard.first, shard.last, shard.items, shard.digest])[:32]
        planned.append(asdict(shard) | {"key": key})
    path = job.workspace.state_folder(job.stage.name) / "plan.json"
    job.workspace.write_json(path, {"shards": planned})
    return {"n_shards": len(planned)}


def _cut(job: _Job) -> Iterator[Shard]:
    if job.stage.network is not None:
        with Ledger(job.workspace, read_only=True) as ledger:
            yield from fetched.cut(ledger, job.stage, job.inputs)
    elif job.stage.cut is not None:
        yield from job.stage.cut(job.parameters, job.inputs)


def want(spec: Spec) -> dict[str, Any]:
    """Write into the ledger what a network stage wants, unless it is what it says already."""
    job = _job(spec)
    network = job.stage.network
    assert network is not None, "only network stages want items"
    with Ledger(job.workspace) as ledger:
        tables = {table: job.inputs.digest(table) for table in job.stage.inputs}
        source = job.stage.source_digest(job.parameters) if job.stage.source_digest else ""
        plan = digest_of([job.stage.facts(job.parameters), tables, source])
        if ledger.plan(job.stage.name) != plan:
            items = network.items(job.parameters, job.inputs)
            ledger.want(job.stage.name, plan, ((item.key, item.request) for item in items))
        return {"n_items": ledger.n_wanted(job.stage.name)}


def base_digest(stage: stages.Stage[Any], parameters: stages.Parameters, rejects: dict[str, str]) -> str:
    """Return the digest of all that shapes every shard of a stage.

    These are its version, parameters, contracts and tools, and the rejects it reads: stage → content hash.
    """
    tables = {table: contracts.load(table).digest() for table in (*stage.outputs, _REJECTS)}
    shaping = [stage.facts(parameters), tables, dict(stage.tools(parameters))]
    return digest_of([*shaping, rejects] if rejects else shaping)


def compute(spec: Spec) -> dict[str, Any]:
    """Compute one shard of the plan and commit it: parts first, then the record that names them."""
    job = _job(spec)
    plan = json.loads((job.workspace.state_folder(job.stage.name) / "plan.json").read_text("utf-8"))
    planned = plan["shards"][spec.ordinal]
    key = planned.pop("key")
    shard = Shard(**planned | {"items": tuple(planned["items"])})
    scratch = job.workspace.scratch / job.stage.name / key
    shutil.rmtree(scratch, ignore_errors=True)
    with storage_faults(scratch):
        (scratch / "run").mkdir(parents=True)
    sink = _ShardSink(job.stage, scratch)
    task = Task(
        shard=shard,
        inputs=job.inputs,
        sink=sink,
        scratch=scratch / "run",
        kept=job.kept,
        answers=fetched.of(job.workspace, job.stage, shard),
        rejects=job.rejects_of,
    )
    job.stage.run(job.parameters, task)
    record = {"key": key, "first": shard.first, "last": shard.last, "n_items": shard.n_items}
    record |= sink.commit(job.workspace, spec.ordinal)
    path = job.workspace.state_folder(job.stage.name) / "shards" / f"{key}.json"
    job.workspace.create_json(path, record)
    shutil.rmtree(scratch, ignore_errors=True)
    return {"n_items": shard.n_items, "n_rejects": sum(record["reasons"].values())}


@dataclass(slots=True)
class _ShardSink:
    """Collects what one shard makes in scratch files until all of it is there."""

    stage: stages.Stage[Any]
    scratch: Path
    writers: dict[str, PartWriter] = field(default_factory=dict)
    rejected: list[tuple[str, str, str]] = field(default_factory=list)

    def write(self, table: str, rows: pa.Table | dict[str, list[Any]]) -> None:
        if table not in self.stage.outputs:
            raise ValueError(f"stage {self.stage.name} does not declare the table {table!r}")
        self._writer(table).write(rows)

    def reject(self, key: str, reason: str, detail: str) -> None:
        self.rejected.append((key, reason, detail))

    def commit(self, workspace: Workspace, ordinal: int) -> dict[str, Any]:
        rejects = sorted(self.rejected)
        if rejects:
            columns = dict(zip(("key", "reason", "detail"), map(list, zip(*rejects, strict=True)), strict=True))
            self._writer(_REJECTS).write({"stage": [self.stage.name] * len(rejects), **columns})
        parts = {}
        for table, writer in self.writers.items():
            writer.close()
            if not writer.rows:
                continue
            is_rejects = table == _REJECTS
            folder = workspace.rejects_folder(self.stage.name) if is_rejects else workspace.table_folder(table)
            facts = {"rows": writer.rows, "first": writer.first, "last": writer.last}
            parts[table] = workspace.commit_part(writer.path, folder, ordinal) | facts
        reasons = dict(Counter(reason for _, reason, _ in rejects))
        return {"rejects": parts.pop(_REJECTS, None), "parts": parts, "reasons": reasons}

    def _writer(self, table: str) -> PartWriter:
        if table not in self.writers:
            self.writers[table] = PartWriter(contracts.load(table), self.scratch / f"{table}.parquet")
        return self.writers[table]

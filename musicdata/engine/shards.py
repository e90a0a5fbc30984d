"""What a worker does for a stage: cut its work into shards, compute one shard and commit it."""

from __future__ import annotations

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
from musicdata.engine import job as jobs
from musicdata.engine.underway import Underway
from musicdata.system.digests import digest_of, each_file_once
from musicdata.system.files import storage_faults
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger
from musicdata.workspace.parts import PartWriter
from musicdata.workspace.reader import TableReader, read_rejects

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from musicdata.definitions.reader import Reject
    from musicdata.engine.executor import Spec
    from musicdata.engine.job import Job

_REJECTS = "rejects"
_REASONS_TOLD = 8


@dataclass(frozen=True, slots=True)
class Work:
    """A stage in a workspace, with its job."""

    workspace: Workspace
    stage: stages.Stage[Any]
    parameters: stages.Parameters
    job: Job
    inputs: TableReader
    kept: TableReader | None

    def rejects_of(self, stage: str) -> Iterator[Reject]:
        """Return what a stage dropped whose rejects this one reads; nothing if the recipe has no such stage."""
        if stage not in self.stage.reads_rejects:
            raise ValueError(f"stage {self.stage.name} does not declare that it reads the rejects of {stage}")
        return read_rejects(self.workspace, stage) if stage in self.job.rejects else iter(())


def open_work(spec: Spec) -> Work:
    """Open a stage in a workspace, as its job says."""
    workspace = Workspace(Path(spec.workspace))
    job = jobs.read(workspace, spec.stage)
    plugins.activate(plugins.load_places(job.plugins))
    stage = stages.find(spec.stage)
    return Work(
        workspace=workspace,
        stage=stage,
        parameters=stage.parameters(**job.parameters),
        job=job,
        inputs=TableReader(workspace, job.made_by),
        kept=TableReader(workspace, [stage.name]) if job.keeps else None,
    )


def cut(spec: Spec) -> dict[str, Any]:
    """Write the stage's plan: its shards in order, each with the key under which it is committed."""
    work = open_work(spec)
    base = _base_digest(work)
    shards = []
    with each_file_once(jobs.read_hashes(work.workspace, spec.stage) if work.job.has_hashes else {}):
        for shard in _cut(work):
            key = digest_of([base, shard.first, shard.last, shard.items, shard.digest])[:32]
            shards.append(asdict(shard) | {"key": key})
    jobs.write_plan(work.workspace, spec.stage, shards)
    return {"n_shards": len(shards)}


def _cut(work: Work) -> Iterator[Shard]:
    if work.stage.network is not None:
        with Ledger(work.workspace, read_only=True) as ledger:
            yield from fetched.cut(ledger, work.stage, work.inputs)
    elif work.stage.cut is not None:
        yield from work.stage.cut(work.parameters, work.inputs)


def _base_digest(work: Work) -> str:
    """Return the digest of all that shapes every shard: version, parameters, contracts, tools, rejects it reads."""
    tables = {table: contracts.load(table).digest() for table in (*work.stage.outputs, _REJECTS)}
    shaping = [work.stage.facts(work.parameters), tables, work.job.tools]
    return digest_of([*shaping, work.job.rejects] if work.job.rejects else shaping)


def want(spec: Spec) -> dict[str, Any]:
    """Write into the ledger what a network stage wants."""
    work = open_work(spec)
    network = work.stage.network
    assert network is not None, "only network stages want items"
    with Ledger(work.workspace) as ledger:
        items = network.items(work.parameters, work.inputs)
        return {"n_items": ledger.want(spec.stage, work.job.wants, ((item.key, item.request) for item in items))}


def prepare(spec: Spec) -> dict[str, Any]:
    """Have a stage read once what all of its shards need, into a folder that is emptied first."""
    work = open_work(spec)
    assert work.stage.prepare is not None, "only stages that prepare something are asked to"
    folder = prepared_of(work.workspace, spec.stage)
    drop_prepared(work.workspace, spec.stage)
    with storage_faults(folder):
        folder.mkdir(parents=True)
    work.stage.prepare(work.parameters, work.inputs, folder)
    return {}


def prepared_of(workspace: Workspace, stage: str) -> Path:
    """Return the folder with what a stage has read for all of its shards."""
    return workspace.scratch / f"{stage}.prepared"


def drop_prepared(workspace: Workspace, stage: str) -> None:
    """Remove what a stage has read for all of its shards."""
    shutil.rmtree(prepared_of(workspace, stage), ignore_errors=True)


def compute(spec: Spec) -> dict[str, Any]:
    """Compute one shard of the plan and commit it: parts first, then the record that names them."""
    work = open_work(spec)
    key, shard = planned(work, spec.ordinal)
    sink = run(work, shard, scratch_of(work, key))
    return commit(work, spec.ordinal, key, shard, sink)


def planned(work: Work, ordinal: int) -> tuple[str, Shard]:
    """Return a shard of the stage's plan, and the key under which it is committed."""
    facts = dict(jobs.read_plan(work.workspace, work.stage.name)[ordinal])
    key = str(facts.pop("key"))
    return key, Shard(**facts | {"items": tuple(facts["items"])})


def scratch_of(work: Work, name: str) -> Path:
    """Return a folder for unfinished files of a stage."""
    return work.workspace.scratch / work.stage.name / name


def run(work: Work, shard: Shard, scratch: Path) -> ShardSink:
    """Run a stage on a shard, or on a piece of one; what it makes stays below `scratch`, which is emptied first."""
    shutil.rmtree(scratch, ignore_errors=True)
    with storage_faults(scratch):
        (scratch / "run").mkdir(parents=True)
    sink = ShardSink(work.stage, scratch)
    task = Task(
        shard=shard,
        inputs=work.inputs,
        sink=sink,
        scratch=scratch / "run",
        kept=work.kept,
        answers=fetched.of(work.workspace, work.stage, shard),
        rejects=work.rejects_of,
        prepared=prepared_of(work.workspace, work.stage.name) if work.stage.prepare else None,
    )
    work.stage.run(work.parameters, task)
    return sink


def commit(work: Work, ordinal: int, key: str, shard: Shard, sink: ShardSink, **more: Any) -> dict[str, Any]:
    """Commit what a shard made; return its counts for progress."""
    record = {"key": key, "first": shard.first, "last": shard.last, "n_items": shard.n_items, **more}
    record |= sink.commit(work.workspace, ordinal)
    path = work.workspace.state_folder(work.stage.name) / "shards" / f"{key}.json"
    work.workspace.create_json(path, record)
    shutil.rmtree(sink.scratch, ignore_errors=True)
    most = dict(Counter(record["reasons"]).most_common(_REASONS_TOLD))
    return {"n_items": shard.n_items, "n_rejects": sum(record["reasons"].values()), "reasons": most}


@dataclass(slots=True)
class ShardSink:
    """What one shard makes, in scratch files until all of it is there."""

    stage: stages.Stage[Any]
    scratch: Path
    writers: dict[str, PartWriter] = field(default_factory=dict)
    rejected: list[tuple[str, str, str]] = field(default_factory=list)
    underway: Underway = field(init=False)

    def __post_init__(self) -> None:
        """Begin with no item."""
        self.underway = Underway(self.scratch)

    def write(self, table: str, rows: pa.Table | dict[str, list[Any]]) -> None:
        """Append rows to the shard's part of a table that the stage declares."""
        if table not in self.stage.outputs:
            raise ValueError(f"stage {self.stage.name} does not declare the table {table!r}")
        self._writer(table).write(rows)
        if table == self.stage.outputs[0]:
            key = self.writers[table].contract.key[0]
            self.underway.wrote(rows.get(key, ()) if isinstance(rows, dict) else rows[key])

    def reject(self, key: str, reason: str, detail: str) -> None:
        """Record that an item is dropped."""
        self.rejected.append((key, reason, detail))
        self.underway.dropped(key)

    def close(self) -> dict[str, Path]:
        """Finish the files of the tables that have rows, without committing them; return where they are."""
        for writer in self.writers.values():
            writer.close()
        return {table: writer.path for table, writer in self.writers.items() if writer.rows}

    def commit(self, workspace: Workspace, ordinal: int) -> dict[str, Any]:
        """Move the parts to their places; return what the shard's record says of them and of the rejects."""
        rejects = sorted(self.rejected)
        if rejects:
            columns = dict(zip(("key", "reason", "detail"), map(list, zip(*rejects, strict=True)), strict=True))
            self._writer(_REJECTS).write({"stage": [self.stage.name] * len(rejects), **columns})
        parts = {}
        files = self.close()
        for table, path in files.items():
            writer = self.writers[table]
            is_rejects = table == _REJECTS
            folder = workspace.rejects_folder(self.stage.name) if is_rejects else workspace.table_folder(table)
            facts = {"rows": writer.rows, "first": writer.first, "last": writer.last}
            parts[table] = workspace.commit_part(path, folder, ordinal) | facts
        reasons = dict(Counter(reason for _, reason, _ in rejects))
        return {"rejects": parts.pop(_REJECTS, None), "parts": parts, "reasons": reasons}

    def _writer(self, table: str) -> PartWriter:
        if table not in self.writers:
            self.writers[table] = PartWriter(contracts.load(table), self.scratch / f"{table}.parquet")
        return self.writers[table]

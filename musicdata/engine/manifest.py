"""From finished shards to a sealed stage: the manifest that names every part, and nothing beside them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from musicdata.definitions import contract as contracts
from musicdata.engine.staleness import Origin, part_bytes, parts_of
from musicdata.errors import ContractError
from musicdata.system.digests import digest_of
from musicdata.system.files import read_json

if TYPE_CHECKING:
    from musicdata.definitions.recipe import Step
    from musicdata.workspace.folder import Workspace

    Record = dict[str, Any]


def finished_shards(workspace: Workspace, step: Step, plan: list[Record], old: Record | None) -> dict[str, Record]:
    """Return key → record of the plan's shards that are done: in this run, a killed one, or the last sealed one."""
    records = {shard["key"]: shard for shard in (old or {"shards": []})["shards"]}
    folder = workspace.state_folder(step.stage.name) / "shards"
    for shard in plan:
        if (record := read_json(folder / f"{shard['key']}.json")) is not None:
            records[shard["key"]] = record
    wanted = {shard["key"] for shard in plan}
    return {key: record for key, record in records.items() if key in wanted and _is_whole(workspace, step, record)}


def _is_whole(workspace: Workspace, step: Step, record: Record) -> bool:
    parts = parts_of({"shards": [record]})
    return all(part_bytes(workspace, step, table, part) == part["bytes"] for table, part in parts)


def seal(workspace: Workspace, step: Step, shards: list[Record], origin: Origin, tools: dict[str, str]) -> Record:
    """Write the stage's manifest, which from then on says what its tables are.

    Args:
        workspace: where the parts are.
        step: the stage.
        shards: records of all its shards, in order of the key.
        origin: what the tables are a function of.
        tools: the programs they were made with and their versions.

    Raises:
        ContractError: two parts overlap in the key.
    """
    for table in step.stage.outputs:
        workspace.keep_contract(table, contracts.added(table))
    placed = [_place(workspace, step, ordinal, record) for ordinal, record in enumerate(shards)]
    tables = {t: _table_facts(t, [s["parts"][t] for s in placed if t in s["parts"]]) for t in step.stage.outputs}
    reasons = sum((Counter(shard["reasons"]) for shard in placed), Counter[str]())
    manifest = {
        "origin": origin.as_json(),
        "tools": tools,
        "shards": placed,
        "tables": tables,
        "rejects": dict(sorted(reasons.items())),
    }
    workspace.write_json(workspace.state_folder(step.stage.name) / "manifest.json", manifest)
    return manifest


def _place(workspace: Workspace, step: Step, ordinal: int, record: Record) -> Record:
    """Give a shard's parts the names of their place in the tables."""
    parts = {t: workspace.rename_part(workspace.table_folder(t), p, ordinal) for t, p in record["parts"].items()}
    rejects = record["rejects"]
    if rejects:
        rejects = workspace.rename_part(workspace.rejects_folder(step.stage.name), rejects, ordinal)
    return record | {"parts": parts, "rejects": rejects}


def _table_facts(table: str, parts: list[Record]) -> Record:
    for before, after in pairwise(parts):
        if after["first"] < before["last"]:
            raise ContractError(f"table {table}: parts {before['file']} and {after['file']} overlap in the key")
    return {
        "digest": digest_of([contracts.load(table).digest(), [part["sha256"] for part in parts]]),
        "rows": sum(part["rows"] for part in parts),
        "bytes": sum(part["bytes"] for part in parts),
    }


def tidy(workspace: Workspace, step: Step, manifest: Record) -> None:
    """Remove what a sealed stage's manifest does not name; a run killed before it got here leaves it to the next."""
    shards = manifest["shards"]
    for table in step.stage.outputs:
        keep = {shard["parts"][table]["file"] for shard in shards if table in shard["parts"]}
        workspace.sweep(workspace.table_folder(table), keep)
    keep = {shard["rejects"]["file"] for shard in shards if shard["rejects"]}
    workspace.sweep(workspace.rejects_folder(step.stage.name), keep)
    folder = workspace.state_folder(step.stage.name)
    workspace.sweep(folder / "shards", set())
    workspace.sweep(folder, {"manifest.json"})

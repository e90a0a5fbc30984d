"""From finished shards to a sealed stage: the manifest that names every part, and nothing beside them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from musicdata.definitions import contract as contracts
from musicdata.errors import ContractError
from musicdata.system.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from musicdata.definitions.stage import Stage
    from musicdata.engine.state import StageState
    from musicdata.workspace.folder import Workspace

    Record = dict[str, Any]


def seal(state: StageState, shards: list[Record]) -> Record:
    """Write the stage's manifest, which from then on says what its tables are.

    Args:
        state: of the stage, from before it ran.
        shards: records of all its shards, in order of the key.

    Raises:
        ContractError: two parts overlap in the key.
    """
    workspace, stage = state.workspace, state.step.stage
    for table in stage.outputs:
        workspace.keep_contract(table, contracts.added(table))
    placed = [_place(workspace, stage.name, ordinal, record) for ordinal, record in enumerate(shards)]
    tables = {t: _table_facts(t, [s["parts"][t] for s in placed if t in s["parts"]]) for t in stage.outputs}
    reasons = sum((Counter(shard["reasons"]) for shard in placed), Counter[str]())
    manifest = {
        "origin": state.origin.as_json(),
        "tools": state.tools,
        "shards": placed,
        "tables": tables,
        "rejects": dict(sorted(reasons.items())),
    }
    workspace.write_manifest(stage.name, manifest)
    return manifest


def _place(workspace: Workspace, stage: str, ordinal: int, record: Record) -> Record:
    """Give a shard's parts the names of their place in the tables."""
    parts = {t: workspace.rename_part(workspace.table_folder(t), p, ordinal) for t, p in record["parts"].items()}
    rejects = record["rejects"]
    if rejects:
        rejects = workspace.rename_part(workspace.rejects_folder(stage), rejects, ordinal)
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


def tidy(workspace: Workspace, stage: Stage[Any], manifest: Record) -> None:
    """Leave beside a sealed stage's manifest what it names and the contracts, and no more.

    A run that was killed before it got here leaves it to the next.
    """
    shards = manifest["shards"]
    for table in stage.outputs:
        keep = {shard["parts"][table]["file"] for shard in shards if table in shard["parts"]}
        workspace.sweep(workspace.table_folder(table), keep)
        workspace.keep_contract(table, contracts.added(table))
    keep = {shard["rejects"]["file"] for shard in shards if shard["rejects"]}
    workspace.sweep(workspace.rejects_folder(stage.name), keep)
    folder = workspace.state_folder(stage.name)
    workspace.sweep(folder / "shards", set())
    workspace.sweep(folder, {"manifest.json"})


def forget(workspace: Workspace, stage: str, tables: Iterable[str]) -> None:
    """Remove what is left of a stage that no recipe runs here any more: its record, its rejects and these tables."""
    workspace.sweep(workspace.state_folder(stage), set())
    workspace.sweep(workspace.rejects_folder(stage), set())
    for table in tables:
        workspace.sweep(workspace.table_folder(table), set())

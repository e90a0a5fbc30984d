"""Rejects: every dropped item, with the stage that dropped it and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.tables import read_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.workspace import Workspace


def iterate_rejects(workspace: Workspace) -> Iterator[dict[str, Any]]:
    """Yield the rejects of every sealed stage as rows of the `rejects` contract."""
    for stage in workspace.sealed_stages():
        manifest = workspace.manifest(stage) or {"shards": []}
        for shard in manifest["shards"]:
            if shard["rejects"]:
                path = workspace.rejects_folder(stage) / shard["rejects"]["file"]
                yield from read_part(path, None, "stage", None, None).to_pylist()

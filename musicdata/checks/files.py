"""Files of a workspace: every part a manifest names is there, whole, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.system.digests import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.workspace.folder import Workspace


def check_parts(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Yield (table, problem) of parts that are missing or changed, and of files no manifest names."""
    expected = dict(_expected_parts(workspace))
    for path, digest in sorted(expected.items()):
        if not path.is_file():
            yield path.parent.name, f"{path.name} is missing"
        elif sha256_of_file(path) != digest:
            yield path.parent.name, f"{path.name} is not what was written: its sha256 differs from the manifest's"
    for folder in ("tables", "rejects"):
        for path in sorted((workspace.root / folder).rglob("*")):
            if path.is_file() and path not in expected:
                yield path.parent.name, f"{path.name} is named by no manifest"


def _expected_parts(workspace: Workspace) -> Iterator[tuple[Path, str]]:
    """Yield path and sha256 of every part the manifests name."""
    for stage in workspace.sealed_stages():
        for shard in (workspace.manifest(stage) or {"shards": []})["shards"]:
            for table, part in shard["parts"].items():
                yield workspace.table_folder(table) / part["file"], part["sha256"]
            if shard["rejects"]:
                yield workspace.rejects_folder(stage) / shard["rejects"]["file"], shard["rejects"]["sha256"]

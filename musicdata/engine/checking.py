"""Checks a workspace, from its files to the ink in its boxes: `musicdata check WORK`."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from musicdata.checks.examination import CheckReport, examine
from musicdata.definitions import recipe as recipes
from musicdata.errors import InputError, IntegrityError
from musicdata.system import paths
from musicdata.system.digests import sha256_of_file
from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def check(path: Path) -> CheckReport:
    """Check the workspace at `path`; the checks of its recipe's plug-ins run too.

    Raises:
        InputError: there is no workspace there.
        RecipeError: its recipe cannot be read, or a plug-in of it cannot be imported.
    """
    workspace = Workspace(path)
    if not workspace.sealed_stages():
        raise InputError(
            f"{path} is no workspace with a finished stage; build one with: musicdata build NAME --work {path}"
        )
    recipe = recipes.load(str(path / "recipe.toml"))
    report = CheckReport()
    report.add("every part is whole and no file is astray", check_parts(workspace))
    if report.ok:
        reader = TableReader(workspace)
        examine([reader], reader, report, recipe.tables())
    return report


def check_parts(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Yield (table, problem) of parts that are missing or changed, and of files no manifest names."""
    try:
        expected = dict(_expected_parts(workspace))
    except IntegrityError as error:
        yield "", str(error)
        return
    for path, digest in sorted(expected.items()):
        if not path.is_file():
            yield path.parent.name, f"{path.name} is missing"
        elif sha256_of_file(path) != digest:
            yield path.parent.name, f"{path.name} is not what was written: its sha256 differs from the manifest's"
    for folder in ("tables", "rejects"):
        for path in sorted((workspace.root / folder).rglob("*")):
            mode = path.lstat().st_mode
            if path not in expected and not stat.S_ISDIR(mode):
                odd = "" if stat.S_ISREG(mode) else f"is {paths.kind_of(mode)}, and "
                yield path.parent.name, f"{path.name} {odd}is named by no manifest"


def _expected_parts(workspace: Workspace) -> Iterator[tuple[Path, str]]:
    """Yield path and sha256 of every part the manifests name."""
    for stage in workspace.sealed_stages():
        for shard in (workspace.manifest(stage) or {"shards": []})["shards"]:
            for table, part in shard["parts"].items():
                yield workspace.table_part(table, part["file"]), part["sha256"]
            if shard["rejects"]:
                yield workspace.rejects_part(stage, shard["rejects"]["file"]), shard["rejects"]["sha256"]

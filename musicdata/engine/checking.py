"""Checks a workspace, from its files to the ink in its boxes: `musicdata check WORK`."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

from musicdata.checks.examination import CheckReport, examine
from musicdata.definitions import recipe as recipes
from musicdata.engine.wholeness import Parts
from musicdata.errors import ContractError, InputError, IntegrityError
from musicdata.system import paths
from musicdata.workspace import ledger as ledgers
from musicdata.workspace import recovery
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger
from musicdata.workspace.reader import TableReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def check(path: Path) -> CheckReport:
    """Check the workspace at `path`; the checks of its recipe's plug-ins run too.

    Raises:
        InputError: there is no workspace there.
        WorkspaceHeldError: it is being written, so that what is seen of it says nothing.
        RecipeError: its recipe cannot be read, or a plug-in of it cannot be imported.
    """
    workspace = Workspace(path)
    if workspace.writer():
        raise workspace.held_error()
    if not workspace.sealed_stages():
        raise InputError(
            f"{path} is no workspace with a finished stage; build one with: musicdata build NAME --work {path}"
        )
    recipe = recipes.load_kept(path)
    before = workspace.last_hold()
    try:
        report = check_held(workspace, recipe.tables())
    except (IntegrityError, ContractError):
        _refuse_moving(workspace, before)
        raise
    if not report.ok:
        _refuse_moving(workspace, before)
    return report


def _refuse_moving(workspace: Workspace, before: tuple[int, ...]) -> None:
    """Raise WorkspaceHeldError where what is wrong may be a build's that began in the meantime."""
    if workspace.writer() or workspace.last_hold() != before:
        raise workspace.held_error()


def check_held(workspace: Workspace, tables: list[str]) -> CheckReport:
    """Check a workspace that nobody else writes, since this process holds it; its recipe's plug-ins are at work."""
    report = CheckReport()
    report.add("every part is whole and no file is astray", check_parts(workspace))
    if ledgers.exists(workspace):
        report.add("the ledger is whole", check_ledger(workspace))
    if report.ok:
        reader = TableReader(workspace)
        examine([reader], reader, report, tables)
    return report


def check_ledger(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the ledger, and what becomes of it."""
    with Ledger(workspace, read_only=True) as ledger:
        for problem in recovery.problems(ledger):
            yield "ledger", f"{problem}; musicdata crawl, or retry, fetches anew what is damaged"


def check_parts(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Yield (table, problem) of parts that are missing or changed, and of files no manifest names."""
    expected: dict[Path, dict[str, Any]] = {}
    for stage in workspace.sealed_stages():
        try:
            expected |= _expected_parts(workspace, stage)
        except IntegrityError as error:
            yield stage, str(error)
            return
    parts = Parts()
    parts.look(sorted(expected.items()))
    for path, part in sorted(expected.items()):
        if fault := parts.fault(path, part):
            yield path.parent.name, f"part {path.name} is {fault}; the command that built it builds it anew"
    for folder in ("tables", "rejects"):
        for path in sorted((workspace.root / folder).rglob("*")):
            mode = path.lstat().st_mode
            if path not in expected and not stat.S_ISDIR(mode):
                odd = "" if stat.S_ISREG(mode) else f"is {paths.kind_of(mode)}, and "
                yield path.parent.name, f"{path.name} {odd}is named by no manifest"


def _expected_parts(workspace: Workspace, stage: str) -> dict[Path, dict[str, Any]]:
    """Return path → record of every part that a stage's manifest names."""
    expected: dict[Path, dict[str, Any]] = {}
    for shard in (workspace.manifest(stage) or {"shards": []})["shards"]:
        expected |= {workspace.table_part(table, part["file"]): part for table, part in shard["parts"].items()}
        if shard["rejects"]:
            expected[workspace.rejects_part(stage, shard["rejects"]["file"])] = shard["rejects"]
    return expected

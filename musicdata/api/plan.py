"""What a build would do, before it does it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.api.build import processors, resolve
from musicdata.api.work import DEFAULT_WORK
from musicdata.engine import planning
from musicdata.workspace.folder import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.engine.planning import Plan


def plan(
    name: str,
    *,
    input: str | Path | None = None,  # noqa: A002 - the option's name
    work: str | Path | None = None,
    limit: int | None = None,
    workers: int | None = None,
    overrides: Sequence[str] = (),
) -> Plan:
    """Say what a build would do, without doing it: stages to run and why, items, bytes, hours."""
    resolved = resolve(name, input=input, limit=limit, overrides=overrides)
    workspace = Workspace(Path(work) if work is not None else Path(DEFAULT_WORK, resolved.dataset.name))
    return planning.plan(resolved, workspace, workers or processors())

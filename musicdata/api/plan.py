"""What a build or a crawl would do, before it does it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.api.build import processors
from musicdata.api.options import resolve, unhurried
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
    seed: int | None = None,
    workers: int | None = None,
    twin: bool = False,
    overrides: Sequence[str] = (),
) -> Plan:
    """Say what a build or a crawl would do, without doing it: stages and why, samples, calls, bytes, hours.

    Args:
        name: a recipe's name or the path of a `.toml` file.
        input: file or folder to read; the recipe's own when None.
        work: workspace folder; ``musicdata-work/<data set>`` when None.
        limit: how much is made at most; of what, the recipe's `[options]` say.
        seed: of what is random, as the recipe's `[options]` say.
        workers: worker processes; one a processor when None.
        twin: made-up services answer, which need no distance between calls.
        overrides: ``stage.key=value`` or ``crawl.key=value`` texts.

    Raises:
        RecipeError: no such recipe, stage, key or option.
        InputError: a source cannot be read.
    """
    resolved = resolve(name, input=input, limit=limit, seed=seed, twin=twin, overrides=overrides)
    workspace = Workspace(Path(work) if work is not None else Path(DEFAULT_WORK, resolved.dataset.name))
    return planning.plan(unhurried(resolved) if twin else resolved, workspace, workers or processors())

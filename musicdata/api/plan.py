"""What a build or a crawl would do, before it does it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from musicdata.api.asking import ask
from musicdata.api.options import given, unhurried
from musicdata.engine import planning
from musicdata.system.processors import processors

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.api.asking import Overrides
    from musicdata.engine.planning import Plan


def plan(
    name: str | Path | None = None,
    *,
    input: str | Path | None = None,  # noqa: A002 - the option's name
    audio: str | Path | None = None,
    work: str | Path | None = None,
    limit: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    twin: bool = False,
    overrides: Overrides = (),
) -> Plan:
    """Say what a build or a crawl would do, without doing it: stages and why, samples, calls, bytes, hours.

    What a workspace was asked for before counts, as in `musicdata.build`.

    Args:
        name: a recipe's name or the path of a `.toml` file; the workspace's own recipe when None.
        input: file or folder to read; the workspace's, or else the recipe's own when None.
        audio: folder of sound that belongs to the input; as before, or as the recipe says, when None.
        work: workspace folder; ``musicdata-work/<data set>`` when None.
        limit: how much is made at most; of what, the recipe's `[options]` say.
        seed: of what is random, as the recipe's `[options]` say.
        workers: worker processes; one a processor when None.
        twin: made-up services answer, which need no distance between calls, and made-up files are read.
        overrides: ``stage.key=value`` or ``crawl.key=value`` texts, or key → value.

    Raises:
        RecipeError: no such recipe, stage, key or option.
        InputError: a source cannot be read.
    """
    asked = ask(name, work, given(input, limit, seed, audio=audio, twin=twin), overrides)
    recipe = unhurried(asked.recipe) if twin and asked.recipe.is_crawled else asked.recipe
    planned = planning.plan(recipe, asked.workspace, workers or processors())
    changes = asked.changes()
    return dataclasses.replace(planned, changes=asked.told(changes) if changes else "")

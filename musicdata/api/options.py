"""Short options, and what comes of --twin."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from musicdata import settings
from musicdata.definitions.head import Budget
from musicdata.definitions.options import Given

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.definitions.recipe import Recipe


def given(
    input: str | Path | None,  # noqa: A002 - the option's name
    limit: int | None,
    seed: int | None,
    *,
    audio: str | Path | None = None,
    twin: bool = False,
) -> Given:
    """Return the short options; made-up files are written when a recipe asks for them."""
    return Given(input, audio, limit, seed, twin, _made_up)


def _made_up(name: str) -> Path:
    from musicdata.twin.files import made

    return made(name, settings.read().home / "twin")


def unhurried(resolved: Recipe) -> Recipe:
    """Return the recipe with budgets that ask for no distance between calls: the twin is our own."""
    assert resolved.crawl is not None, "a recipe that is crawled has budgets"
    budgets = {name: Budget(threads=max(budget.threads, 4)) for name, budget in resolved.crawl.budgets.items()}
    return dataclasses.replace(resolved, crawl=resolved.crawl.model_copy(update={"budgets": budgets}))

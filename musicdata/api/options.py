"""Short options, and what comes of --twin."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from musicdata import settings
from musicdata.definitions.head import Budget
from musicdata.definitions.options import Given

if TYPE_CHECKING:
    from collections.abc import Mapping
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


def unhurried(resolved: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """Return the recipe with budgets that ask for no distance between calls: the twin is our own.

    Args:
        resolved: of a data set that is crawled.
        settings: key → value of what somebody set; budgets among them hold for the twin too, so that waits and pauses
            can be rehearsed with it.
    """
    assert resolved.crawl is not None, "a recipe that is crawled has budgets"
    budgets = {name: _unhurried(name, budget, settings) for name, budget in resolved.crawl.budgets.items()}
    return dataclasses.replace(resolved, crawl=resolved.crawl.model_copy(update={"budgets": budgets}))


def _unhurried(name: str, budget: Budget, settings: Mapping[str, Any]) -> Budget:
    key = f"crawl.budgets.{name}"
    if key in settings:
        return budget
    set_here = {field for field in Budget.model_fields if f"{key}.{field}" in settings}
    return Budget(**{"threads": max(budget.threads, 4)} | budget.model_dump(include=set_here))

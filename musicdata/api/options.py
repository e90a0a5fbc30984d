"""What a recipe's name and the options of a command come to: one recipe with every parameter."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from musicdata.definitions import recipe
from musicdata.definitions.head import Budget
from musicdata.definitions.options import Given

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from musicdata.definitions.recipe import Recipe


def resolve(
    name: str,
    *,
    input: str | Path | None = None,  # noqa: A002 - the option's name
    limit: int | None = None,
    seed: int | None = None,
    twin: bool = False,
    overrides: Sequence[str] = (),
) -> Recipe:
    """Return a recipe with the short options put where its `[options]` say they belong.

    Args:
        name: a recipe's name or path.
        input: file or folder to read, or the name of a source.
        limit: how much is made at most.
        seed: of what is random.
        twin: made-up services answer.
        overrides: ``stage.key=value`` or ``crawl.key=value`` texts, as after ``--set``; they win over the options.

    Raises:
        RecipeError: no such recipe, stage or key, or an option that the recipe says nothing of.
    """
    return recipe.load(name, overrides, given=Given(input, limit, seed, twin))


def unhurried(resolved: Recipe) -> Recipe:
    """Return the recipe with budgets that ask for no distance between calls: the twin is our own."""
    assert resolved.crawl is not None, "a recipe that is crawled has budgets"
    budgets = {name: Budget(threads=max(budget.threads, 4)) for name, budget in resolved.crawl.budgets.items()}
    return dataclasses.replace(resolved, crawl=resolved.crawl.model_copy(update={"budgets": budgets}))

"""Budgets of a crawl whose services are made up."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from musicdata.definitions.head import Budget

if TYPE_CHECKING:
    from musicdata.definitions.recipe import Recipe


def unhurried(resolved: Recipe) -> Recipe:
    """Return the recipe with budgets that ask for no distance between calls: the twin is our own."""
    assert resolved.crawl is not None, "a recipe that is crawled has budgets"
    budgets = {name: Budget(threads=max(budget.threads, 4)) for name, budget in resolved.crawl.budgets.items()}
    return dataclasses.replace(resolved, crawl=resolved.crawl.model_copy(update={"budgets": budgets}))

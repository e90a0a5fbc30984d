"""One network stage's turn to fetch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from musicdata.engine import fetched
from musicdata.engine.fetching.rate_limits import RateLimiter, RetryPolicy
from musicdata.engine.fetching.threads import Fetching
from musicdata.errors import UsageError
from musicdata.settings import require_network

if TYPE_CHECKING:
    from musicdata.definitions.recipe import Crawl, Recipe
    from musicdata.engine.progress import Progress
    from musicdata.engine.state import StageState
    from musicdata.settings.services import Services
    from musicdata.workspace.ledger import Ledger


def fetch(recipe: Recipe, state: StageState, ledger: Ledger, services: Services | None, progress: Progress) -> None:
    """Fetch the items of a network stage that are due; afterwards every item it wants has ended.

    Raises:
        PausedError: a service asks for a long wait; the rest stays due.
        SetupError: no item could be had.
        UsageError: this is a build, which calls nobody, or the network is forbidden.
    """
    stage = state.step.stage
    ledger.reopen_lost(stage.name, lambda: fetched.sealed_files(state.workspace, stage, state.manifest))
    n_due = ledger.n_due(stage.name, time.time())
    if not n_due:
        return
    if services is None or recipe.crawl is None or stage.network is None:
        raise UsageError(f"{recipe.dataset.name} is fetched from services: use musicdata crawl {recipe.dataset.name}")
    require_network(f"stage {stage.name}")
    n_wanted = ledger.n_wanted(stage.name)
    progress.fetching_started(state.step, n_wanted, n_wanted - n_due)
    limiter = RateLimiter(ledger, recipe.crawl.budgets, _retry_policy(recipe.crawl), progress)
    threads = min(recipe.crawl.budgets[service].threads for service in stage.network.services)
    fetching = Fetching(state.step, ledger, limiter, services, state.workspace.scratch / "fetching", progress)
    fetching.run(n_threads=min(threads, n_due))


def _retry_policy(crawl: Crawl) -> RetryPolicy:
    return RetryPolicy(
        longest_s=crawl.longest_wait_s,
        attempts=crawl.attempts,
        first_wait_s=crawl.first_wait_s,
        refused_wait_s=crawl.refused_wait_s,
    )

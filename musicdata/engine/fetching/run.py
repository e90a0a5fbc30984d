"""One network stage's turn to fetch."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING

from musicdata.engine import fetched
from musicdata.engine.fetching.rate_limits import RateLimiter, RetryPolicy
from musicdata.engine.fetching.threads import Fetching
from musicdata.errors import UsageError
from musicdata.settings import require_network
from musicdata.workspace import recovery
from musicdata.workspace.ledger import Ledger

if TYPE_CHECKING:
    from musicdata.definitions.head import Crawl
    from musicdata.definitions.recipe import Recipe
    from musicdata.engine.dispatch import Workers
    from musicdata.engine.progress import Progress
    from musicdata.engine.state import StageState
    from musicdata.settings.services import Services


def fetch(
    recipe: Recipe, state: StageState, workers: Workers, services: Services | None, progress: Progress
) -> StageState:
    """Fetch what a network stage wants and is due; return its state, of which every item has ended.

    Raises:
        PausedError: a service asks for a long wait; the rest stays due.
        SetupError: no item could be had.
        UsageError: this is a build, which calls nobody, or the network is forbidden.
    """
    stage = state.step.stage
    with Ledger(state.workspace) as ledger:
        if ledger.plan(stage.name) != state.wants or recovery.has_odd_requests(ledger, stage.name):
            workers.want(state)
        kept = functools.partial(fetched.sealed_files, state.workspace, stage, state.manifest, state.parts)
        recovery.reopen_lost(ledger, stage.name, kept)
        ledger.forget_future(stage.name, time.time())
        if n_due := ledger.n_due(stage.name, time.time()):
            if services is None or recipe.crawl is None or stage.network is None:
                name = recipe.dataset.name
                raise UsageError(f"{name} is fetched from services: use musicdata crawl {name}")
            require_network(f"stage {stage.name}")
            n_wanted = ledger.n_wanted(stage.name)
            progress.fetching_started(state.step, n_wanted, n_wanted - n_due)
            limiter = RateLimiter(ledger, recipe.crawl.budgets, _retry_policy(recipe.crawl), progress)
            threads = min(recipe.crawl.budgets[service].threads for service in stage.network.services)
            fetching = Fetching(state.step, ledger, limiter, services, state.workspace.scratch / "fetching", progress)
            fetching.run(n_threads=min(threads, n_due))
        return state.with_fetched(ledger)


def _retry_policy(crawl: Crawl) -> RetryPolicy:
    return RetryPolicy(
        longest_s=crawl.longest_wait_s,
        attempts=crawl.attempts,
        first_wait_s=crawl.first_wait_s,
        refused_wait_s=crawl.refused_wait_s,
    )

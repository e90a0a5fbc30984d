"""One network stage's turn to fetch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from musicdata.engine import fetched
from musicdata.engine.fetching.rate_limits import RateLimiter, RetryPolicy
from musicdata.engine.fetching.threads import Fetching, FetchProgress
from musicdata.errors import UsageError
from musicdata.settings import require_network
from musicdata.workspace.ledger import Ledger

if TYPE_CHECKING:
    from musicdata.definitions.recipe import Crawl, Recipe, Step
    from musicdata.settings.services import Services
    from musicdata.workspace.folder import Workspace


class CrawlProgress(FetchProgress, Protocol):
    """Is told how a crawl goes on."""

    def fetching_started(self, step: Step, n_items: int, n_kept: int) -> None:
        """A network stage fetches: how many items it wants, and how many of them have ended before."""

    def waits(self, service: str, wait_s: float) -> None:
        """A service is left alone for so long."""


def fetch(recipe: Recipe, step: Step, workspace: Workspace, services: Services | None, progress: CrawlProgress) -> None:
    """Fetch the items of a network stage that are due; afterwards every item it wants has ended.

    Raises:
        PausedError: a service asks for a long wait; the rest stays due.
        SetupError: no item could be had.
        UsageError: this is a build, which calls nobody, or the network is forbidden.
    """
    name = step.stage.name
    with Ledger(workspace) as ledger:
        ledger.reopen_lost(name, lambda: fetched.sealed_files(workspace, step.stage))
        n_due = ledger.n_due(name, time.time())
        if not n_due:
            ledger.digest(name)  # kept for those who come after and only read
            return
        if services is None or recipe.crawl is None or step.stage.network is None:
            raise UsageError(
                f"{recipe.dataset.name} is fetched from services: use musicdata crawl {recipe.dataset.name}"
            )
        require_network(f"stage {name}")
        n_wanted = ledger.n_wanted(name)
        progress.fetching_started(step, n_wanted, n_wanted - n_due)
        limiter = RateLimiter(ledger, recipe.crawl.budgets, _retry_policy(recipe.crawl), progress.waits)
        threads = min(recipe.crawl.budgets[service].threads for service in step.stage.network.services)
        fetching = Fetching(step, ledger, limiter, services, workspace.scratch / "fetching", progress)
        fetching.run(n_threads=min(threads, n_due))
        ledger.digest(name)


def _retry_policy(crawl: Crawl) -> RetryPolicy:
    return RetryPolicy(
        longest_s=crawl.longest_wait_s,
        attempts=crawl.attempts,
        first_wait_s=crawl.first_wait_s,
        refused_wait_s=crawl.refused_wait_s,
    )

"""Crawling as functions: the commands' options are their arguments."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

from musicdata.api import terms
from musicdata.api.asking import ask
from musicdata.api.build import run_recipe
from musicdata.api.options import given, unhurried
from musicdata.api.work import Work, open_work
from musicdata.definitions import service as service_entries
from musicdata.engine.build import accept
from musicdata.errors import IntegrityError, PartialError, RefusedError, UsageError
from musicdata.settings import services as world
from musicdata.wording import choice
from musicdata.workspace import ledger as ledgers
from musicdata.workspace import records
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from musicdata.api.asking import Asked, Overrides
    from musicdata.api.terminal import Shown
    from musicdata.definitions.recipe import Recipe
    from musicdata.settings.services import Services

TWIN_TRACKS = 2000
TWIN_CLIP_S = 5.0  # its songs are a few seconds longer
_SOURCE, _WORLD, _TWIN = "services.json", "world", "twin"
RETRYABLE, FAILURES = ledgers.RETRYABLE, ledgers.OUTCOMES[1:]


def crawl(  # noqa: PLR0913 - the command's options are its arguments
    name: str | Path | None = None,
    *,
    input: str | Path | None = None,  # noqa: A002 - the option's name
    work: str | Path | None = None,
    limit: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    accept_terms: bool = False,
    twin: bool = False,
    overrides: Overrides = (),
    change: bool = False,
    progress: Shown = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> Work:
    """Crawl a data set, or go on with it: what was fetched is kept, what failed in a way that may pass is tried again.

    A workspace keeps its recipe, its input and all that was set, and whether made-up services answered: the next call
    goes on with them.

    Args:
        name: a recipe's name or path; the workspace's own recipe when None.
        input: file or folder to read; the workspace's, or else the recipe's own sources when None.
        work: workspace folder; ``musicdata-work/<data set>`` when None.
        limit: how much is made at most; of what, the recipe's `[options]` say.
        seed: of what is random, as the recipe's `[options]` say.
        workers: worker processes; one a processor when None.
        accept_terms: the services' terms were read and accepted; needed once a workspace.
        twin: talk to made-up services on this machine, which need no keys, and read made-up files.
        overrides: ``stage.key=value`` or ``crawl.key=value`` texts, or key → value.
        change: the workspace may be made another one: other input, other settings, another recipe.
        progress: who is shown how it goes on, as for `musicdata.build`.
        tell: is given the terms, line by line.

    Raises:
        RefusedError: the terms are not accepted; or, without `change`, something else is asked for than before.
        PausedError: a service asks us to come back later.
        PartialError: the tables are made, and some items failed in ways that may pass.
        SetupError: a key or a program is missing.
        MusicdataError: see `musicdata.errors`.
    """
    asked = ask(name, work, given(input, limit, seed, twin=twin), overrides)
    if not asked.recipe.is_crawled:
        again = f"{name or '--work ' + str(asked.workspace.root)}{' --twin' if twin else ''}"
        raise UsageError(f"{asked.dataset} calls no service; use: musicdata build {again}")
    return _run(
        asked,
        f"musicdata crawl {name or f'--work {asked.workspace.root}'}",
        workers=workers,
        accept_terms=accept_terms,
        twin=twin or _source_of(asked.workspace) == _TWIN,
        change=change,
        progress=progress,
        tell=tell,
    )


def retry(
    path: str | Path | None = None,
    *,
    outcomes: Sequence[str] = RETRYABLE,
    reasons: Sequence[str] = (),
    stages: Sequence[str] = (),
    workers: int | None = None,
    accept_terms: bool = False,
    progress: Shown = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> Work:
    """Fetch again what failed, and bring every table up to date.

    Args:
        path: workspace; the only one in ``musicdata-work`` when None.
        outcomes: classes to try again: ``gone``, ``blocked``, ``rate_limited``, ``transient``, ``invalid``.
        reasons: only failures with these reason codes, when any are given.
        stages: only those of these stages, when any are given.
        workers: worker processes.
        accept_terms: as for `crawl`.
        progress: who is shown how it goes on, as for `musicdata.build`.
        tell: is given the terms, line by line.

    Raises:
        UsageError: no such class or stage, or the workspace was not crawled.
        MusicdataError: as `crawl` does.
    """
    if wrong := [outcome for outcome in outcomes if outcome not in FAILURES]:
        raise UsageError(f"no failure is of the class {', '.join(wrong)}{choice(wrong[0], FAILURES)}")
    opened = open_work(path)
    workspace = Workspace(opened.root)
    if not ledgers.exists(workspace):
        raise UsageError(f"{opened.root} was not crawled: it has no ledger, so there is nothing to try again")

    asked = ask(None, opened.root)
    fetching = [step.stage.name for step in asked.recipe.steps if step.stage.network is not None]
    if unknown := [stage for stage in stages if stage not in fetching]:
        raise UsageError(f"no stage that fetches is called {unknown[0]!r}{choice(unknown[0], fetching)}")

    def reopen() -> None:
        with Ledger(workspace) as ledger:
            n_items = ledger.retry(outcomes, reasons, stages)
        tell(f"{n_items:,} items are tried again")

    return _run(
        asked,
        "musicdata retry",
        workers=workers,
        accept_terms=accept_terms,
        twin=_source_of(workspace) == _TWIN,
        progress=progress,
        tell=tell,
        begin=reopen,
    )


def _run(
    asked: Asked,
    command: str,
    *,
    workers: int | None,
    accept_terms: bool,
    twin: bool,
    change: bool = False,
    progress: Shown,
    tell: Callable[[str], None],
    begin: Callable[[], None] = lambda: None,
) -> Work:
    """Run what is asked for; `begin` is called once nothing refuses it any more, in the workspace that is held."""
    workspace = asked.workspace
    _require_same_source(workspace, _TWIN if twin else _WORLD)
    with _services(twin=twin) as available:
        called = services_of(asked.recipe)
        shown = []
        if twin:
            asked = dataclasses.replace(asked, recipe=unhurried(asked.recipe, asked.settings))
        elif any(service.is_in_world(available.urls) for service in service_entries.called(called)):
            shown = terms.of(called)
            _require_terms(shown, workspace, accepted=accept_terms, tell=tell)
        sources = accept(asked.recipe)
        asked.require_agreed(sources, change=change)
        resolved = asked.recipe
        assert resolved.crawl is not None, "a recipe that is crawled has budgets"
        services = dataclasses.replace(available, deadline_s=resolved.crawl.deadline_s)
        with workspace.hold(command):
            asked.require_unchanged()
            workspace.write_json(workspace.place(f"state/{_SOURCE}"), {"source": _TWIN if twin else _WORLD})
            terms.require(workspace, shown, accepted=accept_terms)
            begin()
            done = run_recipe(
                resolved,
                workspace,
                command,
                text=asked.text(),
                sources=sources,
                workers=workers,
                progress=progress,
                services=services,
            )
    if left := failures_that_may_pass(workspace, resolved):
        counts = ", ".join(f"{stage} {n:,}" for stage, n in left.items())
        raise PartialError(
            f"{workspace.root}: every table is made, but {sum(left.values()):,} items failed in ways that may pass "
            f"({counts}); the same command tries them again, and so does: musicdata retry {workspace.root}"
        )
    return done


@contextlib.contextmanager
def _services(*, twin: bool) -> Iterator[Services]:
    if not twin:
        yield world.read(services=service_entries.known())
        return
    from musicdata.twin import Faults, Population, Twin

    with Twin(Population(n_tracks=TWIN_TRACKS, clip_s=TWIN_CLIP_S), faults=Faults.none()) as server:
        yield server.services()


def in_force(workspace: Workspace, resolved: Recipe, settings: Mapping[str, Any]) -> Recipe:
    """Return a workspace's recipe with the budgets that a crawl of it keeps to: of the twin there are fewer.

    Args:
        workspace: that is crawled.
        resolved: its recipe.
        settings: key → value of what was set on top of the recipe.
    """
    return unhurried(resolved, settings) if _source_of(workspace) == _TWIN else resolved


def _require_same_source(workspace: Workspace, source: str) -> None:
    """Refuse to mix what the world says with what its twin says."""
    held = _source_of(workspace)
    if held not in ("", source):
        raise UsageError(f"{workspace.root} was crawled from the {held}, not the {source}; give another --work")


def _source_of(workspace: Workspace) -> str:
    """Return from which services a workspace was crawled: those of the world or of its twin; "" while nobody knows.

    Raises:
        IntegrityError: the record of it is damaged.
    """
    path = workspace.place(f"state/{_SOURCE}")
    try:
        source = (records.read(path) or {"source": ""}).get("source")
        if source not in ("", "world", "twin"):
            raise records.damaged(path, f"source is {source!r:.40}")
    except IntegrityError as error:
        raise IntegrityError(
            f"{error.args[0].partition(';')[0]}: it said whether this workspace was crawled from the services "
            "themselves or from the twin. If you know, delete the file, then crawl on, with --twin if it was the twin"
        ) from error
    return str(source)


def _require_terms(
    shown: list[terms.Terms], workspace: Workspace, *, accepted: bool, tell: Callable[[str], None]
) -> None:
    """Refuse a crawl whose terms were not accepted, and show them; nothing is written."""
    if accepted:
        return
    try:
        terms.require(workspace, shown, accepted=False)
    except RefusedError:
        for line in terms.lines(shown):
            tell(line)
        raise


def services_of(resolved: Recipe) -> list[str]:
    """List the services that a recipe's stages call."""
    called = [service for step in resolved.steps if step.stage.network for service in step.stage.network.services]
    return list(dict.fromkeys(called))


def failures_that_may_pass(workspace: Workspace, resolved: Recipe) -> dict[str, int]:
    """Return stage → items that failed in ways that may pass."""
    n_failed: dict[str, int] = {}
    with Ledger(workspace, read_only=True) as ledger:
        for step in resolved.steps:
            if step.stage.network is not None:
                counts = ledger.counts(step.stage.name)
                n_failed[step.stage.name] = sum(n for (outcome, _), n in counts.items() if outcome in RETRYABLE)
    return {stage: n for stage, n in n_failed.items() if n}

"""What a crawl would do, before it does it: calls a service, days of its quota, hours, bytes."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.api import crawl
from musicdata.api.work import DEFAULT_WORK
from musicdata.stages.fetch.playlists import read_seeds
from musicdata.workspace import ledger
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.recipe import Budget, Recipe

# Calls that an item costs on the average: pages of a search or a list, a second source's share, a video's request.
_LYRICS_BY_NAME, _LYRICS_ELSEWHERE = 0.3, 0.4
_TRACKS_A_PLAYLIST = 120
_PAGE = {"search": 10, "items": 50}
_ANSWER_S = 0.4  # of a call, on the average
_CLIP_BYTES_A_S = 22_000  # FLAC, mono, 22,050 Hz
_SOURCE_BYTES_A_S = 16_000  # audio as a video host sends it
_LYRICS_BYTES = 4_000


@dataclasses.dataclass(frozen=True, slots=True)
class ServicePlan:
    """What a crawl would ask of one service.

    Attributes:
        calls: still to make, about.
        per_day: calls a day that its budget allows; 0 for no limit of ours.
        interval_s: between two calls.
        days: of its quota.
        hours: of its calls one after the other.
    """

    calls: int
    per_day: int
    interval_s: float
    days: int
    hours: float


@dataclasses.dataclass(frozen=True, slots=True)
class CrawlPlan:
    """What a crawl would do.

    Attributes:
        dataset: its name.
        wanted: stage → items it will want, at most.
        ended: stage → items that have ended already.
        services: service → what would be asked of it.
        pairs: to be had, at most.
        download_bytes: to receive, about; `disk_bytes` to keep.
        hours: on the clock, at the least: stages follow one another.
    """

    dataset: str
    wanted: dict[str, int]
    ended: dict[str, int]
    services: dict[str, ServicePlan]
    pairs: int
    download_bytes: int
    disk_bytes: int
    hours: float


def plan(
    name: str,
    *,
    input: str | Path | None = None,  # noqa: A002 - the option's name
    work: str | Path | None = None,
    limit: int | None = None,
    overrides: Sequence[str] = (),
) -> CrawlPlan:
    """Say what a crawl would do, and what of it is done.

    Raises:
        RecipeError: no such recipe, stage or key.
    """
    resolved = crawl.resolve(name, input=input, limit=limit, overrides=overrides)
    workspace = Workspace(Path(work) if work is not None else Path(DEFAULT_WORK, resolved.dataset.name))
    parameters: dict[str, Any] = {step.stage.name: step.parameters for step in resolved.steps}
    wanted, per_item = _expected(parameters)
    ended = _ended(workspace, resolved)
    wanted |= _known(workspace, resolved)
    calls: dict[str, float] = {}
    for stage, costs in per_item.items():
        left = max(wanted[stage] - ended.get(stage, 0), 0)
        for service, n in costs.items():
            calls[service] = calls.get(service, 0.0) + left * n
    services = {s: _service_plan(math.ceil(n), _budget(resolved, s)) for s, n in sorted(calls.items())}
    clip_s = parameters["fetch_clips"].clip_s
    n_clips = max(wanted["fetch_clips"] - ended.get("fetch_clips", 0), 0)
    source_s = clip_s if parameters["fetch_clips"].fetch == "section" else 220.0
    return CrawlPlan(
        dataset=resolved.dataset.name,
        wanted=wanted,
        ended=ended,
        services=services,
        pairs=parameters["pair"].per_mood * len(read_seeds(parameters["find_playlists"])),
        download_bytes=round(n_clips * source_s * _SOURCE_BYTES_A_S + wanted["fetch_lyrics"] * _LYRICS_BYTES),
        disk_bytes=round(n_clips * clip_s * _CLIP_BYTES_A_S + wanted["fetch_lyrics"] * _LYRICS_BYTES),
        hours=sum(max(24.0 * (found.days - 1), found.hours) for found in services.values()),
    )


def _expected(parameters: dict[str, Any]) -> tuple[dict[str, int], dict[str, dict[str, float]]]:
    """Return stage → items at most, and stage → service → calls an item."""
    seeds, lyrics = parameters["find_playlists"], parameters["fetch_lyrics"]
    n_moods = len(read_seeds(seeds))
    n_lists = n_moods * (seeds.playlists_per_mood if seeds.mode == "playlists-api" else 1)
    pages = {
        "playlists-api": _TRACKS_A_PLAYLIST / _PAGE["items"] + 1,
        "track-search": parameters["list_tracks"].tracks_per_mood / _PAGE["search"],
        "import": 0.0,
    }
    by_key = "musixmatch" in lyrics.sources
    costs = {
        "find_playlists": {
            "spotify": seeds.playlists_per_mood / _PAGE["search"] if seeds.mode == "playlists-api" else 0
        },
        "list_tracks": {"spotify": pages[seeds.mode]},
        "fetch_lyrics": {
            "musixmatch": 1 + _LYRICS_BY_NAME if by_key else 0.0,
            "lrclib": _LYRICS_ELSEWHERE if by_key else 1.0,
        },
        "find_videos": {"youtube.search": 1.0},
        "fetch_clips": {"youtube.media": 1.0},
    }
    wanted = {
        "find_playlists": n_moods,
        "list_tracks": n_lists,
        "fetch_lyrics": n_moods * lyrics.candidates,
        "find_videos": n_moods * parameters["find_videos"].per_mood,
        "fetch_clips": n_moods * parameters["find_videos"].per_mood,
    }
    return wanted, costs


def _ended(workspace: Workspace, resolved: Recipe) -> dict[str, int]:
    if not ledger.exists(workspace):
        return {}
    with Ledger(workspace, read_only=True) as opened:
        names = [step.stage.name for step in resolved.steps if step.stage.network]
        return {name: sum(n for (outcome, _), n in opened.counts(name).items() if outcome) for name in names}


def _known(workspace: Workspace, resolved: Recipe) -> dict[str, int]:
    """Return stage → items it wants, where this very recipe has got there already."""
    path = workspace.root / "recipe.toml"
    if not ledger.exists(workspace) or not path.is_file() or path.read_text("utf-8") != resolved.toml():
        return {}
    with Ledger(workspace, read_only=True) as opened:
        names = [step.stage.name for step in resolved.steps if step.stage.network and opened.plan(step.stage.name)]
        return {name: opened.n_wanted(name) for name in names}


def _budget(resolved: Recipe, service: str) -> Budget:
    assert resolved.crawl is not None, "a recipe that is crawled has budgets"
    return resolved.crawl.budgets[service]


def _service_plan(calls: int, budget: Budget) -> ServicePlan:
    days = math.ceil(calls / budget.per_day) if budget.per_day else math.ceil(calls * budget.interval_s / 86_400)
    each_s = max(budget.interval_s, _ANSWER_S / budget.threads)
    return ServicePlan(calls, budget.per_day, budget.interval_s, max(days, min(calls, 1)), calls * each_s / 3600)


def lines(planned: CrawlPlan) -> Iterator[str]:
    """Yield the plan as lines of text."""
    for stage, n in planned.wanted.items():
        done = planned.ended.get(stage, 0)
        yield f"{'✓' if done >= n else '•'} {stage}: up to {n:,} items" + (
            f", {done:,} of them have ended" if done else ""
        )
    for service, found in planned.services.items():
        pace = f", one every {found.interval_s:g} s" if found.interval_s else ""
        quota = f", {found.per_day:,} a day: {found.days:,} days of quota" if found.per_day else ""
        yield f"{service}: about {found.calls:,} calls{pace}{quota}, {found.hours:,.1f} h"
    yield (
        f"pairs: at most {planned.pairs:,}; to download: about {planned.download_bytes / 1e9:,.1f} GB; "
        f"on disk: about {planned.disk_bytes / 1e9:,.1f} GB"
    )
    yield f"on the clock: at least {planned.hours:,.1f} h ({planned.hours / 24:,.1f} days); interrupt it as you like"

"""A plan in words: what a build or a crawl would do."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from musicdata.cli.options import print_json
from musicdata.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.engine.planning import Plan
    from musicdata.engine.state import StageStatus

_FIGURES = {"cpu_s": "processor time", "bytes": "bytes", "calls": "calls", "download_bytes": "download"}


def print_plan(name: str | None, *, as_json: bool, **options: Any) -> None:
    """Print a plan; `options` are those of `musicdata.plan`."""
    from musicdata.api import plan as plans

    planned = plans.plan(name, **options)
    if as_json:
        print_json(dataclasses.asdict(planned))
        return
    for line in lines(planned):
        say(line)


def lines(planned: Plan) -> Iterator[str]:
    """Yield a plan as lines of text."""
    if planned.changes:
        yield f"needs --change: {planned.changes}"
    for state in planned.stages:
        yield _stage(planned, state)
    for service, service_plan in planned.services.items():
        pace = f", one every {service_plan.interval_s:g} s" if service_plan.interval_s else ""
        quota = f", {service_plan.per_day:,} a day: {service_plan.days:,} days of quota" if service_plan.per_day else ""
        yield f"{service}: about {service_plan.calls:,} calls{pace}{quota}, {service_plan.hours:,.1f} h"
    if planned.files or not planned.wanted:
        yield f"source: {', '.join(f'{n:,} {ending}' for ending, n in planned.files.items()) or 'none'}"
    yield from planned.remarks
    yield "; ".join(_amounts(planned))
    yield from _times(planned)
    if planned.unknown:
        unmeasured = (f"{_FIGURES[figure]} of {', '.join(stages)}" for figure, stages in planned.unknown.items())
        yield f"not counted, since nobody has measured it: {'; '.join(unmeasured)}"
    if planned.options:
        yield "options here: " + "; ".join(f"--{option}: {help_text}" for option, help_text in planned.options.items())


def _stage(planned: Plan, state: StageStatus) -> str:
    mark, why = ("•", "; ".join(state.reasons)) if state.reasons else ("✓", "up to date")
    if state.stage not in planned.wanted:
        return f"{mark} {state.stage}: {why}"
    n, n_ended = planned.wanted[state.stage], planned.ended.get(state.stage, 0)
    items = f"up to {n:,} items" if n is not None else "unknown how many items"
    return f"{mark} {state.stage}: {items}{f', {n_ended:,} of them have ended' if n_ended else ''} ({why})"


def _amounts(planned: Plan) -> Iterator[str]:
    about = "at most" if planned.wanted else "about"
    if planned.samples is not None:
        yield f"samples: {'' if planned.samples_are_counted else f'{about} '}{planned.samples:,}"
    for table, n in planned.complete.items():
        if n is None:
            yield f"{table}: unknown"
        elif n != planned.samples:
            is_counted = any(table in state.rows for state in planned.stages if not state.reasons)
            yield f"{table}: {'' if is_counted else f'{about} '}{n:,}"
    yield f"workspace: {_size(planned.bytes)}"
    if planned.wanted:
        yield f"to download: {_size(planned.download_bytes)}"


def _times(planned: Plan) -> Iterator[str]:
    cpu = f"about {planned.cpu_s / 60:,.1f} min of processor time" if planned.cpu_s is not None else "unknown"
    if not planned.wanted:
        clock = f", {planned.wall_s / 60:,.1f} min on the clock" if planned.wall_s is not None else ""
        yield f"still to do: {cpu}{clock}"
        return
    yield f"still to do: {cpu}"
    if planned.wall_s is not None:
        hours = planned.wall_s / 3600
        yield f"on the clock: at least {hours:,.1f} h ({hours / 24:,.1f} days); interrupt it as you like"


def _size(n_bytes: int | None) -> str:
    if n_bytes is None:
        return "unknown"
    return f"about {n_bytes / 1e9:,.1f} GB" if n_bytes >= 1e9 else f"about {n_bytes / 1e6:,.0f} MB"

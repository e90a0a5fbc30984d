"""The command that says how a workspace stands: status."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from musicdata.cli.app import app
from musicdata.cli.info import info
from musicdata.cli.options import Data, Json, print_json
from musicdata.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EVERY_S = 2.0

Watch = Annotated[bool, typer.Option("--watch", help="Say where the run stands again and again, until it ends.")]
Every = Annotated[
    float, typer.Option("--every", metavar="SECONDS", min=0.1, help="How often --watch looks [default: 2 s].")
]


@app.command(short_help="What runs, what a workspace holds, what is stale.")
def status(place: Data = None, watch: Watch = False, every: Every = _EVERY_S, as_json: Json = False) -> None:
    """Say how the last run stands, and what is in a workspace: rows, rejects, and what is up to date.

    Of a release, which nothing runs in, it says what musicdata info says.
    """
    from musicdata.api import status as states

    if place is not None and not states.is_workspace(place):
        info(place, as_json=as_json)
        return
    work = None if place is None else Path(place)
    if watch:
        _watch(work, every, is_silent=as_json)
    summary = states.status(work)
    ledger, remarks = states.ledger_facts(work), states.remarks(work)
    if as_json:
        print_json(summary | ({"ledger": ledger} if ledger else {}) | ({"remarks": remarks} if remarks else {}))
        return
    for line in (*lines(summary), *_ledger_lines(ledger)):
        say(line)
    for remark in remarks.values():
        if remark["text"]:
            say(f"  {remark['text']}")


def _watch(work: Path | None, every_s: float, *, is_silent: bool) -> None:
    """Show where a run stands until it has ended."""
    from musicdata.api import status as states
    from musicdata.api.terminal import terminal_watcher

    watcher = terminal_watcher(details=False)
    try:
        while (run := states.live(work)).state == "running":
            if not is_silent and run.now is not None:
                watcher.state(run.now)
            time.sleep(every_s)
    finally:
        watcher.close()


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a workspace holds, for people."""
    yield f"{summary['work']}: {summary['dataset']}, {summary['run']['says']}"
    if summary["run"]["state"] == "running":
        yield from _running_lines(summary["run"])
    elif summary["run"]["state"] != "finished":
        yield f"  to go on: {summary['go_on']}"
    if isolation := summary["last_run"].get("isolation"):
        in_force = ", ".join(name.replace("_", " ") for name, holds in isolation.items() if holds)
        yield f"  renderers ran with: {in_force}"
    for stage in summary["stages"]:
        rows = ", ".join(f"{table} {n:,}" for table, n in stage["rows"].items()) or "nothing yet"
        begun = f"; {stage['n_done']:,} of {stage['n_items']:,} items done" if stage["n_items"] else ""
        dropped = ", ".join(f"{reason} {n:,}" for reason, n in sorted(stage["rejects"].items()))
        mark, rejected = "•" if stage["reasons"] else "✓", f"; rejected: {dropped}" if dropped else ""
        yield f"{mark} {stage['stage']}: {rows}{rejected} ({'; '.join(stage['reasons']) or 'up to date'}){begun}"


def _running_lines(run: Mapping[str, Any]) -> Iterator[str]:
    from musicdata.api.standing import state_of
    from musicdata.api.terminal import sentence

    if (now := state_of(run)) is not None:
        yield f"  {sentence(now)}"
    yield "  what follows may change at any moment"


def _ledger_lines(ledger: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was fetched, and which services are to be left alone until when."""
    from musicdata.api.standing import readable

    for name, items in ledger.get("stages", {}).items():
        outcomes = ", ".join(f"{i['outcome']}{' ' + i['reason'] if i['reason'] else ''} {i['items']:,}" for i in items)
        yield f"  fetched for {name}: {outcomes or 'nothing wanted yet'}"
    for name, at in ledger.get("come_back_at", {}).items():
        yield f"  {name} may be asked again after {readable(at)}"

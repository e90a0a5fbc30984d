"""The command that says how a workspace stands: status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.cli.app import app
from musicdata.cli.options import Json, WorkArgument, print_json
from musicdata.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Iterator


@app.command(short_help="What a workspace holds, what is stale.")
def status(work: WorkArgument = None, as_json: Json = False) -> None:
    """Say what is in a workspace: rows, rejects, and what is up to date."""
    from musicdata.api import status as states

    summary = states.status(work)
    ledger, remarks = states.ledger_facts(work), states.remarks(work)
    if as_json:
        print_json(summary | ({"ledger": ledger} if ledger else {}) | ({"remarks": remarks} if remarks else {}))
        return
    run = summary["last_run"]
    say(f"{summary['work']}: {summary['dataset']}, last run {run.get('outcome', 'unknown')} {run.get('ended', '')}")
    if summary["written_by"]:
        say(f"  is being written by {summary['written_by']}: what follows may change at any moment")
    if isolation := run.get("isolation"):
        in_force = ", ".join(name.replace("_", " ") for name, holds in isolation.items() if holds)
        say(f"  renderers ran with: {in_force}")
    for stage in summary["stages"]:
        rows = ", ".join(f"{table} {n:,}" for table, n in stage["rows"].items()) or "nothing yet"
        dropped = ", ".join(f"{reason} {n:,}" for reason, n in sorted(stage["rejects"].items()))
        mark, rejected = "•" if stage["reasons"] else "✓", f"; rejected: {dropped}" if dropped else ""
        say(f"{mark} {stage['stage']}: {rows}{rejected} ({'; '.join(stage['reasons']) or 'up to date'})")
    for name, items in ledger.get("stages", {}).items():
        outcomes = ", ".join(f"{i['outcome']}{' ' + i['reason'] if i['reason'] else ''} {i['items']:,}" for i in items)
        say(f"  fetched for {name}: {outcomes or 'nothing wanted yet'}")
    for remark in remarks.values():
        if remark["text"]:
            say(f"  {remark['text']}")
    for line in _open_waits(ledger.get("services", {})):
        say(line)


def _open_waits(services: dict[str, dict[str, float]]) -> Iterator[str]:
    """Yield a line for each service that asked us to come back later."""
    import time
    from datetime import UTC, datetime

    for name, state in services.items():
        if 0 < state["not_before"] - time.time() <= state["asked_s"]:
            moment = datetime.fromtimestamp(state["not_before"], UTC)
            yield f"  {name} asks us to come back after {moment:%Y-%m-%d %H:%M:%S} UTC"

"""Commands that build: doctor, plan, build, status."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Annotated

import typer

from musicdata.cli.app import app
from musicdata.cli.next_steps import looking_lines
from musicdata.cli.options import (
    EXIT_SETUP,
    Audio,
    Change,
    Input,
    Json,
    Limit,
    NameOfWork,
    Seed,
    Set,
    Twin,
    WorkArgument,
    Workers,
    WorkOption,
    print_json,
    progress,
)
from musicdata.cli.output import say
from musicdata.cli.planning import print_plan

if TYPE_CHECKING:
    from collections.abc import Iterator


@app.command(short_help="What is installed, what is missing.")
def doctor(
    recipe: Annotated[
        str | None, typer.Argument(metavar="[NAME|FILE]", help="A recipe whose plug-ins are looked at too.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what is installed, what is missing, and the command that mends it."""
    from musicdata.api import doctor as doctors

    findings = doctors.examine(recipe)
    if as_json:
        print_json([dataclasses.asdict(finding) for finding in findings])
    else:
        for purpose, group in itertools.groupby(findings, key=lambda finding: finding.needed_to):
            say(f"To {purpose}:")
            for finding in group:
                mend = f" → {finding.mend}" if finding.mend else ""
                mark = "✓" if finding.ok else "✗" if purpose in ("read", "build") else "–"
                say(f"{mark} {finding.name}: {finding.found}{mend}")
    if not all(finding.ok for finding in findings if finding.needed_to in ("read", "build")):
        raise typer.Exit(EXIT_SETUP)


@app.command(short_help="What a build would do: samples, calls, bytes, minutes.")
def plan(
    name: NameOfWork = None,
    input_: Input = None,
    audio: Audio = None,
    work: WorkOption = None,
    limit: Limit = None,
    seed: Seed = None,
    twin: Twin = False,
    workers: Workers = None,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """Say what a build or a crawl would do, before anything runs: stages, samples, calls, bytes, minutes."""
    options = {"work": work, "limit": limit, "seed": seed, "workers": workers, "twin": twin}
    print_plan(name, input=input_, audio=audio, **options, overrides=set_ or (), as_json=as_json)


@app.command(short_help="Build a data set, or continue; only what changed.")
def build(  # noqa: PLR0913, PLR0917 - each is an option of the command
    name: NameOfWork = None,
    input_: Input = None,
    audio: Audio = None,
    work: WorkOption = None,
    limit: Limit = None,
    seed: Seed = None,
    twin: Twin = False,
    workers: Workers = None,
    set_: Set = None,
    change: Change = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: Json = False,
) -> None:
    """Build a data set, or go on with it: --work alone keeps all it was asked for, and only what changed is rebuilt."""
    from musicdata.api import build

    if dry_run:
        options = {"work": work, "limit": limit, "seed": seed, "workers": workers, "twin": twin}
        print_plan(name, input=input_, audio=audio, **options, overrides=set_ or (), as_json=as_json)
        return
    with progress(quiet=as_json) as shown:
        done = build.build(
            name,
            input=input_,
            audio=audio,
            work=work,
            limit=limit,
            seed=seed,
            workers=workers,
            twin=twin,
            overrides=set_ or (),
            change=change,
            progress=shown,
        )
    if as_json:
        print_json({"work": str(done.root), "stages": [dataclasses.asdict(stage) for stage in done.stages]})
    else:
        say(f"{done.root} is built. Look at it:")
        for line in looking_lines(done.root):
            say(line)


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

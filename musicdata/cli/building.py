"""Commands that build: doctor, plan, build, status."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Annotated

import typer

from musicdata.cli.app import app
from musicdata.cli.options import (
    EXIT_SETUP,
    Input,
    Json,
    Limit,
    Name,
    Set,
    WorkArgument,
    Workers,
    WorkOption,
    print_json,
    progress,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.engine.planning import Plan


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
            typer.echo(f"To {purpose}:")
            for finding in group:
                mend = f" → {finding.mend}" if finding.mend else ""
                mark = "✓" if finding.ok else "✗" if purpose == "build" else "–"
                typer.echo(f"{mark} {finding.name}: {finding.found}{mend}")
    if not all(finding.ok for finding in findings if finding.needed_to == "build"):
        raise typer.Exit(EXIT_SETUP)


@app.command(short_help="What a build would do: samples, bytes, minutes.")
def plan(
    name: Name,
    input_: Input = None,
    work: WorkOption = None,
    limit: Limit = None,
    workers: Workers = None,
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """Say what a build would do, before anything runs: stages, samples, bytes, minutes."""
    from musicdata.api import plan as plans
    from musicdata.cli.crawling import print_plan
    from musicdata.definitions import recipe

    if recipe.load(name, set_ or ()).is_crawled:
        print_plan(name, input_, work, limit, set_, as_json=as_json)
        return
    planned = plans.plan(name, input=input_, work=work, limit=limit, workers=workers, overrides=set_ or ())
    if as_json:
        print_json(dataclasses.asdict(planned))
    else:
        _print_plan(planned)


def _print_plan(planned: Plan) -> None:
    for state in planned.stages:
        typer.echo(f"{'•' if state.reasons else '✓'} {state.stage}: {'; '.join(state.reasons) or 'up to date'}")
    files = ", ".join(f"{n:,} {ending}" for ending, n in planned.files.items())
    about = "" if planned.samples_are_counted else "about "
    typer.echo(f"source: {files or 'none'}")
    typer.echo(f"samples: {about}{planned.samples:,}; workspace: about {planned.bytes / 1e6:,.0f} MB")
    typer.echo(
        f"still to do: about {planned.cpu_s / 60:.1f} min of processor time, {planned.wall_s / 60:.1f} min on the clock"
    )


@app.command(short_help="Build a data set, or continue; only what changed.")
def build(
    name: Name,
    input_: Input = None,
    work: WorkOption = None,
    limit: Limit = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Key of the hash that places groups in splits.")
    ] = None,
    workers: Workers = None,
    set_: Set = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: Json = False,
) -> None:
    """Build a data set; the same command continues what was interrupted and rebuilds only what changed."""
    from musicdata.api import build

    if dry_run:
        plan(name, input_, work, limit, workers, set_, as_json)
        return
    with progress(quiet=as_json) as shown:
        done = build.build(
            name,
            input=input_,
            work=work,
            limit=limit,
            seed=seed,
            workers=workers,
            overrides=set_ or (),
            progress=shown,
        )
    if as_json:
        print_json({"work": str(done.root), "stages": [dataclasses.asdict(stage) for stage in done.stages]})
    else:
        _print_next_steps(done.root)


def _print_next_steps(root: Path) -> None:
    typer.echo(f"{root} is built. Look at it:")
    typer.echo(f"  musicdata show alignment --work {root}")
    typer.echo(f"  musicdata show sheets --work {root} --save pictures/   (and audio)")
    typer.echo(f"  musicdata check {root}")


@app.command(short_help="What a workspace holds, what is stale.")
def status(work: WorkArgument = None, as_json: Json = False) -> None:
    """Say what is in a workspace: rows, rejects, and what is up to date."""
    from musicdata.api import status as states
    from musicdata.cli.crawling import pair_lines

    found = states.status(work)
    ledger, pairs = states.ledger_facts(work), states.pair_facts(work)
    if as_json:
        print_json(found | ({"ledger": ledger} if ledger else {}) | ({"pairs": pairs} if pairs else {}))
        return
    run = found["last_run"]
    typer.echo(f"{found['work']}: {found['dataset']}, last run {run.get('outcome', 'unknown')} {run.get('ended', '')}")
    for stage in found["stages"]:
        rows = ", ".join(f"{table} {n:,}" for table, n in stage["rows"].items()) or "nothing yet"
        dropped = ", ".join(f"{reason} {n:,}" for reason, n in sorted(stage["rejects"].items()))
        mark, rejected = "•" if stage["reasons"] else "✓", f"; rejected: {dropped}" if dropped else ""
        typer.echo(f"{mark} {stage['stage']}: {rows}{rejected} ({'; '.join(stage['reasons']) or 'up to date'})")
    for name, items in ledger.get("stages", {}).items():
        told = ", ".join(f"{i['outcome']}{' ' + i['reason'] if i['reason'] else ''} {i['items']:,}" for i in items)
        typer.echo(f"  fetched for {name}: {told or 'nothing wanted yet'}")
    for line in pair_lines(pairs):
        typer.echo(f"  {line}")
    for line in _open_waits(ledger.get("services", {})):
        typer.echo(line)


def _open_waits(services: dict[str, dict[str, float]]) -> Iterator[str]:
    """Yield a line for each service that asked us to come back later."""
    import time
    from datetime import UTC, datetime

    for name, state in services.items():
        if 0 < state["not_before"] - time.time() <= state["asked_s"]:
            moment = datetime.fromtimestamp(state["not_before"], UTC)
            yield f"  {name} asks us to come back after {moment:%Y-%m-%d %H:%M:%S} UTC"

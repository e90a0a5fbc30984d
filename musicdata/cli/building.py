"""Commands that build: doctor, plan, build."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Annotated

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
    Workers,
    WorkOption,
    print_json,
    progress,
)
from musicdata.cli.output import say
from musicdata.cli.planning import print_plan


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
    is_ready = all(finding.ok for finding in findings if finding.needed_to in ("read", "build"))
    if as_json:
        print_json({"ok": is_ready, "findings": [dataclasses.asdict(finding) for finding in findings]})
    else:
        for purpose, group in itertools.groupby(findings, key=lambda finding: finding.needed_to):
            say(f"To {purpose}:")
            for finding in group:
                mend = f" → {finding.mend}" if finding.mend else ""
                mark = "✓" if finding.ok else "✗" if purpose in ("read", "build") else "–"
                say(f"{mark} {finding.name}: {finding.found}{mend}")
    if not is_ready:
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

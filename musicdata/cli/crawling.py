"""Commands that call services: crawl, retry."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from musicdata.cli.app import app
from musicdata.cli.next_steps import looking_lines
from musicdata.cli.options import (
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
    from musicdata.api.work import Work

AcceptTerms = Annotated[
    bool,
    typer.Option("--accept-terms", help="You have read the services' terms and accept them; asked once a workspace."),
]


@app.command(short_help="Fetch a data set from services, or go on with it.")
def crawl(  # noqa: PLR0913, PLR0917 - an argument is an option
    name: NameOfWork = None,
    input_: Input = None,
    work: WorkOption = None,
    limit: Limit = None,
    seed: Seed = None,
    accept_terms: AcceptTerms = False,
    twin: Twin = False,
    workers: Workers = None,
    set_: Set = None,
    change: Change = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done: calls, days, bytes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Crawl a data set; --work alone goes on where it was interrupted and tries again what may pass."""
    from musicdata.api import crawl

    if dry_run:
        options = {"input": input_, "work": work, "limit": limit, "seed": seed, "workers": workers, "twin": twin}
        print_plan(name, **options, overrides=set_ or (), as_json=as_json)
        return
    with progress(quiet=as_json) as shown:
        done = crawl.crawl(
            name,
            input=input_,
            work=work,
            limit=limit,
            seed=seed,
            workers=workers,
            accept_terms=accept_terms,
            twin=twin,
            overrides=set_ or (),
            change=change,
            progress=shown,
            tell=_tell,
        )
    _print_done(done, as_json=as_json)


@app.command(short_help="Fetch again what failed.")
def retry(
    work: WorkArgument = None,
    class_: Annotated[
        list[str] | None,
        typer.Option(
            "--class",
            help="gone, blocked, rate_limited, transient, invalid or all; repeatable [default: what may pass].",
        ),
    ] = None,
    reason: Annotated[
        list[str] | None, typer.Option("--reason", help="Only failures with this reason code; repeatable.")
    ] = None,
    stage: Annotated[list[str] | None, typer.Option("--stage", help="Only those of this stage; repeatable.")] = None,
    accept_terms: AcceptTerms = False,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Fetch again what failed, and bring every table up to date."""
    from musicdata.api import crawl

    outcomes = tuple(class_ or crawl.RETRYABLE)
    if "all" in outcomes:
        outcomes = crawl.FAILURES
    with progress(quiet=as_json) as shown:
        done = crawl.retry(
            work,
            outcomes=outcomes,
            reasons=reason or (),
            stages=stage or (),
            workers=workers,
            accept_terms=accept_terms,
            progress=shown,
            tell=_tell,
        )
    _print_done(done, as_json=as_json)


def _print_done(done: Work, *, as_json: bool) -> None:
    from musicdata.api.status import remarks

    if as_json:
        print_json({"work": str(done.root), "stages": [dataclasses.asdict(stage) for stage in done.stages]})
        return
    for remark in remarks(done.root).values():
        if remark["text"]:
            say(remark["text"])
    say(f"{done.root} is crawled. Look at it:")
    say(f"  musicdata status {done.root}     what became of every item")
    for line in looking_lines(done.root):
        say(line)


def _tell(text: str) -> None:
    say(text, err=True)

"""Commands that call services: crawl, retry."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer

from musicdata.cli.app import app
from musicdata.cli.options import Json, Set, WorkArgument, Workers, WorkOption, print_json, progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.api.work import Work

AcceptTerms = Annotated[
    bool,
    typer.Option("--accept-terms", help="You have read the services' terms and accept them; asked once a workspace."),
]


@app.command(short_help="Fetch a data set from services, or go on with it.")
def crawl(
    name: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="Recipe: spotify-moods, or the path of a .toml file.")
    ],
    input_: Annotated[
        str | None,
        typer.Option(
            "--input", "-i", help="File or folder with track lists (CSV, JSONL) to import, instead of a search."
        ),
    ] = None,
    work: WorkOption = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Pairs a mood, at most.")] = None,
    accept_terms: AcceptTerms = False,
    twin: Annotated[
        bool, typer.Option("--twin", help="Talk to made-up services on this machine: no keys, no terms, no network.")
    ] = False,
    workers: Workers = None,
    set_: Set = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done: calls, days, bytes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Crawl a data set; the same command goes on where it was interrupted and tries again what may pass."""
    from musicdata.api import crawl

    if dry_run:
        print_plan(name, input_, work, limit, set_, as_json=as_json)
        return
    with progress(quiet=as_json) as shown:
        done = crawl.crawl(
            name,
            input=input_,
            work=work,
            limit=limit,
            workers=workers,
            accept_terms=accept_terms,
            twin=twin,
            overrides=set_ or (),
            progress=shown,
            tell=_tell,
        )
    _print_done(done, as_json=as_json)


def print_plan(
    name: str,
    input_: str | None,
    work: Path | None,
    limit: int | None,
    set_: list[str] | None,
    *,
    as_json: bool,
) -> None:
    """Say what a crawl would do: calls, days, hours, bytes."""
    from musicdata.api import crawl_planning

    planned = crawl_planning.plan(name, input=input_, work=work, limit=limit, overrides=set_ or ())
    if as_json:
        print_json(dataclasses.asdict(planned))
        return
    for line in crawl_planning.lines(planned):
        typer.echo(line)


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
    from musicdata.workspace import ledger

    outcomes = tuple(class_ or ledger.RETRYABLE)
    if "all" in outcomes:
        outcomes = ledger.OUTCOMES[1:]
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
    from musicdata.api.status import pair_facts

    if as_json:
        print_json({"work": str(done.root), "stages": [dataclasses.asdict(stage) for stage in done.stages]})
        return
    for line in pair_lines(pair_facts(done.root)):
        typer.echo(line)
    typer.echo(f"{done.root} is crawled. Look at it:")
    typer.echo(f"  musicdata status {done.root}     what became of every item")
    typer.echo(f"  musicdata show pairs --work {done.root}     (and missing, videos, lyrics; audio with --save FOLDER)")
    typer.echo(f"  musicdata check {done.root}")


def pair_lines(pairs: dict[str, Any]) -> Iterator[str]:
    """Yield a line that says which moods have fewer pairs than are wanted, if any has, and what helps."""
    if short := pairs.get("short"):
        told = ", ".join(f"{mood} {n:,}" for mood, n in short.items())
        yield (
            f"{len(short):,} of {pairs['moods']:,} moods have fewer than {pairs['per_mood']:,} pairs: {told}. "
            "The table missing says why; where the reason is not_asked, greater fetch_lyrics.candidates and "
            "find_videos.per_mood ask for more"
        )


def _tell(text: str) -> None:
    typer.echo(text, err=True)

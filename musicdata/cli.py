"""The command: one function per subcommand, each calls one library function."""

from __future__ import annotations

import dataclasses
import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from musicdata.errors import MusicdataError, UsageError

if TYPE_CHECKING:
    from types import FrameType

    from musicdata.planning import Plan

EXIT_FINDINGS, EXIT_SETUP, EXIT_REFUSED, EXIT_INTERRUPTED = 1, 4, 4, 130

app = typer.Typer(
    name="musicdata",
    help="Build, check and look at cross-modal music data sets: audio, sheet music and lyrics, aligned note by note.",
    epilog="Exit codes: 0 ok · 1 findings · 2 usage · 3 partial, run again · 4 set-up fault or gate refused · "
    "5 workspace held · 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Name = Annotated[
    str,
    typer.Argument(metavar="NAME|FILE", help="Recipe: musictm, musictm-lmd, or the path of a .toml file."),
]
Input = Annotated[
    str | None,
    typer.Option("--input", "-i", help="Folder or file with songs; the recipe's own input if not given."),
]
WorkOption = Annotated[
    Path | None, typer.Option("--work", "-w", help="Workspace folder [default: musicdata-work/NAME].")
]
WorkArgument = Annotated[
    Path | None, typer.Argument(metavar="[WORK]", help="Workspace; the only one in musicdata-work.")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Read at most so many files, and songs of each.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Worker processes [default: one a processor].")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="STAGE.KEY=VALUE", help="Override a recipe's key; repeatable."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def doctor(as_json: Json = False) -> None:
    """Say what is installed, what is missing, and the command that mends it."""
    from musicdata import doctor as doctors

    findings = doctors.examine()
    if as_json:
        _print_json([dataclasses.asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mend = f" → {finding.mend}" if finding.mend else ""
            typer.echo(f"{'✓' if finding.ok else '✗'} {finding.name}: {finding.found}{mend}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(EXIT_SETUP)


@app.command()
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
    from musicdata import api

    planned = api.plan(name, input=input_, work=work, limit=limit, workers=workers, overrides=set_ or ())
    if as_json:
        _print_json(dataclasses.asdict(planned))
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


@app.command()
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
    from musicdata import api

    if dry_run:
        plan(name, input_, work, limit, workers, set_, as_json)
        return
    with _progress(quiet=as_json) as shown:
        done = api.build(
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
        _print_json({"work": str(done.root), "stages": [dataclasses.asdict(stage) for stage in done.stages]})
    else:
        _print_next_steps(done.root)


def _progress(*, quiet: bool) -> Any:
    from contextlib import nullcontext

    from rich.console import Console

    from musicdata.progress import LiveProgress, PlainProgress, SilentProgress

    if quiet:
        return nullcontext(SilentProgress())
    console = Console(stderr=True)
    return LiveProgress(console) if console.is_terminal else PlainProgress(console)


def _print_next_steps(root: Path) -> None:
    typer.echo(f"{root} is built. Look at it:")
    typer.echo(f"  musicdata show alignment --work {root}")
    typer.echo(f"  musicdata show sheets --work {root} --save pictures/   (and audio)")
    typer.echo(f"  musicdata check {root}")


@app.command()
def status(work: WorkArgument = None, as_json: Json = False) -> None:
    """Say what is in a workspace: rows, rejects, and what is up to date."""
    from musicdata import api

    found = api.status(work)
    if as_json:
        _print_json(found)
        return
    run = found["last_run"]
    typer.echo(f"{found['work']}: {found['dataset']}, last run {run.get('outcome', 'unknown')} {run.get('ended', '')}")
    for stage in found["stages"]:
        rows = ", ".join(f"{table} {n:,}" for table, n in stage["rows"].items()) or "nothing yet"
        dropped = ", ".join(f"{reason} {n:,}" for reason, n in sorted(stage["rejects"].items()))
        mark, rejected = "•" if stage["reasons"] else "✓", f"; rejected: {dropped}" if dropped else ""
        typer.echo(f"{mark} {stage['stage']}: {rows}{rejected} ({'; '.join(stage['reasons']) or 'up to date'})")


@app.command()
def show(
    table: Annotated[str, typer.Argument(help="Table to look at, or rejects.")],
    key: Annotated[str | None, typer.Argument(help="Only rows of this key: a sample_id, song_id …")] = None,
    work: WorkOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows to print.")] = 20,
    columns: Annotated[str | None, typer.Option("--columns", help="Columns, separated by commas.")] = None,
    save: Annotated[
        Path | None, typer.Option("--save", help="Write the sounds or pictures of the rows into this folder.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Look at rows of a table, or save its sounds and pictures as files."""
    from itertools import islice

    from musicdata import api, display

    opened = api.open_work(work)
    wanted = columns.split(",") if columns else None
    rows = list(islice(opened.rows(table, key, wanted), limit))
    if key is not None and not rows and table != "rejects":  # no rejects are good news
        raise UsageError(f"table {table} of {opened.root} has no row of {key}")
    if save is not None:
        for path in display.save_media(opened, table, rows, save):
            typer.echo(str(path))
    elif as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
    else:
        display.print_rows(table, rows)


@app.command()
def check(work: WorkArgument = None, as_json: Json = False) -> None:
    """Prove that the tables are right: contracts, keys, splits, alignment, checksums, sound, pictures."""
    from musicdata import api

    report = api.check(work)
    if as_json:
        _print_json(
            {
                "ok": report.ok,
                "passed": report.passed,
                "findings": [dataclasses.asdict(f) for f in report.findings],
            }
        )
    else:
        for name in report.passed:
            typer.echo(f"✓ {name}")
        for finding in report.findings:
            typer.echo(f"✗ {finding.check}: {finding.table + ': ' if finding.table else ''}{finding.message}")
    if not report.ok:
        raise typer.Exit(EXIT_FINDINGS)


@app.command()
def validate(
    work: WorkArgument = None,
    deep: Annotated[
        bool | None, typer.Option("--deep/--no-deep", help="Fit deep baselines too [default: if torch is installed].")
    ] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")] = "auto",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of everything random.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for validation.json and .html [default: WORK/validation].")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a data set, fit its baselines and controls, and judge whether it may be released."""
    import musicdata_baselines
    from musicdata import api
    from musicdata_baselines import report

    opened = api.open_work(work)
    found = musicdata_baselines.validate(
        opened.root, deep=deep, device=device, seed=seed, progress=lambda text: typer.echo(text, err=True)
    )
    paths = report.write(found, out if out is not None else opened.root / "validation")
    if as_json:
        typer.echo(report.encode(found))
    else:
        for line in report.lines(found):
            typer.echo(line)
        typer.echo(f"report: {', '.join(map(str, paths))}")
    if not found.holds:
        typer.echo(f"musicdata: the gate refuses: {found.reason}", err=True)
        raise typer.Exit(EXIT_REFUSED)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def main() -> NoReturn:
    """Run the command and leave with the exit code of `musicdata.errors`."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = app(standalone_mode=False)
    except MusicdataError as error:
        typer.echo(f"musicdata: {error}", err=True)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(error, "show"):  # a wrong option, told by typer
            error.show()
            sys.exit(error.exit_code)
        raise
    if code == EXIT_INTERRUPTED:  # typer itself turns KeyboardInterrupt into this, without a word
        typer.echo("musicdata: interrupted; what is finished is kept, the same command goes on from there", err=True)
    sys.exit(code if isinstance(code, int) else 0)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()

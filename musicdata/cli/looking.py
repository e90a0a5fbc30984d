"""Commands that look and judge: show, check, validate, describe."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from musicdata.cli.app import app
from musicdata.cli.options import EXIT_FINDINGS, EXIT_REFUSED, Data, DataOption, Json, Pin, print_json
from musicdata.cli.output import json_line, say, tell
from musicdata.errors import UsageError

SHOWN_CHARACTERS = 300

if TYPE_CHECKING:
    from typing import Any

    from musicdata.definitions.suite import Validation


@app.command(short_help="Look at rows, save sounds and pictures.")
def show(
    table: Annotated[str, typer.Argument(help="Table to look at, or rejects.")],
    key: Annotated[str | None, typer.Argument(help="Only rows of this key: a sample_id, song_id …")] = None,
    work: DataOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows to print.")] = 20,
    columns: Annotated[str | None, typer.Option("--columns", help="Columns, separated by commas.")] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", help="Write the sounds or pictures of the rows into this folder, and a page of them."),
    ] = None,
    pin: Pin = None,
    as_json: Json = False,
) -> None:
    """Look at rows of a table, or save its sounds and pictures as files."""
    from itertools import islice

    from musicdata.api.media import save_media
    from musicdata.api.work import open_data
    from musicdata.cli import rows as display

    opened = open_data(work, pin=pin, progress=tell)
    names = columns.split(",") if columns else None
    rows = list(islice(opened.rows(table, key, names), limit))
    if key is not None and not rows and table != "rejects":  # no rejects are good news
        raise UsageError(f"table {table} of {opened.root} has no row of {key}")
    if save is not None:
        for path in save_media(opened, table, rows, save):
            say(str(path))
    elif as_json:
        for row in rows:
            say(json_line(row))
    else:
        display.print_rows(table, rows)


@app.command(short_help="Prove that the tables are right.")
def check(path: Data = None, pin: Pin = None, as_json: Json = False) -> None:
    """Prove that the tables are right: contracts, keys, splits, alignment, checksums, sound, pictures."""
    from musicdata.api.check import check as examine

    report = examine(path, pin=pin)
    if as_json:
        print_json(
            {
                "ok": report.ok,
                "passed": report.passed,
                "findings": [dataclasses.asdict(f) for f in report.findings],
            }
        )
    else:
        for name in report.passed:
            say(f"✓ {name}")
        for finding in report.findings:
            say(f"✗ {finding.check}: {finding.table + ': ' if finding.table else ''}{finding.message}")
    if not report.ok:
        raise typer.Exit(EXIT_FINDINGS)


@app.command(short_help="Check, fit baselines, judge: the gate.")
def validate(
    path: Data = None,
    deep: Annotated[
        bool | None, typer.Option("--deep/--no-deep", help="Fit deep baselines too [default: if torch is installed].")
    ] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")] = "auto",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of everything random.")] = 0,
    sweep: Annotated[
        bool | None,
        typer.Option(
            "--sweep/--no-sweep",
            help="Where the recipe has a sweep over components and random splits: with its deep methods on any "
            "device, or nothing of it [default: deep ones on CUDA only].",
        ),
    ] = None,
    runs: Annotated[
        int | None, typer.Option("--runs", min=1, help="Random splits of the sweep [default: all].")
    ] = None,
    epochs: Annotated[
        float, typer.Option("--epochs", help="Of the sweep's deep methods, as a share of the paper's.")
    ] = 1.0,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for validation.json and .html [default: WORK/validation]."),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            help="Folder for what was measured in the formats of other tools: queries, judgements, runs. It holds "
            "the words of works, also of those that may not be passed on.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a data set, fit its baselines and controls, and judge whether it may be released."""
    import musicdata
    from musicdata_baselines import report

    opened = musicdata.open_data(path, progress=tell)
    if out is None:  # a release holds exactly what its record names
        out = (
            Path(f"validation-{opened.record.slug}")
            if isinstance(opened, musicdata.Release)
            else opened.place("validation")
        )
    validation, paths = run_validation(
        opened.root,
        out,
        deep=deep,
        device=device,
        seed=seed,
        swept=sweep,
        runs=runs,
        epochs=epochs,
        export=export,
    )
    if as_json:
        say(report.encode(validation))
    else:
        for line in report.lines(validation):
            say(line)
        say(f"report: {', '.join(map(str, paths))}")
    if not validation.holds:
        say(f"musicdata: the gate refuses: {validation.reason}", err=True)
        raise typer.Exit(EXIT_REFUSED)


def run_validation(
    root: Path,
    out: Path,
    *,
    deep: bool | None = None,
    device: str = "auto",
    seed: int = 0,
    swept: bool | None = None,
    runs: int | None = None,
    epochs: float = 1.0,
    export: Path | None = None,
) -> tuple[Validation[Any], tuple[Path, Path]]:
    """Validate what is at `root`, write the report into `out`; return what was found and the report's files.

    What a suite trains is kept in ``models`` beside the report, where another run, or `musicdata caption`, finds it.
    """
    import musicdata
    import musicdata_baselines
    from musicdata_baselines import report

    validation = musicdata_baselines.validate(
        root,
        deep=deep,
        device=device,
        seed=seed,
        progress=tell,
        swept=swept,
        runs=runs,
        epochs=epochs,
        export=export,
        keep=out / "models",
    )
    return validation, report.write(validation, out, musicdata.open_data(root))


@app.command(short_help="Find the texts nearest to a recording of yours.")
def describe(
    file: Annotated[Path, typer.Argument(help="A recording, or a document of its features.")],
    against: Annotated[
        str | None,
        typer.Option(
            "--against", metavar="PLACE", help="Release (folder, address, name) or workspace [default: the only one]."
        ),
    ] = None,
    k: Annotated[int, typer.Option("--k", min=1, help="Texts to print.")] = 5,
    device: Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")] = "auto",
    as_json: Json = False,
) -> None:
    """Find the texts of a data set that lie nearest to a recording of yours, and how much that is worth."""
    from musicdata.api.describe import describe as look

    found = look(file, against, nearest=k, device=device)
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    say(f"{found.file}: the nearest of {found.n_candidates:,} texts ({found.method})")
    for place, one in enumerate(found.nearest, 1):
        facts = ", ".join(f"{name} {value}" for name, value in one.facts.items() if value is not None)
        say(f"{place}. {one.sample_id} {one.index}, score {one.score:.3f} ({facts})")
        if one.text is not None:
            say(f"   {' '.join(one.text.split())[:SHOWN_CHARACTERS]}")
    say(f"a text drawn at random scores {found.mean_score:.3f} ± {found.deviation:.3f}")
    say(
        f"recordings held out of the fit, asked in the same way, have a text of their own among {k} in "
        f"{found.right:.1%} of cases; chance is {found.chance:.1%}"
    )
    for note in found.notes:
        say(f"• {note}")

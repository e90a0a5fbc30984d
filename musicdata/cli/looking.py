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
SHOWN_ROWS = 10
REJECTS = "rejects"

if TYPE_CHECKING:
    from musicdata.definitions.contract import Contract
    from musicdata.definitions.table_source import TableSource


@app.command(
    short_help="Which tables there are, their rows; save sounds and pictures.",
    epilog="Which data sets there are, and all that can be set of one: musicdata recipes, musicdata recipes show NAME.",
)
def show(
    table: Annotated[
        str | None,
        typer.Argument(metavar="[TABLE]", help="Table to look at, or rejects; lists the tables when left out."),
    ] = None,
    key: Annotated[str | None, typer.Argument(help="Only rows of this key: a sample_id, song_id …")] = None,
    work: DataOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows to print.")] = SHOWN_ROWS,
    columns: Annotated[str | None, typer.Option("--columns", help="Columns, separated by commas.")] = None,
    vertical: Annotated[bool, typer.Option("--vertical", help="All columns, one below the other.")] = False,
    save: Annotated[
        Path | None,
        typer.Option("--save", help="Write the sounds or pictures of the rows into this folder, and a page of them."),
    ] = None,
    pin: Pin = None,
    as_json: Json = False,
    as_lines: Annotated[bool, typer.Option("--jsonl", help="Print JSON Lines, one a row.")] = False,
) -> None:
    """Look at rows of a table, or save its sounds and pictures as files; without TABLE, say which tables there are."""
    from itertools import islice

    from musicdata.api.media import save_media
    from musicdata.api.work import open_data
    from musicdata.cli import rows as display

    if table is not None and work is None and Path(table).is_dir():
        raise UsageError(f"{table} is a folder, no table; its tables are listed by: musicdata show --work {table}")
    opened = open_data(work, pin=pin, progress=tell)
    if table is None:
        _show_tables(opened, as_json=as_json, as_lines=as_lines)
        return
    names = columns.split(",") if columns else None
    found = list(islice(opened.rows(table, key, names), limit + 1))
    rows, has_more = found[:limit], len(found) > limit
    if key is not None and not rows and table != REJECTS:  # no rejects are good news
        raise UsageError(f"table {table} of {opened.root} has no row of {key}")
    if save is not None:
        for path in save_media(opened, table, rows, save):
            say(str(path))
    elif as_lines:
        for row in rows:
            say(json_line(row))
    elif as_json:
        print_json({"table": table, "rows": rows})
    else:
        preferred = _preferred(opened.contract(table)) if names is None else ()
        display.print_rows(table, rows, preferred=preferred, are_chosen=names is not None, vertical=vertical)
        if has_more:
            say(f"the first {len(rows):,} rows{_of(opened, table, key)}; --limit N shows more")


def _show_tables(opened: TableSource, *, as_json: bool, as_lines: bool) -> None:
    from musicdata.cli import rows as display

    listed = [
        {"table": name, "rows": opened.n_rows(name), "description": opened.contract(name).description}
        for name in opened.tables
    ]
    if as_lines:
        for one in listed:
            say(json_line(one))
    elif as_json:
        print_json({"tables": listed})
    else:
        say(f"{opened.root}: {opened.head.dataset.title}")
        display.print_tables(listed)
        say(f"Rows of one: musicdata show TABLE --work {opened.root} (or {REJECTS}: what was dropped, and why)")


def _preferred(contract: Contract) -> list[str]:
    """List the columns of a table in the order in which they are worth room: its key first, other ids last."""
    names = contract.describing_columns()
    others = [name for name in names if name not in contract.key]
    return [*contract.key, *sorted(others, key=lambda name: name.endswith("_id"))]


def _of(opened: TableSource, table: str, key: str | None) -> str:
    return "" if key is not None or table == REJECTS else f" of {opened.n_rows(table):,}"


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
    from musicdata.api.validate import validate as judge

    verdict = judge(
        path,
        out=out,
        deep=deep,
        device=device,
        seed=seed,
        sweep=sweep,
        runs=runs,
        epochs=epochs,
        export=export,
        progress=tell,
    )
    if as_json:
        say(verdict.json())
    else:
        for line in verdict.lines():
            say(line)
        say(f"report: {verdict.document}, {verdict.report}")
    if not verdict.holds:
        say(f"musicdata: the gate refuses: {'; '.join(verdict.reasons)}", err=True)
        raise typer.Exit(EXIT_REFUSED)


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

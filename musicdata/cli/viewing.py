"""The commands for looking in a browser: `musicdata view`, `musicdata report`."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from musicdata.cli.app import app
from musicdata.cli.options import Data, Json, print_json
from musicdata.cli.output import say, tell


@app.command(short_help="Look, listen and search in the browser.")
def view(
    path: Data = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port [default: a free one].")] = 0,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; others than this machine's need --i-know.")
    ] = "127.0.0.1",
    is_open_to_others: Annotated[
        bool, typer.Option("--i-know", help="Let other machines in: what they see is not encrypted.")
    ] = False,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    as_json: Json = False,
) -> None:
    """Open a page of a workspace or a release: browse, listen, look, search, judge. It is for this machine only."""
    from musicdata.api import view as library

    def ready(address: str) -> None:
        if as_json:
            print_json({"address": address})
        else:
            say(f"{address}\nThe address lets one browser in, once. Ctrl-C ends it.")
        if browser:
            webbrowser.open(address)

    library.view(path, host=host, port=port, is_open_to_others=is_open_to_others, ready=ready)


@app.command(short_help="Samples with sound and pictures in one file.")
def report(
    path: Data = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")] = Path("report.html"),
    samples: Annotated[int, typer.Option("--samples", min=1, max=2000, help="Samples, evenly from each split.")] = 60,
    suspects: Annotated[
        int, typer.Option("--suspects", min=0, max=200, help="Pairs among them that fit worst; 0 fits no space.")
    ] = 6,
    also: Annotated[list[str] | None, typer.Option("--sample", metavar="ID", help="This one too; repeatable.")] = None,
    claim: Annotated[
        str,
        typer.Option(
            "--i-hold-the-rights",
            metavar="STATEMENT",
            help="Show what has no free licence too; the statement stands in the file.",
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Write samples into one file with sound and pictures inside, that opens anywhere and asks nobody for anything."""
    from musicdata.api import view as library

    made = library.report(path, out, samples=samples, suspects=suspects, also=also or (), claim=claim, progress=tell)
    size = out.stat().st_size
    facts = {
        "out": str(out),
        "samples": made.n_samples,
        "media": made.n_media,
        "bytes": size,
        "suspects": made.n_suspects,
        "no_suspects": made.no_suspects,
        "withheld": made.withheld,
        "left_out": made.left_out,
    }
    if as_json:
        print_json(facts)
        return
    say(f"{out}: {made.n_samples} samples, {made.n_media} sounds and pictures, {size / 1e6:.1f} MB")
    if made.no_suspects:
        say(f"no suspects in it: {made.no_suspects}")
    if made.left_out:
        say(f"{made.left_out} more would have made it larger than can be mailed")
    for modality, n in sorted(made.withheld.items()):
        say(f"{modality} of {n} is left out: it may not be passed on")

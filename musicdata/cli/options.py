"""Options that several commands share, and how they print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from musicdata.cli.output import VOICE, json_line, say

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from musicdata.engine.progress import Watcher

EXIT_FINDINGS, EXIT_SETUP, EXIT_REFUSED, EXIT_INTERRUPTED = 1, 4, 4, 130

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE", help="Recipe: a name (musicdata recipes lists them) or the path of a .toml file."
    ),
]
NameOfWork = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME|FILE]",
        help="Recipe: a name (musicdata recipes lists them) or the path of a .toml file [default: that of --work].",
    ),
]
Input = Annotated[
    str | None,
    typer.Option(
        "--input", "-i", help="File or folder to read [default: the workspace's, or else the recipe's own input]."
    ),
]
Audio = Annotated[
    str | None,
    typer.Option("--audio", help="Folder of sound that belongs to the input, as the recipe's [options] say."),
]
WorkOption = Annotated[
    Path | None, typer.Option("--work", "-w", help="Workspace folder [default: musicdata-work/NAME].")
]
WorkArgument = Annotated[
    Path | None, typer.Argument(metavar="[WORK]", help="Workspace; the only one in musicdata-work.")
]
_DATA = "Workspace, or a release: folder, address or NAME@VERSION; the only workspace in musicdata-work."
DataOption = Annotated[str | None, typer.Option("--work", "-w", metavar="PLACE", help=_DATA)]
Data = Annotated[str | None, typer.Argument(metavar="[PLACE]", help=_DATA)]
Pin = Annotated[
    str | None,
    typer.Option(
        "--pin",
        metavar="HEX",
        help="Content root, or sha256 of RELEASE.json, that the release has to have: it is proved.",
    ),
]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="Make less: at most so many of what the recipe's [options] name.")
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="Seed of what is random, as the recipe's [options] say: splits.")
]
Twin = Annotated[
    bool, typer.Option("--twin", help="Made-up services and files on this machine: no keys, no terms, no network.")
]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Worker processes [default: one a processor].")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="STAGE.KEY=VALUE", help="Override a recipe's key; the workspace keeps it. Repeatable."
    ),
]
Change = Annotated[
    bool,
    typer.Option("--change", help="Make the workspace another one: other input, other settings, another recipe."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def print_json(value: object) -> None:
    """Print JSON, the answer of a command."""
    VOICE.has_answered = True
    say(json_line(value, indent=1))


def progress(*, quiet: bool) -> AbstractContextManager[Watcher]:
    """Return what shows how a run goes on: live on a terminal, lines with the time elsewhere, and in `--log-file`."""
    from contextlib import nullcontext

    from musicdata.api.terminal import Watchers, terminal_watcher

    shown = [] if VOICE.is_quiet or (quiet and not VOICE.is_verbose) else [terminal_watcher(details=VOICE.is_verbose)]
    return nullcontext(Watchers(shown + ([VOICE.log] if VOICE.log else [])))

"""The command's frame: what it is called, what its exit codes are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from musicdata.cli.output import say
from musicdata.version import __version__

app = typer.Typer(
    name="musicdata",
    help="Build, check, validate and publish cross-modal music data sets: audio, sheet music and lyrics, aligned note "
    "by note.",
    epilog="Exit codes: 0 ok · 1 findings · 2 usage · 3 partial, run again · 4 set-up fault or gate refused · "
    "5 workspace held · 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Plugin = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin",
        metavar="FILE",
        help="Module of your own with exports, checks or suites, beside those that a recipe names; repeatable.",
    ),
]


def _tell_version(*, is_asked: bool) -> None:
    if is_asked:
        say(f"musicdata {__version__}")
        raise typer.Exit


@app.callback()
def frame(
    plugin: Plugin = None,
    version: Annotated[  # noqa: ARG001  # it has done its work before
        bool,
        typer.Option(
            "--version", callback=lambda asked: _tell_version(is_asked=asked), is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Build, check, validate and publish cross-modal music data sets."""
    if plugin:
        from musicdata.api.plugins import plug_in

        plug_in(*plugin)

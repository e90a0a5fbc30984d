"""Options that every command takes, before its name or after it: how much is said, and where it is kept."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated, Any

import typer

from musicdata.cli.output import VOICE

if TYPE_CHECKING:
    from collections.abc import Iterator


def _be_verbose(asked: bool) -> None:
    VOICE.is_verbose = VOICE.is_verbose or asked


def _be_quiet(asked: bool) -> None:
    VOICE.is_quiet = VOICE.is_quiet or asked


def _keep(file: Path | None) -> None:
    if file is not None:
        from musicdata.api.logs import LogFile

        VOICE.log = LogFile(file)


_declared = typer.Typer(add_completion=False)


@_declared.command()
def _options(
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", callback=_be_verbose, expose_value=False, help="Say each shard and each failed item too."
        ),
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", callback=_be_quiet, expose_value=False, help="Say the result and errors only."),
    ] = False,
    log_file: Annotated[
        Path | None,
        typer.Option(
            "--log-file", metavar="FILE", callback=_keep, expose_value=False,
            help="Add what is said on the way, with the time in UTC, to this file.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Declare the options: typer makes them, the commands get them."""


def with_voice(app: typer.Typer) -> Any:
    """Return an app's command, each command of which has these options too."""
    command, options = typer.main.get_command(app), typer.main.get_command(_declared).params
    for one in _commands(command):
        one.params += options
    return command


def _commands(command: Any) -> Iterator[Any]:
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from _commands(below)

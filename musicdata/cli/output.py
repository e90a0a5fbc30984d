"""What the commands print: nothing of it moves the cursor, hides or turns other text, whoever wrote it."""

from __future__ import annotations

import json
import sys
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from musicdata.api.terminal import plain, stamp
from musicdata.errors import UnprovedWarning

if TYPE_CHECKING:
    from musicdata.api.logs import LogFile

__all__ = ["VOICE", "Voice", "json_line", "plain", "say", "tell", "tell_warnings"]


@dataclass(slots=True)
class Voice:
    """How much the command says beside its result, as the options of all commands set it.

    Attributes:
        is_quiet: nothing (`--quiet`).
        is_verbose: each shard and each failed item too (`--verbose`).
        log: takes all of it (`--log-file`).
        is_json: the result is one JSON object; `has_answered` once it is printed.
    """

    is_quiet: bool = False
    is_verbose: bool = False
    log: LogFile | None = None
    is_json: bool = False
    has_answered: bool = False


VOICE = Voice()


def json_line(value: object, indent: int | None = None) -> str:
    """Return a value as JSON that is safe to print."""
    return plain(json.dumps(value, indent=indent, ensure_ascii=False, default=str))


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text of a command; every text that it prints goes through here, or through `rows`."""
    typer.echo(plain(text), err=err, nl=nl)


def tell(text: str) -> None:
    """Say on standard error how a command goes on: with the time where that is no terminal, never when quiet."""
    if VOICE.log is not None:
        VOICE.log.say(text)
    if not VOICE.is_quiet:
        say(text if sys.stderr.isatty() else f"{stamp()} {text}", err=True)


def tell_warnings() -> None:
    """Print that something is not proved as a line of the command, once, quiet or not; other warnings are Python's."""
    shown = warnings.showwarning
    warnings.simplefilter("once", UnprovedWarning)

    def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if not issubclass(category, UnprovedWarning):
            shown(message, category, *where, **more)
            return
        if VOICE.log is not None:
            VOICE.log.say(str(message))
        say(f"musicdata: {message}", err=True)

    warnings.showwarning = show

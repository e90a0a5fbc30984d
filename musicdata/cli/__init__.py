"""The command: one function per subcommand, each calls one library function.

With `--json` a command prints exactly one object on standard output, whatever becomes of it: its result, or

    {"ok": false, "exit": 3,
     "error": {"type": "PausedError", "message": "…", "service": "x", "come_back_at": "2026-11-30T00:00:00+00:00"}}
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from musicdata.cli import (
    building,
    captioning,
    crawling,
    info,
    interrupts,
    looking,
    recipes,
    releasing,
    searching,
    status,
    viewing,
)
from musicdata.cli.app import app
from musicdata.cli.options import EXIT_INTERRUPTED, print_json
from musicdata.cli.output import VOICE, say, tell_warnings
from musicdata.cli.voice import with_voice
from musicdata.errors import MusicdataError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "app",
    "building",
    "captioning",
    "crawling",
    "info",
    "looking",
    "main",
    "recipes",
    "releasing",
    "searching",
    "status",
    "viewing",
]

_INTERRUPTED = "interrupted; what is finished is kept, the same command goes on from there"
_EXIT_FAULT = 1


def main() -> NoReturn:
    """Run the command and leave with the exit code of `musicdata.errors`."""
    VOICE.is_json = "--json" in sys.argv[1 : sys.argv.index("--")] if "--" in sys.argv else "--json" in sys.argv
    interrupts.arm(_INTERRUPTED, _failure("KeyboardInterrupt", _INTERRUPTED, EXIT_INTERRUPTED))
    tell_warnings()
    try:
        code = with_voice(app)(standalone_mode=False)
    except MusicdataError as error:
        _log(error)
        say(f"musicdata: {error}", err=True)
        _leave(error.exit_code, type(error).__name__, str(error), _facts(error))
    except (KeyboardInterrupt, typer.Abort):
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(error, "show"):  # a wrong option, told by typer
            error.show()
            _leave(error.exit_code, "UsageError", getattr(error, "format_message", error.__str__)())
        _log(error)
        if VOICE.is_json:
            print_json(_failure(type(error).__name__, str(error), _EXIT_FAULT))
        raise
    if code == EXIT_INTERRUPTED:  # typer itself turns KeyboardInterrupt into this, without a word
        _leave_interrupted()
    sys.exit(code if isinstance(code, int) else 0)


def _leave(code: int, kind: str, message: str, facts: Mapping[str, str] | None = None) -> NoReturn:
    """Leave with an exit code; with `--json`, say why as an object too, unless the result was printed."""
    if VOICE.is_json and not VOICE.has_answered:
        print_json(_failure(kind, message, code, facts))
    sys.exit(code)


def _leave_interrupted() -> NoReturn:
    """Leave with the exit code of an interrupted command.

    By `sys.exit`, Python would kill itself with SIGINT where the signal came while a module was being imported.
    """
    say(f"musicdata: {_INTERRUPTED}", err=True)
    if VOICE.is_json and not VOICE.has_answered:
        print_json(_failure("KeyboardInterrupt", _INTERRUPTED, EXIT_INTERRUPTED))
    sys.stdout.flush()
    os._exit(EXIT_INTERRUPTED)


def _failure(kind: str, message: str, code: int, facts: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {"ok": False, "exit": code, "error": {"type": kind, "message": message, **(facts or {})}}


def _facts(error: MusicdataError) -> dict[str, str]:
    from musicdata.api.running import paused_facts

    return paused_facts(error)


def _log(error: Exception) -> None:
    if VOICE.log is not None:
        VOICE.log.failed(error)

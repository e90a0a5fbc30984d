"""The command: one function per subcommand, each calls one library function."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from musicdata.cli import building, captioning, crawling, interrupts, looking, recipes, releasing, searching, viewing
from musicdata.cli.app import app
from musicdata.cli.options import EXIT_INTERRUPTED
from musicdata.cli.output import say
from musicdata.errors import MusicdataError

__all__ = [
    "app",
    "building",
    "captioning",
    "crawling",
    "looking",
    "main",
    "recipes",
    "releasing",
    "searching",
    "viewing",
]


def main() -> NoReturn:
    """Run the command and leave with the exit code of `musicdata.errors`."""
    interrupts.arm()
    try:
        code = app(standalone_mode=False)
    except MusicdataError as error:
        say(f"musicdata: {error}", err=True)
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
        say("musicdata: interrupted; what is finished is kept, the same command goes on from there", err=True)
    sys.exit(code if isinstance(code, int) else 0)

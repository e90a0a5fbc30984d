"""What the commands print: nothing of it moves the cursor, hides or turns other text, whoever wrote it."""

from __future__ import annotations

import json
import re
import unicodedata
import warnings
from typing import Any

import typer

from musicdata.errors import UnprovedWarning

_PLAIN = re.compile(r"[\x20-\x7e\n\t\u00a1-\u00ac\u00ae-\u02ff]*")  # what most lines are made of
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # control, format (direction, tags), surrogates, line separators
_JOINERS = frozenset("\u200c\u200d")  # letters of many scripts, and emoji, are joined by them
_KEPT = frozenset("\n\t") | _JOINERS


def plain(text: str) -> str:
    r"""Return a text with everything that a terminal would obey, or not show, as ``\uXXXX``, which JSON reads back.

    >>> print(plain("Lied\x1b[2J \x9b1m \u202eabc\x7f"))
    Lied\u001b[2J \u009b1m \u202eabc\u007f
    """
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_escaped(c) if c not in _KEPT and unicodedata.category(c) in _ESCAPED else c for c in text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def json_line(value: object, indent: int | None = None) -> str:
    """Return a value as JSON that is safe to print."""
    return plain(json.dumps(value, indent=indent, ensure_ascii=False, default=str))


def tell(text: str) -> None:
    """Print how something goes on, beside what the command says."""
    say(text, err=True)


def tell_warnings() -> None:
    """Print what nobody has proved as a line of the command; all other warnings are Python's."""
    shown = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if issubclass(category, UnprovedWarning):
            say(f"musicdata: {message}", err=True)
        else:
            shown(message, category, *where, **more)

    warnings.showwarning = show


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text of a command; every text that it prints goes through here, or through `rows`."""
    typer.echo(plain(text), err=err, nl=nl)

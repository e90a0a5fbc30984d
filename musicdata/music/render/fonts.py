"""Confines LilyPond to the fonts of its own wheel, and knows which characters they can draw.

LilyPond falls back to whatever fonts the system has, which changes the picture from machine to machine. So
fontconfig gets a configuration of our own that names no folder: LilyPond adds its wheel's folder by itself.
The font cache lies in the run's private folder and is made anew at every start, which costs 10 ms; without
this, the wheel writes it to a path of the machine it was built on.

Lyrics are set in C059 (Latin, Greek, Cyrillic), and what it lacks in TeX Gyre Schola (Vietnamese). A
character in neither is a stated reject, not an empty box on the page.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from musicdata.errors import RenderError, SetupError

if TYPE_CHECKING:
    from pathlib import Path

LYRICS_FONTS = ("C059-Roman.otf", "texgyreschola-regular.otf")
FONT_FOLDER = "share/lilypond/*/fonts/otf"  # below the wheel's lilypond-binaries

_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><cachedir>font-cache</cachedir></fontconfig>
"""


def confine(folder: Path) -> dict[str, str]:
    """Writes the font configuration into the run's folder; returns the variables that point to it."""
    path = folder / "fonts.conf"
    path.write_text(_CONFIGURATION, encoding="utf-8")
    return {"FONTCONFIG_FILE": str(path)}


def check(text: str, binaries: Path) -> None:
    """Checks that the lyrics' fonts draw every character.

    Args:
        text: a syllable, NFC.
        binaries: the `lilypond-binaries` folder of the wheel.

    Raises:
        RenderError: ``missing_glyph``, naming the first character they lack.
    """
    for character in text:
        if ord(character) not in coverage(binaries):
            name = unicodedata.name(character, "no name")
            raise RenderError(
                "missing_glyph",
                f"the lyrics' fonts have no U+{ord(character):04X} ({name}), found in {text!r}: they draw "
                "Latin, Greek and Cyrillic",
            )


@cache
def coverage(binaries: Path) -> frozenset[int]:
    """Lists the code points that the lyrics' fonts draw."""
    from fontTools.ttLib import TTFont

    points: set[int] = set()
    for name in LYRICS_FONTS:
        paths = sorted(binaries.glob(f"{FONT_FOLDER}/{name}"))
        if not paths:
            raise SetupError(f"the font {name} is missing below {binaries}: pip install --force-reinstall lilypond")
        with TTFont(paths[0], lazy=True) as font:
            points.update(font.getBestCmap())
    return frozenset(points)

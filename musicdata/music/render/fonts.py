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
from pathlib import Path
from xml.sax.saxutils import escape

from musicdata.errors import RenderError, SetupError

LYRICS_FONTS = ("C059-Roman.otf", "texgyreschola-regular.otf")
FONT_FOLDER = "share/lilypond/*/fonts/otf"  # below the wheel's lilypond-binaries

_SYSTEMS = ("share/fonts", "share/texmf/fonts/opentype")
"""Below the same folder as LilyPond's own, or below /usr: where a system has the fonts of texts."""
_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>{folders}<cachedir>font-cache</cachedir></fontconfig>
"""


def confine(folder: Path, binaries: Path) -> dict[str, str]:
    """Writes the font configuration into the run's folder; returns the variables that point to it.

    Args:
        folder: the run's.
        binaries: the folder that holds LilyPond's `bin` and `share`.
    """
    own = set(binaries.glob(FONT_FOLDER))
    others = sorted({path.parent for path in _files(binaries)} - own)
    folders = "".join(f"<dir>{escape(str(other))}</dir>" for other in others)
    path = folder / "fonts.conf"
    path.write_text(_CONFIGURATION.format(folders=folders), encoding="utf-8")
    return {"FONTCONFIG_FILE": str(path)}


def check(text: str, binaries: Path) -> None:
    """Checks that the lyrics' fonts draw every character.

    Args:
        text: a syllable, NFC.
        binaries: the folder that holds LilyPond's `bin` and `share`: `lilypond-binaries` of the wheel, /usr.

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
    for path in _files(binaries):
        with TTFont(path, lazy=True) as font:
            points.update(font.getBestCmap())
    return frozenset(points)


@cache
def _files(binaries: Path) -> tuple[Path, ...]:
    """Finds the files of the lyrics' fonts: a wheel has them beside its music fonts, a system where all fonts are."""
    return tuple(_file(binaries, name) for name in LYRICS_FONTS)


def _file(binaries: Path, name: str) -> Path:
    systems = ((folder, f"{below}/**") for folder in (binaries, Path("/usr")) for below in _SYSTEMS)
    for folder, pattern in ((binaries, FONT_FOLDER), *systems):
        if paths := sorted(folder.glob(f"{pattern}/{name}")):
            return paths[0]
    raise SetupError(
        f"the font {name} is missing below {binaries}: pip install --force-reinstall lilypond; for a LilyPond of the "
        "system, apt-get install fonts-urw-base35 fonts-texgyre"
    )

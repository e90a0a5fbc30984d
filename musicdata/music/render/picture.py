"""Finishes LilyPond's pictures: grey on white, a margin all round, boxes moved along."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from musicdata.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COMPRESSION = 6  # of PNG's 0–9: level 9 saves 2 % for twice the time
DARK = 128  # grey value below which a pixel counts as ink

WIDEST_PX, TALLEST_PX = 25_000, 3_000

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels, origin top left


@dataclass(frozen=True, slots=True)
class Picture:
    """One finished page.

    Attributes:
        name: the page's name, as the caller gave it.
        png: the file's bytes: 8-bit grey.
        width: pixels. The same for `height`.
        heads: box of each note's (first) head, in order of the notes.
        syllables: box of each note's syllable; None where there is none.
    """

    name: str
    png: bytes
    width: int
    height: int
    heads: Sequence[Box]
    syllables: Sequence[Box | None]


def load(path: Path, margin_px: int) -> Image.Image:
    """Reads LilyPond's black on transparent as grey on white, with a margin on every side.

    Raises:
        RenderError: ``bad_picture`` when it cannot be read, ``picture_size`` when it is beyond `WIDEST_PX` or
            `TALLEST_PX`, ``blank_picture`` when it has no ink.
    """
    try:
        with Image.open(path, formats=["PNG"]) as drawn:
            size = f"{drawn.width}x{drawn.height} pixels"
            if drawn.width > WIDEST_PX or drawn.height > TALLEST_PX:
                raise RenderError("picture_size", f"the picture has {size}: {WIDEST_PX}x{TALLEST_PX} at most")
            ink = drawn.convert("RGBA")
    except (OSError, SyntaxError, ValueError) as error:
        raise RenderError("bad_picture", f"LilyPond's picture cannot be read: {error}") from error
    page = Image.new("L", (ink.width + 2 * margin_px, ink.height + 2 * margin_px), 255)
    page.paste(ink.convert("L"), (margin_px, margin_px), mask=ink.getchannel("A"))
    if not has_ink(page):
        raise RenderError("blank_picture", f"the picture of {size} is blank")
    return page


def has_ink(page: Image.Image, box: Box | None = None) -> bool:
    """Tells whether any pixel of the page, or of a box on it, is dark."""
    if box is not None:
        x0, y0, x1, y1 = box
        page = page.crop((int(x0), int(y0), int(x1) + 1, int(y1) + 1))
    darkest = page.getextrema()[0]
    return isinstance(darkest, int | float) and darkest < DARK


def encode(page: Image.Image) -> bytes:
    """Writes the page as PNG; the same page gives the same bytes."""
    out = io.BytesIO()
    page.save(out, format="PNG", compress_level=COMPRESSION)
    return out.getvalue()

"""The piece of a page that shows one note, without the words.

The frame is the staff's, not the page's: `ABOVE` staff spaces above its middle line and as many below, so that the
same row of every crop is the same line or space, whatever else stands on the page; pages differ in height, and in
where the staff lies.

What would tell of the words is left out. They set how far apart the notes stand, so a crop ends where its own
accidental, flag or dot can end, and beyond that only the staff's lines go on; ink of a neighbour that reaches in is
painted over with them. Syllables are painted white, and so is all below them.

A note more than `ABOVE` spaces from the middle line is cut off. The clef is not in the crop: in an octave clef the
same place sounds another octave.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HEIGHT, WIDTH = 100, 32
STAFF_SPACE_INCH = 5 / 72.27  # a quarter of LilyPond's staff of 20 points
ABOVE = 7.0  # staff spaces from the middle line to the crop's upper edge, and to its lower edge
LEFT, RIGHT = (
    1.5,
    2.35,
)  # staff spaces from the head's left edge: an accidental fits on one side, a flag or a dot on the other
BARE_LEFT = 0.45  # the same without accidental: a ledger line's overhang
_OVERHANG = 1  # pixels by which letters reach out of their boxes
_PHASES = 0.1  # pixels between the places tried for the staff


@dataclass(frozen=True, slots=True)
class Boxes:
    """Where the notes of a page stand, in pixels from its top left corner; arrays of shape (notes, 4): x0, y0, x1, y1.

    Attributes:
        heads: boxes of the note heads.
        syllables: boxes of the text.
        accidentals: whether each note stands behind an accidental, shape (notes,).
    """

    heads: NDArray[np.float64]
    syllables: NDArray[np.float64]
    accidentals: NDArray[np.bool_]


def read_ink(png: bytes) -> NDArray[np.uint8]:
    """Return a page's ink, shape (height, width): 0 is paper, 255 black."""
    from PIL import Image

    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        return 255 - np.asarray(picture.convert("L"))


def find_staff(ink: NDArray[np.uint8], space_px: float) -> float:
    """Return how many pixels from the top the staff's middle line is: where five rows a space apart hold most ink."""
    profile = ink.mean(axis=1)
    rows = np.arange(len(profile)) + 0.5
    places = np.arange(2 * space_px, len(profile) - 2 * space_px, _PHASES)
    return float(places[np.argmax(sum(np.interp(places + k * space_px, rows, profile) for k in range(-2, 3)))])


def crop(ink: NDArray[np.uint8], boxes: Boxes, dpi: int) -> NDArray[np.uint8]:
    """Return the crops of a page's notes, shape (notes, `HEIGHT`, `WIDTH`), uint8 ink."""
    from PIL import Image

    space_px = STAFF_SPACE_INCH * dpi
    middle = find_staff(ink, space_px)
    music = _without_words(ink, boxes)
    staff = np.median(music, axis=1).astype(np.uint8)[:, None]
    pad = int(np.ceil(ABOVE * space_px))
    crops = np.empty((len(boxes.heads), HEIGHT, WIDTH), dtype=np.uint8)
    top, bottom = middle - ABOVE * space_px + pad, middle + ABOVE * space_px + pad
    for number, (begin, end, left, right) in enumerate(_columns(boxes, space_px)):
        first, last = int(np.floor(begin)), int(np.ceil(end))
        strip = np.repeat(staff, last - first, axis=1)
        inside = slice(max(first, round(left), 0), min(last, round(right), ink.shape[1]))
        strip[:, inside.start - first : inside.stop - first] = music[:, inside]
        picture = Image.fromarray(np.pad(strip, ((pad, pad), (0, 0))))
        box = (begin - first, top, end - first, bottom)
        crops[number] = np.asarray(picture.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box=box))
    return crops


def _without_words(ink: NDArray[np.uint8], boxes: Boxes) -> NDArray[np.uint8]:
    music = ink.copy()
    for x0, y0, x1, y1 in boxes.syllables:
        rows = slice(max(int(y0) - _OVERHANG, 0), int(np.ceil(y1)) + _OVERHANG)
        music[rows, max(int(x0) - _OVERHANG, 0) : int(np.ceil(x1)) + _OVERHANG] = 0
    # Hyphens stand between the boxes. A low head may reach a little below the tallest letters.
    highest = max(int(boxes.syllables[:, 1].min()) - _OVERHANG, int(np.ceil(boxes.heads[:, 3].max())) + 1)
    music[highest:] = 0
    return music


def _columns(boxes: Boxes, space_px: float) -> Sequence[tuple[float, float, float, float]]:
    """Return for each note where its crop begins and ends, and between which columns the ink is its own."""
    begins = boxes.heads[:, 0]
    own_left = begins - np.where(boxes.accidentals, LEFT, BARE_LEFT) * space_px
    own_right = np.minimum(begins + RIGHT * space_px, np.append(own_left[1:], np.inf))
    return list(zip(begins - LEFT * space_px, begins + RIGHT * space_px, own_left, own_right, strict=True))

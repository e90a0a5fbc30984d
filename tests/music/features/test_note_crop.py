"""Crops show the note, in the staff's frame, and nothing of the words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from musicdata.music.features import note_crop
from musicdata.music.render import lilypond, notation

MELODY = [(60, 1.0), (66, 0.5), (81, 2.0), (71, 1.5), (55, 1.0), (64, 0.25), (70, 0.5), (76, 3.0), (61, 0.5), (67, 1.0)]
PLACES = [-6, -3, 6, 0, -9, -4, 0, 3, -6, -2]  # half staff spaces above the middle line
ROWS_A_SPACE = note_crop.HEIGHT / (2 * note_crop.ABOVE)


def page(
    notes: Sequence[tuple[int, float]], syllables: Sequence[str], dpi: int = 100
) -> tuple[np.ndarray, note_crop.Boxes]:
    """Draw a page and return its ink and boxes."""
    hyphens = [True] * (len(notes) - 1) + [False]
    drawn = [
        lilypond.PageNote(pitch=pitch, duration_ql=length_ql, rest_ql=0.0, syllable=syllable, hyphen=hyphen)
        for (pitch, length_ql), syllable, hyphen in zip(notes, syllables, hyphens, strict=True)
    ]
    picture = lilypond.render([lilypond.Page("page", drawn)], dpi=dpi, margin_px=10)[0]
    assert isinstance(picture, lilypond.Picture)
    spellings = notation.write([notation.Note(*note) for note in notes]).spellings
    accidentals = np.array([len(spelling) > 2 for spelling in spellings])
    boxes = note_crop.Boxes(np.array(picture.heads), np.array(picture.syllables), accidentals)
    return note_crop.read_ink(picture.png), boxes


def crops(notes: Sequence[tuple[int, float]], syllables: Sequence[str], dpi: int = 100) -> np.ndarray:
    return note_crop.crop(*page(notes, syllables, dpi), dpi)


@pytest.fixture(scope="module")
def plain() -> np.ndarray:
    """Crops of the melody over short syllables."""
    return crops(MELODY, ["a"] * len(MELODY))


@pytest.mark.parametrize("dpi", [72, 100, 150])
def test_the_staff_is_where_the_heads_say(dpi: int) -> None:
    ink, boxes = page(MELODY, ["la"] * len(MELODY), dpi)
    space_px = dpi * note_crop.STAFF_SPACE_INCH
    middles = (boxes.heads[:, 1] + boxes.heads[:, 3]) / 2
    halves = (note_crop.find_staff(ink, space_px) - middles) / (space_px / 2)
    assert halves.round().astype(int).tolist() == PLACES
    assert np.abs(halves - halves.round()).max() < 0.15


def test_the_same_row_is_the_same_line_on_every_page(plain: np.ndarray) -> None:
    low = crops([(55, 1.0), (57, 1.0)], ["Ög", "ypsi"])
    high = crops([(88, 1.0), (86, 0.5)], ["Ög", "ypsi"])
    lines = [round(note_crop.HEIGHT / 2 + k * ROWS_A_SPACE - 0.5) for k in range(-2, 3)]
    for picture in (*plain, *low, *high):
        dark = picture[:, -1] > 40  # at the right edge there is nothing but the staff
        assert all(dark[line - 1 : line + 2].any() for line in lines)
        assert not dark[: lines[0] - 2].any()
        assert not dark[lines[-1] + 3 :].any()


def test_the_head_stands_where_its_pitch_says(plain: np.ndarray) -> None:
    head_columns = slice(12, 20)
    for picture, place in zip(plain, PLACES, strict=True):
        row = note_crop.HEIGHT / 2 - place * ROWS_A_SPACE / 2
        around = picture[int(row - 2) : int(row + 3), head_columns]
        assert around.mean() > 100


@pytest.mark.parametrize(
    ("lowest", "first_row_below"), [(55, 88), (64, 77)]
)  # words stand as near below the music as they can
def test_other_words_leave_the_crops_as_they_are(lowest: int, first_row_below: int) -> None:
    notes = [(max(pitch, lowest), length_ql) for pitch, length_ql in MELODY]
    plain = crops(notes, ["a"] * len(notes))
    for syllables in (["strengths"] * 10, ["Öj", "f", "Ágy", "i", "WWW", "l", "qp", "M", "a,", "‘tis"]):
        other = crops(notes, syllables)
        assert np.abs(plain.astype(int) - other).mean(axis=(1, 2)).max() < 8  # where a column falls between pixels
        assert not other[:, first_row_below:].any()


def test_accidentals_flags_and_ledger_lines_are_inside() -> None:
    sharp, bare, flagged, low = crops([(66, 1.0), (65, 1.0), (65, 0.5), (57, 1.0)], ["a"] * 4)
    left, right = slice(0, 11), slice(22, 32)
    at_the_stem = slice(34, 58)
    assert (sharp[:, left] > 100).sum() > (bare[:, left] > 100).sum() + 20
    assert (flagged[at_the_stem, right] > 100).sum() > (bare[at_the_stem, right] > 100).sum() + 20
    ledger_row = round(note_crop.HEIGHT / 2 + 4 * ROWS_A_SPACE)
    assert (low[ledger_row - 2 : ledger_row + 2, 10:24].max(axis=0) > 60).all()


def test_a_neighbour_does_not_reach_in() -> None:
    notes = [(66, 0.5), (66, 0.5)] * 5
    near, far = crops(notes, ["i"] * 10), crops(notes, ["schwarz"] * 10)
    assert np.abs(near.astype(int) - far).mean(axis=(1, 2)).max() < 8


def test_resolution_leaves_the_frame_as_it_is(plain: np.ndarray) -> None:
    fine = crops(MELODY, ["a"] * len(MELODY), dpi=200)
    assert np.abs(plain.astype(int) - fine).mean() < 6

"""Pictures of single notes: every distinct one drawn once, and there in each split that shows it."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pyarrow as pa
import pytest
from PIL import Image

from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from musicdata.definitions.arrow import strings
from musicdata.music.render import notation
from musicdata.stages.render.note_sheet import page_of
from tests.stages.reading import tables

STAGE = stages.find("render_note_sheet")


@pytest.fixture(scope="module")
def boxes(built: Path) -> pa.Table:
    """The notes of three samples on their sheets, two of them in other splits than they were."""
    rows = tables(built, "sheet_boxes", samples=3)["sheet_boxes"]
    names = sorted(set(strings(rows.column("sample_id"))))
    splits = dict(zip(names, ("test", "train", "train"), strict=True))
    place = rows.schema.get_field_index("split")
    moved = pa.array([splits[name] for name in strings(rows.column("sample_id"))], rows.schema.field(place).type)
    return rows.set_column(place, rows.schema.field(place), moved)


@pytest.fixture(scope="module")
def made(boxes: pa.Table) -> trial.Trial:
    return trial.run(STAGE, {"sheet_boxes": boxes})


def test_a_note_stands_once_in_every_split_that_shows_it(made: trial.Trial, boxes: pa.Table) -> None:
    rows, shown = made.rows("note_sheets"), boxes.to_pylist()
    names = [(row["note_sheet_id"], row["split"]) for row in rows]
    assert len(names) == len(set(names))
    assert set(names) == {(row["note_sheet_id"], row["split"]) for row in shown}
    for row in rows:
        uses = [
            o["sample_id"] for o in shown if (o["note_sheet_id"], o["split"]) == (row["note_sheet_id"], row["split"])
        ]
        assert row["sample_id"] == min(uses)
    assert made.rejects == []


def test_splits_share_the_picture_of_a_note(made: trial.Trial) -> None:
    by_note: dict[str, set[str]] = {}
    for row in made.rows("note_sheets"):
        by_note.setdefault(row["note_sheet_id"], set()).add(row["sha256"])
    assert {len(digests) for digests in by_note.values()} == {1}
    assert len(set.union(*by_note.values())) == len(by_note)  # and other notes look otherwise
    assert len(by_note) < len(made.rows("note_sheets"))


def test_a_picture_shows_one_head(made: trial.Trial) -> None:
    for row in made.rows("note_sheets"):
        picture = Image.open(io.BytesIO(row["image"]["bytes"]))
        assert picture.size == (row["width"], row["height"])
        assert row["sha256"] == hashlib.sha256(row["image"]["bytes"]).hexdigest()
        assert 0 <= row["head_x0"] < row["head_x1"] <= row["width"]
        assert 0 <= row["head_y0"] < row["head_y1"] <= row["height"]


def test_a_page_is_what_the_name_says(boxes: pa.Table) -> None:
    for name in sorted(set(strings(boxes.column("note_sheet_id")))):
        clef, spelling, duration_ql = notation.read_note_sheet_id(name)
        page = page_of(name)
        assert (page.clef, len(page.notes)) == (clef, 1)
        assert (page.notes[0].pitch, page.notes[0].duration_ql) == (notation.pitch_of(spelling), float(duration_ql))

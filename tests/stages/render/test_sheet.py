"""Sheets of samples, drawn by the real LilyPond."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image

from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from musicdata.stages.render.sheet import page_notes
from tests.stages.reading import tables

STAGE = stages.find("render_sheet")


@pytest.fixture(scope="module")
def notes(built: Path) -> pa.Table:
    """The notes of two samples."""
    return tables(built, "notes", samples=2)["notes"]


@pytest.fixture(scope="module")
def made(notes: pa.Table) -> trial.Trial:
    """Their sheets."""
    return trial.run(STAGE, {"notes": notes})


def test_a_sheet_is_a_picture_with_a_head_for_each_note(made: trial.Trial) -> None:
    assert made.rejects == []
    sheets = made.rows("sheets")
    assert len(sheets) == 2
    for row in sheets:
        picture = Image.open(io.BytesIO(row["image"]["bytes"]))
        assert picture.size == (row["width"], row["height"])
        assert row["sha256"] == hashlib.sha256(row["image"]["bytes"]).hexdigest()
        assert (row["n_heads"], row["dpi"]) == (20, 100)


def test_every_note_and_syllable_has_its_box_in_the_picture(made: trial.Trial, notes: pa.Table) -> None:
    boxes, sizes = made.rows("sheet_boxes"), {row["sample_id"]: row for row in made.rows("sheets")}
    key = ["sample_id", "split", "note_index"]
    assert [[row[name] for name in key] for row in boxes] == [[row[name] for name in key] for row in notes.to_pylist()]
    for row in boxes:
        page = sizes[row["sample_id"]]
        for kind in ("head", "syllable"):
            assert 0 <= row[f"{kind}_x0"] < row[f"{kind}_x1"] <= page["width"]
            assert 0 <= row[f"{kind}_y0"] < row[f"{kind}_y1"] <= page["height"]
        assert row["syllable_y0"] > row["head_y0"]  # words stand below their notes
    for sample_id in sizes:
        lefts = [row["head_x0"] for row in boxes if row["sample_id"] == sample_id]
        assert lefts == sorted(lefts)


def test_a_sheet_is_the_same_alone_and_among_others(made: trial.Trial, built: Path) -> None:
    whole = {row["sample_id"]: row["sha256"] for row in tables(built, "sheets")["sheets"].to_pylist()}
    assert [whole[row["sample_id"]] for row in made.rows("sheets")] == [row["sha256"] for row in made.rows("sheets")]


def test_twice_the_dots_are_twice_the_size(made: trial.Trial, built: Path) -> None:
    (row,) = trial.run(STAGE, tables(built, "notes", samples=1), dpi=200, margin_px=20).rows("sheets")
    usual = made.rows("sheets")[0]
    assert row["dpi"] == 200
    assert row["width"] == pytest.approx(2 * usual["width"], abs=4)
    assert row["height"] == pytest.approx(2 * usual["height"], abs=4)


@pytest.mark.parametrize(
    ("words", "hyphens"),
    [([0, 0, 0], [True, True, False]), ([0, 1, 1], [False, True, False]), ([None, None, 0], [False, False, False])],
)
def test_a_word_that_goes_on_has_a_hyphen(words: list[int | None], hyphens: list[bool]) -> None:
    note: dict[str, Any] = {"pitch": 60, "duration_ql": 1.0, "rest_ql": 0.0, "syllable": "la"}
    assert [one.hyphen for one in page_notes([{**note, "word_index": word} for word in words])] == hyphens

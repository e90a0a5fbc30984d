"""Alignment: one row a note, of the samples that have every modality."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from tests.stages.reading import tables, without

STAGE = stages.find("align")


@pytest.fixture
def given(built: Path) -> dict[str, pa.Table]:
    """What the stage reads, of four samples."""
    return tables(built, *STAGE.inputs, samples=4)


def test_a_note_has_its_sound_its_picture_and_its_song(given: dict[str, pa.Table]) -> None:
    made = trial.run(STAGE, given)
    rows = made.rows("alignment")
    notes, boxes = (given[name].to_pylist() for name in ("notes", "sheet_boxes"))
    rates = {row["sample_id"]: row["sample_rate"] for row in given["audio"].to_pylist()}
    songs = {row["sample_id"]: (row["song_id"], row["group_id"]) for row in given["samples"].to_pylist()}
    assert len(rows) == len(notes) == 4 * 20
    for row, note, box in zip(rows, notes, boxes, strict=True):
        for name in ("sample_id", "split", "note_index", "pitch", "syllable", "onset_s", "offset_s"):
            assert row[name] == note[name]
        for name in ("note_sheet_id", "head_x0", "head_y1", "syllable_x0", "syllable_y1"):
            assert row[name] == box[name]
        assert (row["song_id"], row["group_id"]) == songs[row["sample_id"]]
        assert row["audio_start"] == pytest.approx(row["onset_s"] * rates[row["sample_id"]], abs=0.5)
        assert row["audio_stop"] == pytest.approx(row["offset_s"] * rates[row["sample_id"]], abs=0.5)
    assert made.rejects == []


def test_a_sample_that_lacks_a_modality_is_dropped_and_says_which(given: dict[str, pa.Table]) -> None:
    first, second, third, whole = given["samples"].column("sample_id").to_pylist()
    given["audio"] = without(given["audio"], "sample_id", first, third)
    for table in ("sheets", "sheet_boxes"):
        given[table] = without(given[table], "sample_id", second, third)
    made = trial.run(STAGE, given)
    assert {row["sample_id"] for row in made.rows("alignment")} == {whole}
    assert {(reject.key, reject.reason): reject.detail for reject in made.rejects} == {
        (first, "modality_missing"): "has no audio; their stages say why",
        (second, "modality_missing"): "has no sheet; their stages say why",
        (third, "modality_missing"): "has no audio and no sheet; their stages say why",
    }


def test_notes_and_boxes_that_differ_are_no_alignment(given: dict[str, pa.Table]) -> None:
    given["sheet_boxes"] = given["sheet_boxes"].slice(1)
    with pytest.raises(ValueError, match="notes and sheet_boxes differ in"):
        trial.run(STAGE, given)

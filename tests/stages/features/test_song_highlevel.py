"""What classifiers made of matched songs, beside their samples."""

from __future__ import annotations

import pytest

from musicdata.definitions import trial
from musicdata.stages.features.song_highlevel import STAGE
from tests.stages import albums as made

IDS = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(6)]


def song(sample: str, index: int, recording: str, submission: int = 0) -> made.Row:
    facts = {"track_index": index, "archive": "low-3", "n_submissions": 1, "has_highlevel": True}
    return {"sample_id": sample, "split": "train", "song_index": index, "recording_id": recording, **facts} | {
        "submission": submission
    }


def test_a_song_has_the_document_of_its_submission(monkeypatch: pytest.MonkeyPatch) -> None:
    songs = [song("A", 0, IDS[3]), song("A", 1, IDS[0], 2), song("B", 0, IDS[3]), song("B", 1, IDS[5])]
    documents = made.highlevel([("high-0", IDS[0], 0), ("high-0", IDS[0], 2), ("high-1", IDS[3], 0)])
    for row, value in zip(documents, ("pop", "roc", "jaz"), strict=True):
        row |= {"genre_rosamerica_value": value, "genre_rosamerica_probability": 0.5, "timbre": [0.25, 0.75]}
    tables = {"song_matches": songs, "acousticbrainz_highlevel": documents}
    rows = trial.run(STAGE, tables).rows("song_highlevel")
    assert [(row["sample_id"], row["song_index"], row["genre_rosamerica_value"]) for row in rows] == [
        ("A", 0, "jaz"),
        ("A", 1, "roc"),
        ("B", 0, "jaz"),
        ("B", 1, None),
    ]
    assert rows[1]["recording_id"] == IDS[0]
    assert rows[1]["timbre"] == [0.25, 0.75]
    assert rows[1]["gender"] is None
    monkeypatch.setattr("musicdata.stages.features.song_highlevel._ROWS_AT_ONCE", 2)
    assert trial.run(STAGE, tables).rows("song_highlevel") == rows


def test_a_song_without_one_has_an_empty_row() -> None:
    tables = {"song_matches": [song("A", 0, IDS[1])], "acousticbrainz_highlevel": made.highlevel([("h", IDS[2], 0)])}
    (row,) = trial.run(STAGE, tables).rows("song_highlevel")
    assert {name for name, value in row.items() if value is not None} == {
        "sample_id",
        "split",
        "song_index",
        "recording_id",
    }

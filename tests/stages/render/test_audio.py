"""Sounds of samples, played by the real TiMidity++."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pyarrow as pa
import pytest
import soundfile

from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from tests.stages.reading import tables

STAGE = stages.find("render_audio")


@pytest.fixture
def notes(built: Path) -> pa.Table:
    """The notes of two samples."""
    return tables(built, "notes", samples=2)["notes"]


def test_a_sample_is_played_from_its_first_note_to_its_last(notes: pa.Table) -> None:
    made = trial.run(STAGE, {"notes": notes})
    assert made.rejects == []
    rows = {row["sample_id"]: row for row in made.rows("audio")}
    ends_s: dict[str, float] = {}
    for note in notes.to_pylist():
        ends_s[note["sample_id"]] = max(note["offset_s"], ends_s.get(note["sample_id"], 0))
    assert rows.keys() == ends_s.keys()
    for sample_id, row in rows.items():
        sound, rate_hz = soundfile.read(io.BytesIO(row["audio"]["bytes"]))
        assert rate_hz == row["sample_rate"] == 22_050
        assert sound.ndim == 1
        assert len(sound) == row["n_samples"] >= ends_s[sample_id] * rate_hz
        assert row["sha256"] == hashlib.sha256(row["audio"]["bytes"]).hexdigest()
        assert -40 < row["peak_dbfs"] <= 0
        assert row["audio"]["path"] == f"{sample_id}.flac"


def test_a_sample_sounds_the_same_alone_and_among_others(notes: pa.Table, built: Path) -> None:
    whole = {row["sample_id"]: row["sha256"] for row in tables(built, "audio")["audio"].to_pylist()}
    for row in trial.run(STAGE, {"notes": notes}).rows("audio"):
        assert row["sha256"] == whole[row["sample_id"]]


@pytest.mark.parametrize(("parameter", "value"), [("program", 40), ("velocity", 30), ("amplification", 20)])
def test_a_parameter_is_heard(parameter: str, value: int, notes: pa.Table, built: Path) -> None:
    one = tables(built, "notes", "audio", samples=1)
    (row,) = trial.run(STAGE, {"notes": one["notes"]}, **{parameter: value}).rows("audio")
    (usual,) = one["audio"].to_pylist()
    assert row["sha256"] != usual["sha256"]
    if parameter != "program":
        assert row["peak_dbfs"] < usual["peak_dbfs"]


def test_a_higher_rate_has_more_samples_of_the_same_time(built: Path) -> None:
    one = tables(built, "notes", "audio", samples=1)
    (row,) = trial.run(STAGE, {"notes": one["notes"]}, sample_rate=44_100).rows("audio")
    (usual,) = one["audio"].to_pylist()
    assert row["sample_rate"] == 44_100
    assert row["n_samples"] == pytest.approx(2 * usual["n_samples"], abs=4)

"""The export `files`, read with nothing but the standard library and soundfile."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

from musicdata.release.reading.release import Release


def test_the_table_names_the_files(full: Release, exports: Mapping[str, Path]) -> None:
    folder = exports["files"]
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, wanted in zip(rows, full.samples(), strict=True):
        assert row["sample_id"] == wanted["sample_id"]
        assert (folder / row["audio_path"]).read_bytes() == wanted["audio"]["bytes"]
        assert (folder / row["sheet_path"]).read_bytes() == wanted["image"]["bytes"]
        assert row["audio_path"] == f"audio/{row['sample_id']}.flac"


def test_the_files_are_sounds_and_pictures(full: Release, exports: Mapping[str, Path]) -> None:
    row = next(full.samples())
    samples, rate = soundfile.read(exports["files"] / "audio" / f"{row['sample_id']}.flac", dtype="int16")
    assert np.array_equal(samples, soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="int16")[0])
    assert rate == 8000
    with Image.open(exports["files"] / "sheets" / f"{row['sample_id']}.png") as picture:
        assert picture.size == (24, 12)


def test_each_alignment_has_the_notes_of_its_sample(full: Release, exports: Mapping[str, Path]) -> None:
    for row in full.samples(["sample_id"]):
        with (exports["files"] / "alignment" / f"{row['sample_id']}.csv").open(encoding="utf-8", newline="") as file:
            found = list(csv.DictReader(file))
        wanted = list(full.rows("alignment", row["sample_id"]))
        assert [note["sample_id"] for note in found] == [row["sample_id"]] * 4
        assert [float(note["onset_s"]) for note in found] == [note["onset_s"] for note in wanted]


def test_the_rights_go_with_the_files(full: Release, exports: Mapping[str, Path]) -> None:
    with (exports["files"] / "rights.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert len(found) == len(full.table("rights"))
    assert {row["evidence"] for row in found} == {"'=a statement, as the source makes it"}

"""The export `lhotse`, judged by lhotse."""

from __future__ import annotations

import gzip
import importlib
import io
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile

from musicdata.release.exports.lhotse import _duration_s
from musicdata.release.reading.release import Release
from tests.release.exports.songs import is_open

SPLITS = ("train", "valid", "test")


@pytest.fixture(scope="module")
def lhotse() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("lhotse")


@pytest.mark.parametrize("split", SPLITS)
def test_lhotse_accepts_every_manifest_and_reads_the_sounds(
    split: str, lhotse: ModuleType, exports: Mapping[str, Path]
) -> None:
    folder = exports["lhotse"]
    recordings = lhotse.load_manifest(folder / f"recordings_{split}.jsonl.gz").with_path_prefix(folder)
    supervisions = lhotse.load_manifest(folder / f"supervisions_{split}.jsonl.gz")
    cuts = lhotse.load_manifest(folder / f"cuts_{split}.jsonl.gz").with_recording_path_prefix(folder).to_eager()
    lhotse.validate(recordings, read_data=True)
    lhotse.validate(supervisions)
    lhotse.validate(cuts, read_data=True)
    lhotse.validate_recordings_and_supervisions(recordings, supervisions, read_data=True)


def test_lhotse_does_not_accept_another_length(lhotse: ModuleType, exports: Mapping[str, Path], tmp_path: Path) -> None:
    with gzip.open(exports["lhotse"] / "recordings_valid.jsonl.gz", "rt", encoding="utf-8") as lines:
        entries = [json.loads(line) | {"num_samples": 8000, "duration": 1.0} for line in lines]
    (tmp_path / "recordings.jsonl").write_text("\n".join(map(json.dumps, entries)), "utf-8")
    recordings = lhotse.load_manifest(tmp_path / "recordings.jsonl").with_path_prefix(exports["lhotse"])
    with pytest.raises(Exception, match="diff=7600"):
        lhotse.validate(recordings, read_data=True)


def test_cuts_have_the_sounds_words_and_notes_of_the_release(
    lhotse: ModuleType, full: Release, exports: Mapping[str, Path]
) -> None:
    folder = exports["lhotse"]
    rows = list(full.samples())
    cuts = [
        cut
        for split in SPLITS
        for cut in lhotse.CutSet.from_file(folder / f"cuts_{split}.jsonl.gz").with_recording_path_prefix(folder)
    ]
    for cut, row in zip(cuts, rows, strict=True):
        wanted, _ = soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="float32")
        assert np.array_equal(cut.load_audio()[0], wanted)
        (supervision,) = cut.supervisions
        notes = list(full.rows("alignment", row["sample_id"]))
        assert supervision.text == row["lyrics"]
        assert [item.symbol for item in supervision.alignment["syllable"]] == [note["syllable"] for note in notes]
        assert [item.symbol for item in supervision.alignment["note"]] == [str(note["pitch"]) for note in notes]
        assert [item.start for item in supervision.alignment["note"]] == [note["onset_s"] for note in notes]
        assert [i.start + i.duration for i in supervision.alignment["note"]] == [note["offset_s"] for note in notes]
        assert supervision.custom["group_id"] == row["group_id"]
        assert supervision.custom["audio_sha256"] == row["audio_sha256"]
        assert supervision.custom["notes"]["pitch"] == [note["pitch"] for note in notes]
        assert supervision.custom["rights"]["audio"]["may_redistribute"] == is_open(row["sample_id"])
        assert (folder / supervision.custom["sheet"]).read_bytes() == row["image"]["bytes"]


def test_archives_have_no_time_and_no_name(exports: Mapping[str, Path]) -> None:
    head = (exports["lhotse"] / "cuts_train.jsonl.gz").read_bytes()[:10]
    assert head[3] == 0  # no name
    assert head[4:8] == b"\0\0\0\0"  # no time


def test_lengths_lead_to_the_very_offset() -> None:
    rng = np.random.default_rng(0)
    onsets = rng.random(20_000) * 10.0 ** rng.integers(-3, 4, 20_000)
    offsets = onsets + rng.random(20_000) * 10.0 ** rng.integers(-3, 2, 20_000)
    for onset, offset in zip(onsets.tolist(), offsets.tolist(), strict=True):
        assert onset + _duration_s(onset, offset) == offset
    assert _duration_s(0.1, 0.35) == 0.25

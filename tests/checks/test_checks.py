"""Every check holds for a real workspace, and finds the fault it is there for."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

import musicdata
from musicdata.errors import InputError
from tests.recipes import TO_WINDOWS, write_recipe
from tests.tampering import change_column, change_value, rewrite


def findings(work: Path) -> dict[str, str]:
    """Return check → first message."""
    found: dict[str, str] = {}
    for finding in musicdata.check(work).findings:
        found.setdefault(finding.check, f"{finding.table}: {finding.message}")
    return found


PASSED = [
    "every part is whole and no file is astray",
    "rows fit their contracts",
    "keys are unique and in order",
    "references lead somewhere",
    "split is the same in every table",
    "no group is in two splits",
    "every sample has its notes",
    "every sample is aligned or rejected",
    "alignment repeats what the other tables say",
    "onsets are in order and inside the audio",
    "boxes are in order and inside the picture",
    "as many heads on the page as notes",
    "features are of every aligned sample, by one extractor",
    "sound is as its row says",
    "pictures are as their rows say",
    "the build has come to its end",
]


def test_a_fresh_build_passes_every_check(built: Path) -> None:
    report = musicdata.check(built)
    assert report.findings == []
    assert report.passed == PASSED


def test_a_flipped_byte_is_found(copied: Path) -> None:
    part = next((copied / "tables" / "audio").glob("*.parquet"))
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    assert "is damaged" in findings(copied)["every part is whole and no file is astray"]


def test_a_missing_part_and_a_stray_file_are_found(copied: Path) -> None:
    part = next((copied / "tables" / "notes").glob("*.parquet"))
    part.rename(part.with_name("part-00009-0123456789abcdef.parquet"))
    messages = [finding.message for finding in musicdata.check(copied).findings]
    assert any("is missing" in message for message in messages)
    assert any("named by no manifest" in message for message in messages)


def _silence(media: object) -> object:
    assert isinstance(media, dict)
    samples, rate_hz = soundfile.read(io.BytesIO(media["bytes"]), dtype="int16")
    out = io.BytesIO()
    soundfile.write(out, np.zeros_like(samples), rate_hz, format="FLAC")
    return media | {"bytes": out.getvalue()}


def _blank(media: object) -> object:
    assert isinstance(media, dict)
    with Image.open(io.BytesIO(media["bytes"])) as picture:
        out = io.BytesIO()
        Image.new("L", picture.size, 255).save(out, "PNG")
    return media | {"bytes": out.getvalue()}


def _rehash(work: Path, table: str, column: str, change: Callable[[object], object]) -> None:
    """Change the first row's media and give it the right hash again."""
    kept: list[bytes] = []

    def remembered(media: object) -> object:
        changed = change(media)
        assert isinstance(changed, dict)
        kept.append(changed["bytes"])
        return changed

    change_value(work, table, column, 0, remembered)
    change_value(work, table, "sha256", 0, lambda _: hashlib.sha256(kept[0]).hexdigest())


def shifted(by: float) -> Callable[[object], object]:
    """Return a change that adds `by`."""
    return lambda value: value + by  # type: ignore[operator]


def misplace_first_syllable(work: Path) -> None:
    """Move the first syllable's box into the margin, wherever it is told."""
    for table in ("sheet_boxes", "alignment"):
        change_value(work, table, "syllable_x0", 0, lambda _: 0.5)
        change_value(work, table, "syllable_x1", 0, lambda _: 4.0)


FAULTS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "pitch beyond MIDI": (
        lambda w: change_value(w, "notes", "pitch", 3, lambda _: 200), "rows fit their contracts", "pitch: 1 values above 127",
    ),
    "rows twice": (
        lambda w: rewrite(w, "samples", lambda rows: rows.take([0, 0, *range(1, len(rows))])), "keys are unique and in order", "comes after",
    ),
    "a sample nobody knows": (
        lambda w: change_value(w, "sheets", "sample_id", -1, lambda value: f"{value}9"), "references lead somewhere", "not in sheets",
    ),
    "a split of its own": (
        lambda w: change_value(w, "audio", "split", 0, lambda s: "test" if s != "test" else "train"),
        "split is the same in every table", "audio: sample",
    ),
    "a group in two splits": (
        lambda w: change_column(w, "samples", "group_id", lambda _: "same"),
        "no group is in two splits", "group same is in",
    ),
    "a note lost": (
        lambda w: rewrite(w, "notes", lambda rows: rows.slice(0, len(rows) - 1)), "every sample has its notes", "19 of 20",
    ),
    "a sample lost": (
        lambda w: rewrite(w, "alignment", lambda rows: rows.slice(20)), "every sample is aligned or rejected", "1 samples",
    ),
    "another word in the alignment": (
        lambda w: change_value(w, "alignment", "syllable", 5, lambda _: "x"),
        "alignment repeats what the other tables say", "column syllable differs from notes",
    ),
    "a note after the end": (
        lambda w: change_value(w, "alignment", "audio_stop", 19, lambda _: 10**9),
        "onsets are in order and inside the audio", "past the audio's end",
    ),
    "a span beside its onset": (
        lambda w: change_value(w, "alignment", "audio_start", 4, shifted(40)),
        "onsets are in order and inside the audio", "not its onset",
    ),
    "a box outside": (
        lambda w: change_value(w, "sheet_boxes", "head_x1", 19, shifted(5000.0)),
        "boxes are in order and inside the picture", "outside the picture",
    ),
    "boxes backwards": (
        lambda w: change_value(w, "sheet_boxes", "syllable_x0", 3, lambda _: 0.0),
        "boxes are in order and inside the picture", "run backwards",
    ),
    "a head too many": (
        lambda w: change_value(w, "sheets", "n_heads", 0, shifted(1)), "as many heads on the page as notes", "another number of heads",
    ),
    "other sound, same hash": (
        lambda w: change_value(w, "audio", "audio", 0, _silence), "sound is as its row says", "sha256",
    ),
    "silence": (lambda w: _rehash(w, "audio", "audio", _silence), "sound is as its row says", "note 0 is silent"),
    "a blank page": (lambda w: _rehash(w, "sheets", "image", _blank), "pictures are as their rows say", "holds 0% ink"),
    "a box beside its syllable": (
        misplace_first_syllable,
        "pictures are as their rows say", "syllable box of note 0 holds 0% ink",
    ),
    "a blank note": (lambda w: _rehash(w, "note_sheets", "image", _blank), "pictures are as their rows say", "head box"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_by_its_check(fault: str, copied: Path) -> None:
    spoil, check, message = FAULTS[fault]
    spoil(copied)
    assert message in findings(copied).get(check, "nothing found")


def test_an_unfinished_build_is_said_to_be_unfinished_and_what_there_is_of_it_is_checked(copied: Path) -> None:
    for stage in ("align", "features_audio", "features_lyrics", "features_sheet"):
        shutil.rmtree(copied / "state" / stage)
    for table in ("alignment", "features_audio", "features_lyrics", "features_sheet"):
        shutil.rmtree(copied / "tables" / table)
    report = musicdata.check(copied)
    (finding,) = report.findings
    assert finding.check == "the build has come to its end"
    assert "no alignment, features_audio, features_lyrics, features_sheet; run the same command" in finding.message
    of_alignment = {name for name in PASSED if "align" in name or "onsets" in name}
    assert report.passed == [name for name in PASSED[:-1] if name not in of_alignment]


def test_a_part_of_musictm_is_whole_by_its_own_recipe(songs: Path, tmp_path: Path) -> None:
    work = musicdata.build(write_recipe(tmp_path, *TO_WINDOWS), input=songs, work=tmp_path / "work").root
    report = musicdata.check(work)
    assert report.findings == []
    assert report.passed == [*PASSED[:7], PASSED[-1]]


def test_a_folder_that_is_no_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no workspace"):
        musicdata.check(tmp_path)

"""The export `musictm`, read with numpy and mido."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import tomli_w

from musicdata.release.exports import export
from musicdata.release.reading.release import Release
from musicdata.release.record import layout
from tests.release.exports.songs import songs


def test_triples_load_without_pickle(full: Release, exports: Mapping[str, Path]) -> None:
    for row in full.samples(["sample_id", "split"]):
        triples = np.load(exports["musictm"] / row["split"] / "triples" / f"{row['sample_id']}.npy", allow_pickle=False)
        notes = list(full.rows("alignment", row["sample_id"]))
        assert triples.dtype == np.float64
        assert triples.tolist() == [[note["pitch"], note["duration_ql"], note["rest_ql"]] for note in notes]


def test_midi_files_have_the_notes(full: Release, exports: Mapping[str, Path]) -> None:
    row = next(full.samples(["sample_id", "split"]))
    notes = list(full.rows("alignment", row["sample_id"]))
    now, found = 0.0, []
    for message in mido.MidiFile(exports["musictm"] / row["split"] / "midi" / f"{row['sample_id']}.mid"):
        now += message.time
        if message.type == "note_on" and message.velocity:
            found.append((message.note, now, message.velocity))
    assert [(pitch, velocity) for pitch, _, velocity in found] == [(note["pitch"], 80) for note in notes]
    assert np.allclose([time for _, time, _ in found], [note["onset_s"] for note in notes], atol=1e-4)


def test_midi_files_are_as_loud_as_the_release_was_played(tmp_path: Path) -> None:
    ran = {"velocity": 100, "program": 19}
    played = songs(6).with_facts(stages=[{"stage": "render_audio", "version": 2, "parameters": ran}])
    recipe = tomllib.loads((played.write(tmp_path / "another").root / layout.RECIPE).read_text("utf-8"))
    recipe["stage"] = [{"use": "render_audio", **ran}]
    release = replace(played, texts={layout.RECIPE: tomli_w.dumps(recipe)}).write(tmp_path / "release")
    export(release, "musictm", tmp_path / "out")
    messages = list(mido.MidiFile(next((tmp_path / "out" / "train" / "midi").iterdir())))
    assert {m.velocity for m in messages if m.type == "note_on"} == {0, 100}
    assert [m.program for m in messages if m.type == "program_change"] == [19]


def test_every_note_has_its_own_picture(full: Release, exports: Mapping[str, Path]) -> None:
    folder = exports["musictm"]
    for split in ("train", "valid", "test"):
        with (folder / split / "note_sheets.csv").open(encoding="utf-8", newline="") as file:
            named = {row["note_sheet_id"]: row["image"] for row in csv.DictReader(file)}
        assert {path.stem for path in (folder / split / "note_sheets").iterdir()} == set(named)
        shown = {row["note_sheet_id"] for row in full.rows("alignment") if row["split"] == split}
        assert shown == set(named)
    row = next(full.rows("note_sheets", columns=["split", "note_sheet_id", "image"]))
    assert (folder / row["split"] / "note_sheets" / f"{row['note_sheet_id']}.png").read_bytes() == row["image"]["bytes"]


def test_it_says_how_it_relates_to_the_paper(exports: Mapping[str, Path]) -> None:
    text = (exports["musictm"] / "README.md").read_text("utf-8")
    assert text.startswith("# made 1.0.0 in the MusicTM layout\n")
    assert "arXiv 2012.00290" in text
    assert "What differs" in text

"""The export `csv`, read by Python's own reader and by pandas."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from musicdata.release.exports.tabular import unescape
from musicdata.release.reading.release import Release


def test_every_table_is_there_split_by_split(full: Release, exports: Mapping[str, Path]) -> None:
    found = {path.relative_to(exports["csv"]).as_posix() for path in exports["csv"].rglob("*.csv")}
    split = {"samples", "alignment", "notes", "note_sheets", "features_audio", "rights"}
    assert found == {f"{t}/{s}.csv" for t in split for s in ("train", "valid", "test")} | {"songs/whole.csv"}


def test_pythons_reader_gives_the_rows_of_the_release(full: Release, exports: Mapping[str, Path]) -> None:
    wanted = list(full.rows("alignment"))
    found = []
    for split in ("train", "valid", "test"):
        with (exports["csv"] / "alignment" / f"{split}.csv").open(encoding="utf-8", newline="") as file:
            found += list(csv.DictReader(file))
    assert [unescape(row["syllable"]) for row in found] == [row["syllable"] for row in wanted]
    assert [unescape(row["word"]) or None for row in found] == [row["word"] for row in wanted]
    assert [float(row["onset_s"]) for row in found] == [row["onset_s"] for row in wanted]


def test_pandas_reads_numbers_as_numbers(full: Release, exports: Mapping[str, Path]) -> None:
    found = pd.read_csv(exports["csv"] / "alignment" / "train.csv", keep_default_na=False)
    assert (
        found["onset_s"].tolist()
        == full.table("alignment")
        .filter([s == "train" for s in full.table("alignment")["split"].to_pylist()])["onset_s"]
        .to_pylist()
    )


def test_media_are_names_and_hashes(full: Release, exports: Mapping[str, Path]) -> None:
    found = pd.read_csv(exports["csv"] / "samples" / "valid.csv", keep_default_na=False).to_dict("records")
    wanted = [row for row in full.samples() if row["split"] == "valid"]
    assert [row["audio"] for row in found] == [row["audio"]["path"] for row in wanted]
    assert [row["audio_sha256"] for row in found] == [row["audio_sha256"] for row in wanted]


def test_lines_end_in_a_line_feed_and_texts_stand_in_quotes(exports: Mapping[str, Path]) -> None:
    data = (exports["csv"] / "songs" / "whole.csv").read_bytes()
    assert b"\r" not in data
    assert data.startswith(b'"song_id","title"')

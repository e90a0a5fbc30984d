"""Made-up songs as files, and how they are read."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from musicdata.twin import files
from musicdata.twin.songs import SongPopulation, tables

POPULATION = SongPopulation(60)


def truth(folder: Path) -> list[dict[str, Any]]:
    with (folder / tables.TRUTH).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_the_same_population_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables.write_files(POPULATION, tmp_path / "one")
    monkeypatch.setattr(tables, "_ROWS_AT_ONCE", 7)
    tables.write_files(SongPopulation(60), tmp_path / "two")
    for name in (tables.SONGS, tables.WORKS, tables.TRUTH):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_what_is_written_is_read_with_its_works_and_what_is_faulty_is_told(tmp_path: Path) -> None:
    tables.write_files(POPULATION, tmp_path)
    stage = stages.find("ingest.lyrics")
    made = trial.run(stage, input=str(tmp_path / tables.SONGS), works=str(tmp_path / tables.WORKS))
    rows = {row["source_row"]: row for row in made.rows("song_texts")}
    assert sorted(rows) == list(range(1, 61))
    for number, song in enumerate(POPULATION.songs(), 1):
        row = rows[number]
        assert (row["artist"], row["title"], row["genre"], row["text"]) == (*song[:3], song.lyrics)
        assert (row["work_id"] or "", row["language_given"] or "") == (song.work, song.language)
        assert str(row["year"] or "") == song.year
    told = {entry["row"]: entry["kind"] for entry in truth(tmp_path)}
    faults = {reject.key.rpartition(" ")[2]: reject.reason for reject in made.rejects}
    assert faults == {row: kind for row, kind in told.items() if int(row) > 60} | {"64": "unclosed_quote"}
    assert Counter(told.values())["own"] > 30


def test_the_set_is_made_where_a_recipe_asks_for_it(tmp_path: Path) -> None:
    folder = files.made("songs", tmp_path)
    assert {path.name for path in folder.iterdir()} == {tables.SONGS, tables.WORKS, tables.TRUTH}
    assert len(truth(folder)) == 243

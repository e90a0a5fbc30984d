"""Songs with captions as files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from musicdata.twin import files
from musicdata.twin.captions import CaptionPopulation, tables
from musicdata.twin.captions.facts import FACTS

POPULATION = CaptionPopulation(20)


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_population_gives_the_same_bytes(tmp_path: Path) -> None:
    tables.write_files(POPULATION, tmp_path / "one")
    tables.write_files(CaptionPopulation(20), tmp_path / "two")
    written = everything(tmp_path / "one")
    assert written == everything(tmp_path / "two")
    assert len(written) == 22
    tables.write_files(CaptionPopulation(20, seed=1), tmp_path / "other")
    assert not set(written.values()) & set(everything(tmp_path / "other").values())


def test_a_line_says_what_there_is_of_a_song(tmp_path: Path) -> None:
    tables.write_files(POPULATION, tmp_path)
    lines = [json.loads(line) for line in (tmp_path / tables.SONGS).read_bytes().splitlines()]
    assert len(lines) == 20
    for line, song in zip(lines, POPULATION.songs(), strict=True):
        assert [tuple(comment) for comment in line["comments"]] == list(song.captions)
        assert (line["music4all_id"], line["lyrics"], line["artist"], line["title"]) == (
            song.id,
            song.lyrics,
            song.artist,
            song.title,
        )
        assert line["licence"] == "CC0-1.0"
        assert line["tags"] == sorted(
            f"{fact.name}:{value}@{fact.heard_in}" for fact, value in zip(FACTS, song.truth, strict=True)
        )
        assert (tmp_path / tables.AUDIO / line["audio"]).read_bytes() == song.midi()


def test_the_truth_of_each_song_stands_beside(tmp_path: Path) -> None:
    tables.write_files(POPULATION, tmp_path)
    with (tmp_path / tables.TRUTH).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["id"] for row in rows] == [song.id for song in POPULATION.songs()]
    for row, song in zip(rows, POPULATION.songs(), strict=True):
        assert tuple(row[fact.name] for fact in FACTS) == song.truth
        assert float(row["bpm"]) == song.performance.bpm


def test_the_set_is_made_where_a_recipe_asks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CaptionPopulation", lambda: POPULATION)
    folder = files.made("captions", tmp_path)
    assert {path.name for path in folder.iterdir()} == {tables.SONGS, tables.TRUTH, tables.AUDIO}
    assert len(list((folder / tables.AUDIO).iterdir())) == 20

"""Made-up songs with interpretations as files."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from musicdata.twin import files
from musicdata.twin.interpretations import InterpretationPopulation, tables

POPULATION = InterpretationPopulation(40, 200)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def truth(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_the_same_population_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        tables.write_files(InterpretationPopulation(40, 200), tmp_path / name)
    for name in (tables.ROWS, tables.TRUTH):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_each_comment_is_a_row_and_the_truth_speaks_of_it(tmp_path: Path) -> None:
    tables.write_files(POPULATION, tmp_path)
    written, told = rows(tmp_path / tables.ROWS), truth(tmp_path / tables.TRUTH)
    songs = {song.song_id: song for song in POPULATION.songs()}
    assert len(written) == 200
    assert [entry["song_id"] for entry in told if entry["of"] == "song"] == list(songs)
    comments = [entry for entry in told if entry["of"] == "comment"]
    assert [entry["row"] for entry in comments] == [str(number) for number in range(1, 201)]
    for row, entry in zip(written, comments, strict=True):
        song = songs[row["music4all_id"]]
        comment = song.comments[int(entry["row"]) - 1 - song.first]
        assert (row["lyrics"], row["comment"], row["votes"]) == (song.lyrics, comment.text, comment.votes)
        assert (row["split"] == "test") == song.is_test == (entry["is_test"] == "1")
        assert (entry["song_id"], entry["kind"]) == (song.song_id, comment.kind)
        if int(entry["other_row"]):
            assert comments[int(entry["other_row"]) - 1]["song_id"] == entry["other_song_id"]


def test_the_papers_files_are_arrays_by_votes_and_a_test_split(tmp_path: Path) -> None:
    tables.write_papers(POPULATION, tmp_path)
    full, not_negative, positive, test = (json.loads((tmp_path / name).read_text("utf-8")) for name in tables.PAPERS)
    assert len(full) + len(test) == 200
    assert 0 < len(positive) < len(not_negative) < len(full)
    assert {tuple(row) for row in full + test} == {("music4all_id", "songmeanings_id", "lyrics", "comment")}
    assert not {row["music4all_id"] for row in full} & {row["music4all_id"] for row in test}
    tables.write_papers(InterpretationPopulation(0), tmp_path)
    assert json.loads((tmp_path / tables.PAPERS[0]).read_text("utf-8")) == []


def test_the_set_is_made_where_a_recipe_asks_for_it(tmp_path: Path) -> None:
    folder = files.made("interpretations", tmp_path)
    assert {path.name for path in folder.iterdir()} == {tables.ROWS, tables.TRUTH}
    assert len(rows(folder / tables.ROWS)) == InterpretationPopulation().rows

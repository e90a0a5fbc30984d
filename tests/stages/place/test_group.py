"""Groups of near-duplicate songs: found in real files, and kept as a workspace grows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa

import musicdata
from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from tests.recipes import TO_WINDOWS, write_recipe
from tests.songs import transposed, write_songs

STAGE = stages.find("group")


def read(folder: Path) -> dict[str, pa.Table]:
    """Read files into the tables that the stage takes."""
    return trial.run(stages.find("ingest.songs"), input=str(folder)).tables


def test_a_song_in_another_key_is_of_the_same_group(tmp_path: Path) -> None:
    write_songs(tmp_path, 4)
    transposed(tmp_path / "transposed.csv", 2, semitones=3)
    rows = {row["song_id"]: row for row in trial.run(STAGE, read(tmp_path)).rows("song_groups")}
    assert len(rows) == 5
    original = next(name for name in rows if name.startswith("song002"))
    copy = next(name for name in rows if name.startswith("transposed"))
    assert rows[original]["group_id"] == rows[copy]["group_id"]
    assert (rows[original]["nearest_song_id"], rows[copy]["nearest_song_id"]) == (copy, original)
    assert rows[copy]["melody_similarity"] == rows[copy]["lyrics_similarity"] == 1
    alone = [row for name, row in rows.items() if name not in (original, copy)]
    assert {row["group_size"] for row in alone} == {1}
    assert {row["nearest_song_id"] for row in alone} == {None}
    assert {row["group_size"] for row in (rows[original], rows[copy])} == {2}


def test_no_songs_have_no_groups(tmp_path: Path) -> None:
    write_songs(tmp_path, 1)
    given = {name: rows.slice(0, 0) for name, rows in read(tmp_path).items()}
    assert trial.run(STAGE, given).rows("song_groups") == []


def test_a_near_duplicate_joins_the_group_it_finds_and_moves_nothing(tmp_path: Path) -> None:
    recipe, songs = write_recipe(tmp_path, *TO_WINDOWS), write_songs(tmp_path / "songs", 10)
    first = musicdata.build(recipe, input=songs, work=tmp_path / "work")
    before = splits(first)
    more = shutil.copytree(songs, tmp_path / "more")
    for seed in range(10):
        transposed(more / f"a_copy_of_{seed}.csv", seed, 2)  # sorts before the originals
    grown = musicdata.build(recipe, input=more, work=tmp_path / "work", change=True)
    after = splits(grown)
    assert len(after) == 2 * len(before)
    assert {sample: split for sample, split in after.items() if sample in before} == before
    groups = list(grown.rows("song_groups"))
    assert {row["group_size"] for row in groups} == {2}
    assert {row["song_id"][:4] for row in groups if row["group_id"] != row["song_id"]} == {"a_co"}
    assert "no group is in two splits" in musicdata.check(grown.root).passed


def splits(work: musicdata.Work) -> dict[str, str]:
    """Return sample → split."""
    return {row["sample_id"]: row["split"] for row in work.rows("samples")}

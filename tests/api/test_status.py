from __future__ import annotations

import shutil
from pathlib import Path

import musicdata
from musicdata.api import status
from tests.recipes import TO_WINDOWS, write_recipe


def test_moods_that_are_short_are_remarked_on(crawled: Path) -> None:
    remark = status.remarks(crawled)["pair"]
    assert remark["facts"]["short"] == {"sad": musicdata.open_work(crawled).table("pairs").num_rows - 20}
    assert "1 of 2 moods have fewer than 20 pairs: sad" in remark["text"]


def test_a_stage_whose_tables_are_not_sealed_remarks_on_nothing(crawled: Path, tmp_path: Path) -> None:
    work = shutil.copytree(crawled, tmp_path / "work")
    (work / "state" / "pair" / "manifest.json").unlink()
    assert status.remarks(work) == {}


def test_what_to_look_at_follows_from_recipe_and_contracts(built: Path, crawled: Path) -> None:
    assert status.sights(built) == status.Sights("alignment", [], ["audio", "sheets", "note_sheets"], has_rejects=False)
    assert status.sights(crawled) == status.Sights("pairs", ["missing"], ["audio"], has_rejects=True)


def test_of_a_recipe_without_release_the_last_table_is_looked_at(songs: Path, tmp_path: Path) -> None:
    work = musicdata.build(write_recipe(tmp_path, *TO_WINDOWS), input=songs, work=tmp_path / "w")
    assert status.sights(work.root) == status.Sights("notes", [], [], has_rejects=False)

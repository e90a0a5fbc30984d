"""What is rebuilt and what is kept, and that nothing moves."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import musicdata
from musicdata.definitions import recipe
from musicdata.engine.build import accept
from musicdata.errors import InputError, NothingLeftError, RecipeError, UsageError
from tests.recipes import TO_WINDOWS, write_recipe
from tests.songs import write_song, write_songs
from tests.trees import workspace_digests


def built_stages(work: musicdata.Work) -> list[str]:
    return [report.stage for report in work.stages if report.built]


def splits(work: musicdata.Work) -> dict[str, str]:
    samples = work.table("samples", ["sample_id", "split"])
    return dict(zip(*(samples.column(i).to_pylist() for i in range(2)), strict=True))


def test_a_finished_build_runs_nothing_again(copied: Path, songs: Path) -> None:
    before = workspace_digests(copied)
    assert built_stages(musicdata.build("musictm", input=songs, work=copied)) == []
    assert workspace_digests(copied) == before


def test_sheet_dpi_renders_sheets_only_and_says_so(copied: Path, songs: Path) -> None:
    audio = workspace_digests(copied / "tables" / "audio")
    work = musicdata.build("musictm", input=songs, work=copied, overrides=["render_sheet.dpi=150"], change=True)
    reports = {report.stage: report for report in work.stages}
    assert reports["render_sheet"].reasons == ("dpi 100 → 150",)
    features = ["features_audio", "features_lyrics", "features_sheet"]
    assert built_stages(work) == ["render_sheet", "render_note_sheet", "align", *features]
    for stage in ("render_note_sheet", "features_audio", "features_lyrics"):
        kept = reports[stage]
        assert kept.n_kept == kept.n_items > 0  # looked at again, since the boxes moved, and found the same
    assert workspace_digests(copied / "tables" / "audio") == audio
    assert set(work.table("sheets", ["dpi"]).column(0).to_pylist()) == {150}
    assert musicdata.check(copied).ok


def test_a_moved_input_folder_changes_nothing(copied: Path, songs: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(songs, tmp_path / "elsewhere" / "songs")
    assert built_stages(musicdata.build("musictm", input=moved, work=copied)) == []


def test_a_missing_part_is_made_again_alone(copied: Path, songs: Path) -> None:
    before = workspace_digests(copied)
    part = next((copied / "tables" / "sheets").glob("*.parquet"))
    part.unlink()
    work = musicdata.build("musictm", input=songs, work=copied)
    assert built_stages(work)[0] == "render_sheet"
    assert workspace_digests(copied) == before


@pytest.mark.long
def test_added_songs_move_no_sample_and_equal_a_fresh_build(copied: Path, songs: Path, tmp_path: Path) -> None:
    before = splits(musicdata.open_work(copied))
    more = shutil.copytree(songs, tmp_path / "songs")
    write_songs(more, 2, first_seed=100)
    grown = musicdata.build("musictm", input=more, work=copied, change=True)
    assert {sample: split for sample, split in splits(grown).items() if sample in before} == before
    assert len(splits(grown)) == len(before) + 4
    fresh = musicdata.build("musictm", input=more, work=tmp_path / "fresh")
    assert workspace_digests(fresh.root) == workspace_digests(copied)


def test_the_paper_s_own_split_is_by_sample(copied: Path, songs: Path) -> None:
    work = musicdata.build("musictm", input=songs, work=copied, overrides=["window.split.by=sample_id"], change=True)
    findings = {finding.check for finding in musicdata.check(work.root).findings}
    assert findings == {"no group is in two splits"}  # what the paper's way costs


def test_rejects_say_which_file_and_why(songs: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, *TO_WINDOWS, window="windows_per_song = 1")
    mixed = shutil.copytree(songs, tmp_path / "songs")
    (mixed / "broken.mxl").write_bytes(b"PK\x03\x04 not really")
    (mixed / "page.xml").write_text("<html><body>404</body></html>")
    work = musicdata.build(recipe, input=mixed, work=tmp_path / "w", limit=100)
    rejected = {row["key"]: row["reason"] for row in work.rows("rejects", "ingest.songs")}
    assert set(rejected) == {"broken.mxl", "page.xml"}
    assert all(rejected.values())
    assert work.table("songs").num_rows == 10


def test_nothing_left_is_an_error_that_says_why(tmp_path: Path) -> None:
    write_song(tmp_path / "songs" / "short.csv", 1, n_notes=7)
    with pytest.raises(NothingLeftError, match=r"window left no samples: too_short \(1\)"):
        musicdata.build("musictm", input=tmp_path / "songs", work=tmp_path / "w")
    assert [row["reason"] for row in musicdata.open_work(tmp_path / "w").rows("rejects")] == ["too_short"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: None, "no such file or folder"),
        (lambda p: p.mkdir(), "holds no songs: none of its files ends in .abc .csv .kar"),
        (lambda p: (p.mkdir(), (p / "notes.txt").write_text("la")), "none of its files ends in .abc .csv .kar"),
        (lambda p: p.write_text("la"), "not of a kind musicdata reads"),
    ],
)
def test_unusable_input_is_refused_before_anything_is_made(make: object, message: str, tmp_path: Path) -> None:
    make(tmp_path / "input")  # type: ignore[operator]
    with pytest.raises(InputError, match=message):
        musicdata.build("musictm", input=tmp_path / "input", work=tmp_path / "w")
    assert not (tmp_path / "w" / "tables").exists()


def test_a_workspace_holds_one_data_set(copied: Path, songs: Path) -> None:
    with pytest.raises(UsageError, match="holds musictm, not musictm-lmd"):
        musicdata.build("musictm-lmd", input=songs, work=copied)
    assert musicdata.check(copied).ok


def test_musictm_lmd_asks_for_its_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--input"):
        musicdata.build("musictm-lmd", work=tmp_path / "w")


def test_a_stage_that_reads_rejects_comes_after_those_that_make_them() -> None:
    resolved = recipe.load("musictm")
    first, *others = resolved.steps
    early = replace(first, stage=replace(first.stage, reads_rejects=("window", "of_another_recipe")))
    wrong = replace(resolved, steps=(early, *others))
    with pytest.raises(RecipeError, match=r"ingest.songs reads the rejects of window and has to come after"):
        accept(wrong)

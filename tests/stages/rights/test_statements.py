from __future__ import annotations

import csv
from pathlib import Path

import pytest

import musicdata
from musicdata.errors import InputError, RecipeError
from tests.recipes import TO_WINDOWS, write_recipe
from tests.songs import rows

STATEMENTS = {"free": "OpenScore (CC0)", "held": "All Rights Reserved", "silent": "", "share": "CC BY-SA 4.0"}


@pytest.fixture
def recipe(tmp_path: Path) -> str:
    """A recipe that ends with the rights of the windows."""
    return write_recipe(tmp_path, *TO_WINDOWS, "rights")


@pytest.fixture
def stated(tmp_path: Path) -> Path:
    """Songs that state their rights, or do not."""
    folder = tmp_path / "songs"
    folder.mkdir()
    for seed, (name, statement) in enumerate(STATEMENTS.items()):
        table = [{**row, "rights": statement} for row in rows(seed, 45)]
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
    return folder


def ruled(path: Path, *lines: str) -> list[str]:
    path.write_text("song,part,rights,licence,evidence\n" + "".join(f"{line}\n" for line in lines), "utf-8")
    return [f"rights.overrides={path}"]


def by_song(work: musicdata.Work) -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = {}
    for row in work.rows("rights"):
        found.setdefault(row["sample_id"].split("_")[0], {})[row["modality"]] = row
    return found


def test_every_sample_and_modality_has_its_row(recipe: str, stated: Path, tmp_path: Path) -> None:
    work = musicdata.build(recipe, input=stated, work=tmp_path / "w")
    table = work.table("rights")
    samples = {row["sample_id"]: row["split"] for row in work.rows("samples")}
    keys = list(zip(table.column("sample_id").to_pylist(), table.column("modality").to_pylist(), strict=True))
    assert keys == [(sample_id, m) for sample_id in samples for m in ("audio", "lyrics", "notes", "sheet")]
    assert all(samples[row["sample_id"]] == row["split"] for row in work.rows("rights"))
    found = by_song(work)
    assert {song: row["audio"]["rights"] for song, row in found.items()} == {
        "free": "cc", "held": "unknown", "silent": "unknown", "share": "cc"
    }  # fmt: skip
    assert {song: row["sheet"]["may_redistribute"] for song, row in found.items()} == {
        "free": True, "held": False, "silent": False, "share": True
    }  # fmt: skip
    assert found["held"]["lyrics"]["evidence"] == "All Rights Reserved"
    assert found["silent"]["lyrics"]["evidence"] == "no statement"
    assert found["share"]["notes"]["licence"] == "CC-BY-SA-4.0"
    assert {row["audio"]["evidence_source"] for row in found.values()} == {"source"}
    assert not [finding for finding in musicdata.check(work.root).findings if finding.table == "rights"]


def test_a_sheet_shows_notes_and_words_and_takes_the_stricter(recipe: str, stated: Path, tmp_path: Path) -> None:
    options = ruled(
        tmp_path / "o.csv", "free*,lyrics,research_only,,letter of the heirs", "*silent.csv,*,public_domain,,1790"
    )
    found = by_song(musicdata.build(recipe, input=stated, work=tmp_path / "w", overrides=options))
    assert {m: row["rights"] for m, row in found["free"].items()} == {
        "audio": "cc", "notes": "cc", "lyrics": "research_only", "sheet": "research_only"
    }  # fmt: skip
    assert found["free"]["sheet"]["evidence"] == "free*, lyrics, research_only: letter of the heirs"
    assert found["free"]["sheet"]["evidence_source"] == "override"
    assert found["silent"]["sheet"]["may_redistribute"]
    assert found["held"]["sheet"]["rights"] == "unknown"


def test_the_overrides_count_by_what_is_in_them(recipe: str, stated: Path, tmp_path: Path) -> None:
    options = ruled(tmp_path / "o.csv", "held*,*,cc,CC0-1.0,letter")
    work = musicdata.build(recipe, input=stated, work=tmp_path / "w", overrides=options)
    assert by_song(work)["held"]["audio"]["may_redistribute"]
    before = (work.root / "state" / "rights" / "manifest.json").read_bytes()
    (tmp_path / "o.csv").rename(tmp_path / "moved.csv")
    musicdata.build(recipe, input=stated, work=tmp_path / "w", overrides=[f"rights.overrides={tmp_path / 'moved.csv'}"])
    assert (work.root / "state" / "rights" / "manifest.json").read_bytes() == before
    options = ruled(tmp_path / "moved.csv", "held*,*,unknown,,letter taken back")
    work = musicdata.build(recipe, input=stated, work=tmp_path / "w", overrides=options)
    assert not by_song(work)["held"]["audio"]["may_redistribute"]


def test_a_wrong_row_stops_the_build(recipe: str, stated: Path, tmp_path: Path) -> None:
    options = ruled(tmp_path / "o.csv", "held*,*,cc,CC0-1.0,")
    with pytest.raises(InputError, match="line 2: evidence is empty"):
        musicdata.build(recipe, input=stated, work=tmp_path / "w", overrides=options)
    with pytest.raises(RecipeError, match="sheet shows no part"):
        musicdata.build(recipe, input=stated, work=tmp_path / "w", overrides=["rights.contains.sheet=[]"])

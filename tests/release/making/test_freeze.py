"""A workspace becomes a release: the same rows, the same bytes every time, and only when it may."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import musicdata
from musicdata.definitions import contract
from musicdata.definitions.arrow import count_true, strings
from musicdata.errors import InputError, RefusedError, UsageError, WorkspaceHeldError
from musicdata.release.making import freeze as freezing
from musicdata.release.making import selection
from musicdata.release.making.freeze import freeze
from musicdata.release.making.staging import staging
from musicdata.release.reading.release import open_release
from musicdata.release.record import configs, layout
from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader
from tests.faults.harness import tree

DAY = "2026-03-09"  # of the release of tests/conftest.py


def test_every_file_is_on_record_and_summed(released: Path) -> None:
    record = layout.read_record(released)
    there = {path.relative_to(released).as_posix() for path in released.rglob("*") if path.is_file()}
    assert {file.path for file in record.files} | {layout.RECORD, layout.SUMS} == there
    lines = (line.split("  ") for line in (released / layout.SUMS).read_text("utf-8").splitlines())
    sums = {path: digest for digest, path in lines}
    assert sums.keys() == there - {layout.SUMS}
    assert all(hashlib.sha256((released / path).read_bytes()).hexdigest() == digest for path, digest in sums.items())
    assert all((released / file.path).stat().st_size == file.bytes for file in record.files)


def test_a_release_has_the_rows_of_its_workspace(validated: Path, released: Path) -> None:
    work, release = musicdata.open_work(validated), open_release(released)
    assert set(release.tables) >= {"samples", "audio", "sheets", "alignment", "note_sheets", "features_sheet", "songs"}
    assert "song_notes" not in release.tables  # holds what no sample shows
    for name in release.tables:
        columns = [column.name for column in release.contract(name).columns]
        expected = work.table(name, columns)
        if "split" in columns:
            in_order = pc.index_in(expected.column("split"), pa.array(layout.SPLITS, pa.string()))
            expected = expected.append_column("order", in_order).sort_by(
                [("order", "ascending"), *((key, "ascending") for key in release.contract(name).key)]
            )
        assert release.table(name, columns).equals(expected.select(columns)), name
        assert release.record.tables[name].rows == {
            split: count_true(pc.equal(expected.column("split"), pa.scalar(split)))
            if "split" in columns
            else len(expected)
            for split in (layout.SPLITS if "split" in columns else [layout.WHOLE])
        }


def test_a_split_is_read_by_itself(released: Path) -> None:
    whole, train = open_release(released), open_release(released, "train")
    assert set(train.table("alignment").column("split").to_pylist()) == {"train"}
    assert len(train.table("songs")) == len(whole.table("songs")), "songs belong to no split"
    rows = list(train.samples())
    assert len(rows) == train.n_samples["train"] == whole.n_samples["train"]
    assert all(hashlib.sha256(row["audio"]["bytes"]).hexdigest() == row["audio_sha256"] for row in rows)
    assert [row["sample_id"] for row in train.samples(["sample_id"])] == [row["sample_id"] for row in rows]
    sample_id = rows[3]["sample_id"]
    assert train.media("sheets", sample_id) == {f"{sample_id}.png": rows[3]["image"]["bytes"]}
    assert [row["note_index"] for row in train.rows("alignment", sample_id)] == list(range(20))
    vectors = list(train.vectors("features_audio", "vector"))
    assert sum(len(part) for _, part in vectors) == len(rows)
    assert vectors[0][1].shape[1:] == (20, 128)
    with pytest.raises(InputError, match="no split 'dev'"):
        open_release(released, "dev")


def test_the_same_workspace_gives_the_same_bytes(validated: Path, released: Path, tmp_path: Path) -> None:
    work = shutil.copytree(validated, tmp_path / "elsewhere")
    freeze(work, tmp_path / "again", version="1.0.0", allow_failed_gate=True, date=DAY)
    assert tree(tmp_path / "again") == tree(released)


def test_the_content_is_the_same_in_any_number_of_files(validated: Path, released: Path, tmp_path: Path) -> None:
    record = freeze(validated, tmp_path / "small", version="1.0.0", allow_failed_gate=True, file_bytes=500_000)
    train = [file.path for file in record.files if file.path.startswith("data/samples/train")]
    assert len(train) > 3
    assert train == [layout.data_file("samples", "train", n, len(train)) for n in range(len(train))]
    assert record.content_root == layout.read_record(released).content_root
    small, whole = open_release(tmp_path / "small"), open_release(released)
    for name in whole.tables:
        columns = [column.name for column in whole.contract(name).columns]
        assert small.table(name, columns).equals(whole.table(name, columns))


def test_a_release_that_is_there_is_left_alone(validated: Path, copied_release: Path, tmp_path: Path) -> None:
    before = tree(copied_release)
    freeze(validated, copied_release, version="1.0.0", allow_failed_gate=True, date=DAY)
    assert tree(copied_release) == before
    with pytest.raises(InputError, match=r"holds musictm@1\.0\.0, another release"):
        freeze(validated, copied_release, version="1.0.1", allow_failed_gate=True)
    with pytest.raises(InputError, match="is no release"):
        freeze(validated, tmp_path, version="1.0.0", allow_failed_gate=True)
    assert tree(copied_release) == before


def test_a_gate_that_refuses_refuses_the_release(validated: Path, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="audio–sheet"):
        freeze(validated, tmp_path / "out", version="1.0.0")
    assert not (tmp_path / "out").exists()
    record = freeze(validated, tmp_path / "out", version="1.0.0", allow_failed_gate=True)
    assert record.gate is not None
    assert not record.gate.holds
    assert "audio–sheet" in record.gate.reason
    assert record.gate.baselines[0]["directions"][0]["mrr"] > 0


def test_a_workspace_that_changed_since_it_was_validated_is_refused(validated: Path, tmp_path: Path) -> None:
    work = shutil.copytree(validated, tmp_path / "work")
    path = work / "validation" / "validation.json"
    found = json.loads(path.read_text("utf-8"))
    found["tables"]["samples"] = "0" * 64
    path.write_text(json.dumps(found), "utf-8")
    with pytest.raises(InputError, match=r"was not validated as it is now\. Run: musicdata validate"):
        freeze(work, tmp_path / "out", version="1.0.0", allow_failed_gate=True)
    path.write_text("half a fi", "utf-8")
    with pytest.raises(InputError, match="was not validated"):
        freeze(work, tmp_path / "out", version="1.0.0")


def test_a_check_that_finds_something_refuses_the_release(validated: Path, tmp_path: Path) -> None:
    work = shutil.copytree(validated, tmp_path / "work")
    part = next((work / "tables" / "alignment").iterdir())
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    with pytest.raises(RefusedError, match=r"align \(part alignment/.* is "):
        freeze(work, tmp_path / "out", version="1.0.0")


def test_what_is_no_workspace_or_not_for_release_is_refused(validated: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no recipe\.toml"):
        freeze(tmp_path, tmp_path / "out", version="1.0.0")
    work = shutil.copytree(validated, tmp_path / "work")
    text = (work / "recipe.toml").read_text("utf-8")
    (work / "recipe.toml").write_text(text[: text.index("[release]")], "utf-8")
    with pytest.raises(UsageError, match=r"has no \[release\]"):
        freeze(work, tmp_path / "out", version="1.0.0")


def test_only_one_process_makes_a_release(tmp_path: Path) -> None:
    with (
        staging(tmp_path / "out", "a"),
        pytest.raises(WorkspaceHeldError, match="another process is writing"),
        staging(tmp_path / "out", "a"),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_another_run_left_is_taken_up_only_by_the_same(tmp_path: Path) -> None:
    def interrupted(identity: str) -> list[str]:
        with pytest.raises(KeyboardInterrupt), staging(tmp_path / "out", identity) as folder:
            there = sorted(path.name for path in folder.iterdir() if path.name != ".state")
            (folder / identity).touch()
            raise KeyboardInterrupt
        return there

    assert interrupted("a") == []
    assert interrupted("a") == ["a"]
    assert interrupted("b") == []
    with staging(tmp_path / "out", "b") as folder:
        assert (folder / "b").exists()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_pictures_that_samples_share_stay_while_one_of_them_does(validated: Path) -> None:
    reader = TableReader(Workspace(validated))
    shared = reader.read("note_sheets").to_pylist()
    shown = reader.read("alignment", ["sample_id", "split", "note_sheet_id"]).to_pylist()
    gone = min(row["sample_id"] for row in shared)
    selected = selection.select(reader, "alignment", [stone("samples", gone)])
    config = next(
        c for c in configs.plan([contract.load(n) for n in ("samples", "note_sheets")]) if c.name == "note_sheets"
    )
    found = {
        (r["note_sheet_id"], r["split"]): r["sample_id"] for piece in selected.pieces(config) for r in piece.to_pylist()
    }
    expected: dict[tuple[str, str], str] = {}
    for row in shown:
        if row["sample_id"] != gone:
            expected.setdefault((row["note_sheet_id"], row["split"]), row["sample_id"])
    assert found == expected
    assert len(found) < len(shared), "no picture was shown by the sample alone"
    assert any(row["sample_id"] == gone and (row["note_sheet_id"], row["split"]) in found for row in shared)


def test_nothing_left_to_release_is_said(validated: Path) -> None:
    reader = TableReader(Workspace(validated))
    songs = strings(reader.read("samples", ["song_id"]).column("song_id"))
    with pytest.raises(
        InputError, match="no sample is left to release: the table alignment has 30, all of them taken down"
    ):
        selection.select(reader, "alignment", [stone("songs", song_id) for song_id in songs])
    assert (
        len(selection.select(reader, "alignment", [stone("song_groups", song_id) for song_id in songs[:3]]).samples)
        == 27
    )
    assert len(selection.select(reader, "alignment", [stone("samples", song_id) for song_id in songs]).samples) == 30


def stone(table: str, item: str) -> layout.Tombstone:
    return layout.Tombstone(table=table, id=item, version="1.0.1", reason="asked")


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"{", b"[]", b"[1]", b'{"files": 3}', b'{"files": [{}], "tables": {}}', b""]
)
def test_what_a_killed_making_left_is_believed_only_whole(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(data)
    assert freezing._finished(tmp_path / "config.json") is None

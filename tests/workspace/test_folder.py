from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from musicdata.errors import InputError, StorageError, WorkspaceHeldError
from musicdata.system.files import read_json
from musicdata.workspace.folder import Workspace, part_name


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return Workspace(tmp_path / "work")


def test_the_first_record_wins(workspace: Workspace) -> None:
    path = workspace.root / "state" / "s" / "shards" / "k.json"
    assert workspace.create_json(path, {"attempt": 1})
    assert not workspace.create_json(path, {"attempt": 2})
    assert read_json(path) == {"attempt": 1}
    assert list(workspace.scratch.iterdir()) == []


def test_a_part_is_named_by_its_content(workspace: Workspace) -> None:
    workspace.scratch.mkdir(parents=True)
    written = workspace.scratch / "part"
    written.write_bytes(b"rows")
    part = workspace.commit_part(written, workspace.table_folder("notes"), 7)
    assert part["file"] == part_name(7, part["sha256"]) == "part-00007-bc51e9e65d79e1c9.parquet"
    assert (workspace.table_folder("notes") / part["file"]).read_bytes() == b"rows"
    assert not written.exists()


def test_an_unchanged_part_gets_its_new_place_and_the_old_name_is_swept(workspace: Workspace) -> None:
    folder = workspace.table_folder("notes")
    workspace.scratch.mkdir(parents=True)
    (workspace.scratch / "part").write_bytes(b"rows")
    part = workspace.commit_part(workspace.scratch / "part", folder, 0)
    moved = workspace.rename_part(folder, part, 3)
    assert {path.name for path in folder.iterdir()} == {part["file"], moved["file"]}
    workspace.sweep(folder, {moved["file"]})
    assert [path.name for path in folder.iterdir()] == ["part-00003-bc51e9e65d79e1c9.parquet"]


def test_one_writer_at_a_time_and_the_second_is_told_who_holds_it(workspace: Workspace) -> None:
    with (
        workspace.hold("first"),
        pytest.raises(WorkspaceHeldError, match=rf"process {os.getpid()} \(first\)"),
        workspace.hold("second"),
    ):
        pass
    with workspace.hold("third"):  # free again
        assert json.loads((workspace.root / "state" / "lock").read_text())["command"] == "third"


def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="neither empty nor a workspace"), Workspace(tmp_path).hold("build"):
        pass
    assert (tmp_path / "scratch" / "thesis.tex").read_text() == "years of work"
    with pytest.raises(InputError, match="is a file"), Workspace(tmp_path / "scratch" / "thesis.tex").hold("build"):
        pass


@pytest.mark.parametrize("root", ["/proc/nowhere", "/dev/null/below", "x" * 300])
def test_a_place_where_no_folder_can_be_is_told(root: str, tmp_path: Path) -> None:
    with (
        pytest.raises((StorageError, InputError), match=r"cannot write|is a file"),
        Workspace(tmp_path / root).hold("build"),
    ):
        pass

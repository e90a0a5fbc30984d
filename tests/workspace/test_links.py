"""A workspace with links, pipes and devices in it: named, never followed, and what they lead to keeps every byte."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from musicdata.errors import IntegrityError
from musicdata.workspace.folder import Workspace, part_name
from musicdata.workspace.ledger import Ledger
from musicdata.workspace.reader import TableReader, read_rejects

if TYPE_CHECKING:
    from collections.abc import Callable


def link_to_folder(path: Path, theirs: Path) -> None:
    path.symlink_to(theirs)


def link_to_file(path: Path, theirs: Path) -> None:
    path.symlink_to(theirs / "thesis.tex")


def link_to_nowhere(path: Path, theirs: Path) -> None:
    path.symlink_to(theirs / "new")


def pipe(path: Path, _theirs: Path) -> None:
    os.mkfifo(path)


def device(path: Path, _theirs: Path) -> None:
    path.symlink_to("/dev/zero")


PLANTED: list[tuple[str, Callable[[Path, Path], None]]] = [
    ("tables", link_to_folder),
    ("tables/audio", link_to_folder),
    ("tables/audio/part-00000-0123456789abcdef.parquet", link_to_file),
    ("tables/audio/below/deep", link_to_folder),
    ("tables/audio/part-00000-0123456789abcdef.parquet", pipe),
    ("rejects", link_to_folder),
    ("rejects/align", link_to_folder),
    ("rejects/align/part-00000-0123456789abcdef.parquet", device),
    ("manifests", link_to_folder),
    ("manifests/poems.toml", link_to_file),
    ("state", link_to_folder),
    ("state/lock", link_to_file),
    ("state/lock", link_to_nowhere),
    ("state/lock", pipe),
    ("state/lock", device),
    ("state/scratch", link_to_folder),
    ("state/align", link_to_folder),
    ("state/align/shards", link_to_folder),
    ("state/align/manifest.json", link_to_file),
    ("state/align/manifest.json", pipe),
    ("state/align/job.json", device),
    ("state/ledger.sqlite", link_to_file),
    ("state/fetched", link_to_folder),
    ("state/fetched/fetch.clips/ab", link_to_folder),
    ("recipe.toml", link_to_file),
    ("recipe.toml", pipe),
    ("run.json", link_to_nowhere),
]


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """Return a folder of somebody's, with files that look like ours among it."""
    folder = tmp_path / "theirs"
    (folder / "run").mkdir(parents=True)
    for name in ("thesis.tex", "manifest.json", "run/data", part_name(0, "0" * 64)):
        (folder / name).write_text("years of work")
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("name", "plant"), PLANTED, ids=[f"{n} {p.__name__}" for n, p in PLANTED])
def test_holding_names_what_is_planted_and_touches_nothing_of_theirs(
    name: str, plant: Callable[[Path, Path], None], theirs: Path, tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path / "work")
    with workspace.hold("build"):
        pass
    path = workspace.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name == "state":
        (workspace.root / name).rename(tmp_path / "moved")
    path.unlink(missing_ok=True)
    plant(path, theirs)
    before = contents(theirs)
    with pytest.raises(IntegrityError, match=rf"{workspace.root / name} is (a link|a pipe)"), workspace.hold("build"):
        pass
    assert contents(theirs) == before
    assert os.path.lexists(path)


def test_a_workspace_on_another_disk_is_reached_by_a_link_to_the_whole(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "work").symlink_to(tmp_path / "disk")
    workspace = Workspace(tmp_path / "work")
    with workspace.hold("build"):
        workspace.write_json(workspace.state_folder("align") / "manifest.json", manifest_of(part_name(0, "0" * 64)))
    assert (tmp_path / "disk" / "state" / "align" / "manifest.json").is_file()
    with workspace.hold("build again"):
        assert workspace.sealed_stages() == ["align"]
        assert workspace.manifest("align")


def test_what_a_running_build_keeps_in_scratch_is_not_looked_at(tmp_path: Path, theirs: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    (workspace.scratch / "timidity").mkdir(parents=True)
    (workspace.scratch / "timidity" / "piano.sf2").symlink_to(theirs)
    (workspace.root / "state" / "lock").touch()
    with workspace.hold("build"):
        assert not workspace.scratch.exists()
    assert "thesis.tex" in contents(theirs)


def test_a_lock_with_another_name_is_not_written_into(tmp_path: Path, theirs: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    (workspace.root / "state").mkdir(parents=True)
    os.link(theirs / "thesis.tex", workspace.root / "state" / "lock")
    with workspace.hold("build"):
        assert json.loads((workspace.root / "state" / "lock").read_text())["command"] == "build"
    assert (theirs / "thesis.tex").read_text() == "years of work"


def test_a_document_with_another_name_is_replaced_not_written_into(tmp_path: Path, theirs: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    workspace.scratch.mkdir(parents=True)
    path = workspace.root / "run.json"
    os.link(theirs / "thesis.tex", path)
    os.link(theirs / "thesis.tex", workspace.scratch / f"run.json.{os.getpid()}")
    workspace.write_json(path, {})
    assert (theirs / "thesis.tex").read_text() == "years of work"


def test_the_sweep_leaves_what_no_build_of_ours_writes(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    folder = workspace.table_folder("audio")
    folder.mkdir(parents=True)
    ours = part_name(3, "a" * 64)
    for name in (ours, "notes.txt", "thesis.parquet"):
        (folder / name).write_text("x")
    workspace.sweep(folder, set())
    assert sorted(path.name for path in folder.iterdir()) == ["notes.txt", "thesis.parquet"]


def manifest_of(file: str) -> dict[str, object]:
    """Return a manifest of one shard, whose part and rejects are in a file of that name."""
    part = {"file": file, "sha256": "0" * 64, "bytes": 1, "rows": 1, "first": "a", "last": "z"}
    shard = {"key": "k", "first": "a", "last": "z", "n_items": 1, "parts": {"songs": part}, "rejects": part}
    facts = {"stage": "ingest.songs", "version": 1, "parameters": {}}
    return {
        "origin": {"facts": facts, "contracts": {}, "inputs": {}, "source": ""},
        "tools": {},
        "tables": {"songs": {"digest": "", "rows": 1, "bytes": 1}},
        "shards": [shard | {"reasons": {}}],
        "rejects": {},
    }


OUTSIDE = [
    "../../../theirs/thesis.tex",
    "/etc/passwd",
    "part-0-0.parquet",
    "x",
    "",
    "..",
    "a\0b",
    "part-00000-0123456789abcdef.parquet\n",
]


@pytest.mark.parametrize("file", OUTSIDE)
def test_a_manifest_that_names_a_file_outside_is_an_error_of_ours(file: str, tmp_path: Path, theirs: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    workspace.write_json(workspace.state_folder("ingest.songs") / "manifest.json", manifest_of(file))
    with pytest.raises(IntegrityError, match="no name of a part"):
        TableReader(workspace).read("songs")
    with pytest.raises(IntegrityError, match="no name of a part"):
        list(read_rejects(workspace, "ingest.songs"))
    for place in (workspace.table_part, workspace.rejects_part):
        with pytest.raises(IntegrityError, match="does not write"):
            place("songs", file)


@pytest.mark.parametrize("name", ["../theirs", "a/../../theirs", "/etc", "a/."])
def test_a_table_or_stage_that_leads_outside_is_an_error_of_ours(name: str, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    for place in (workspace.table_folder, workspace.rejects_folder, workspace.state_folder, workspace.contract_file):
        with pytest.raises(IntegrityError, match="no path inside"):
            place(f"{name}/x")


@pytest.mark.parametrize("name", ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-journal"])
@pytest.mark.parametrize("plant", [link_to_file, link_to_nowhere, pipe, device])
def test_a_ledger_is_a_file(name: str, plant: Callable[[Path, Path], None], theirs: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    (workspace.root / "state").mkdir(parents=True)
    with Ledger(workspace):
        pass
    path = workspace.root / "state" / name
    path.unlink(missing_ok=True)
    plant(path, theirs)
    for read_only in (True, False):
        with pytest.raises(IntegrityError, match="is a"):
            Ledger(workspace, read_only=read_only)
    assert not (theirs / "new").exists()


def test_a_fetched_file_is_named_by_a_hash_and_nothing_else(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    with Ledger(workspace) as ledger, pytest.raises(IntegrityError, match="no path inside"):
        ledger.file("fetch.clips", "../../../../theirs/thesis.tex")

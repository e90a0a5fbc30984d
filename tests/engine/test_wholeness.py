"""A damaged file of a workspace is named, and the same build makes it anew, byte for byte."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import musicdata
from musicdata.api.check import check
from musicdata.api.status import status
from musicdata.engine import checking, wholeness
from musicdata.errors import IntegrityError, MusicdataError, RecipeError, UsageError, WorkspaceHeldError
from musicdata.workspace import records
from musicdata.workspace.folder import Workspace
from tests.faults import damage, harness
from tests.faults.trials import small_input
from tests.recipes import TO_WINDOWS, write_recipe
from tests.shared import MakeOnce

HOLD = """
import sys
from pathlib import Path
from musicdata.workspace.folder import Workspace
with Workspace(Path(sys.argv[1])).hold("a test"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="session")
def to_windows(made_once: MakeOnce) -> Path:
    """A workspace of three stages, its recipe and its songs; read it, never change it."""

    def make(folder: Path) -> None:
        recipe = write_recipe(folder, *TO_WINDOWS, window="notes = 10")
        musicdata.build(recipe, input=small_input(folder / "songs"), work=folder / "work", workers=1)

    return made_once("to_windows", make)


@pytest.fixture
def work(to_windows: Path, tmp_path: Path) -> Path:
    """A copy of the workspace, to spoil."""
    return shutil.copytree(to_windows / "work", tmp_path / "work")


def build(to_windows: Path, work: Path) -> list[str]:
    """Build the workspace again; return the stages that ran."""
    done = musicdata.build(str(to_windows / "part.toml"), input=to_windows / "songs", work=work, workers=1)
    return [stage.stage for stage in done.stages if stage.built]


def reasons(work: Path) -> str:
    return " ".join(reason for stage in status(work)["stages"] for reason in stage["reasons"])


def first(work: Path, pattern: str) -> Path:
    return min(work.glob(pattern))


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("a flipped bit", "tables/song_notes/*"),
        ("noise of the same length", "tables/song_groups/*"),
        ("a hole", "rejects/window/*"),
        ("cut", "tables/samples/*"),
    ],
)
def test_a_damaged_part_is_named_and_built_anew(kind: str, pattern: str, to_windows: Path, work: Path) -> None:
    part = first(work, pattern)
    part.write_bytes(damage.DAMAGES[kind](part.read_bytes(), random.Random(kind)))
    assert part.name in reasons(work)
    assert any(part.name in finding.message and "anew" in finding.message for finding in check(work).findings)
    assert len(build(to_windows, work)) == 1  # just the stage that made it
    assert harness.differences(work, harness.tree(to_windows / "work")) == []


@pytest.mark.parametrize(
    "kind",
    [
        kind if place % 3 == 0 else pytest.param(kind, marks=pytest.mark.long)
        for place, kind in enumerate(damage.DAMAGES)
    ],
)
def test_damaged_records_and_parts_heal_whatever_the_damage(kind: str, to_windows: Path, work: Path) -> None:
    chance = random.Random(kind)
    path = chance.choice([path for path in damage.files_of(work) if path.name != "run.json"])
    path.write_bytes(damage.DAMAGES[kind](path.read_bytes(), chance))
    for look in (status, check, lambda folder: list(musicdata.open_work(folder).rows("songs"))):
        with contextlib.suppress(MusicdataError):  # an error of ours, no other
            look(work)
    build(to_windows, work)
    assert harness.differences(work, harness.tree(to_windows / "work")) == []


def test_all_files_at_once(to_windows: Path, work: Path) -> None:
    for number, path in enumerate(damage.files_of(work)):
        kind = list(damage.DAMAGES)[number % len(damage.DAMAGES)]
        path.write_bytes(damage.DAMAGES[kind](path.read_bytes(), random.Random(number)))
    build(to_windows, work)
    assert harness.differences(work, harness.tree(to_windows / "work")) == []


def test_times_of_files_play_no_part(to_windows: Path, work: Path) -> None:
    import os

    part = first(work, "tables/songs/*")
    facts, data = part.stat(), bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    os.utime(part, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert f"songs/{part.name} is damaged" in reasons(work)
    for path in work.glob("tables/*/*"):
        os.utime(path, (1, 1))
    part.write_bytes(first(to_windows / "work", "tables/songs/*").read_bytes())
    assert reasons(work) == ""


def test_a_reader_that_trips_over_a_part_names_it(work: Path) -> None:
    part = first(work, "tables/song_notes/*")
    part.write_bytes(random.Random(0).randbytes(part.stat().st_size))
    with pytest.raises(IntegrityError, match=f"part song_notes/{part.name} is damaged .*builds it anew"):
        list(musicdata.open_work(work).rows("song_notes"))
    part.unlink()
    with pytest.raises(IntegrityError, match=f"part song_notes/{part.name} is missing"):
        list(musicdata.open_work(work).rows("song_notes"))


def test_a_table_of_a_damaged_manifest_is_told_others_are_read(work: Path) -> None:
    (work / "state" / "window" / "manifest.json").write_bytes(b"{")
    opened = musicdata.open_work(work)
    assert len(list(opened.rows("songs"))) == 40
    with pytest.raises(IntegrityError, match=r"samples cannot be read: .*window/manifest.json is damaged"):
        list(opened.rows("samples"))


def test_a_damaged_recipe_says_what_writes_it_and_another_data_set_is_still_refused(
    to_windows: Path, work: Path, tmp_path: Path
) -> None:
    (work / "recipe.toml").write_bytes(b"\xff noise")
    for look in (status, check, lambda folder: musicdata.open_work(folder).recipe):
        with pytest.raises(RecipeError, match=r"recipe.toml .* writes it anew"):
            look(work)
    other = write_recipe(tmp_path, *TO_WINDOWS, name="other")
    with pytest.raises(UsageError, match="holds part, not other"):
        musicdata.build(other, input=to_windows / "songs", work=work)


def test_records_of_shards_that_a_killed_build_left_are_believed_only_whole(to_windows: Path, work: Path) -> None:
    manifest = records.read_manifest(work / "state" / "window" / "manifest.json")
    assert manifest is not None
    folder = work / "state" / "window" / "shards"
    folder.mkdir()
    for number, shard in enumerate(manifest["shards"]):
        text = [json.dumps(shard)[:-20], "[]", json.dumps(shard | {"rejects": 3}), json.dumps(shard | {"key": "x"})]
        (folder / f"{shard['key']}.json").write_text(text[number % 4])
    (work / "state" / "window" / "manifest.json").unlink()
    build(to_windows, work)
    assert harness.differences(work, harness.tree(to_windows / "work")) == []


def test_an_older_manifest_without_a_sum_is_taken_for_what_it_says(work: Path) -> None:
    path = work / "state" / "window" / "manifest.json"
    document = json.loads(path.read_text("utf-8"))
    del document["sha256"]
    path.write_text(json.dumps(document))
    assert reasons(work) == ""
    document["tools"] = []
    path.write_text(json.dumps(document))
    assert "window/manifest.json is damaged (tools is [])" in reasons(work)


def test_a_part_is_looked_at_once_a_run(work: Path) -> None:
    part = first(work, "tables/songs/*")
    record = {"bytes": part.stat().st_size, "sha256": "0" * 64}
    parts = wholeness.Parts()
    parts.look([(part, record)])
    part.unlink()
    assert parts.fault(part, record) == wholeness.DAMAGED
    assert wholeness.fault(part, record) == wholeness.MISSING


def test_a_damaged_lock_or_record_of_the_run_is_no_hindrance(to_windows: Path, work: Path) -> None:
    (work / "state" / "lock").write_bytes(b"\xff\xfe{")
    (work / "run.json").write_bytes(b"[1")
    assert "damaged" in status(work)["last_run"]["outcome"]
    assert build(to_windows, work) == []


def test_what_another_process_writes_is_said_to_be_written_and_not_judged(work: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(work)], stdout=subprocess.PIPE, stdin=subprocess.PIPE)
    with holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        part = first(work, "tables/songs/*")
        part.rename(part.with_name("moved"))  # as a build does in the middle
        with pytest.raises(WorkspaceHeldError, match=f"being written by process {holder.pid} .a test"):
            check(work)
        with pytest.raises(WorkspaceHeldError, match=f"process {holder.pid}"):
            list(musicdata.open_work(work).rows("songs"))
        assert status(work)["written_by"] == f"process {holder.pid} (a test)"
        holder.kill()
    assert not check(work).ok
    assert status(work)["written_by"] == ""


def test_whoever_holds_a_workspace_may_check_it(work: Path) -> None:
    with Workspace(work).hold("a test"):
        assert check(work).ok


def test_what_was_written_during_a_check_is_not_judged(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = checking.check_parts

    def meanwhile(workspace: Workspace) -> Iterator[tuple[str, str]]:
        with workspace.hold("a build that begins and ends"):
            first(work, "tables/songs/*").unlink()
        yield from real(workspace)

    monkeypatch.setattr(checking, "check_parts", meanwhile)
    with pytest.raises(WorkspaceHeldError):
        check(work)

"""A workspace is passed on as a whole only if its stages' records and its recipe tell of the same making."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import musicdata
import musicdata_baselines
from musicdata.api import releases
from musicdata.api.release import making
from musicdata.definitions import recipe as recipes
from musicdata.engine.finished import disagreements
from musicdata.errors import RefusedError
from musicdata.workspace.folder import Workspace
from tests.trees import digests
from tests.windows import Windows


def recipe_says(old: str, new: str) -> Callable[[Path], None]:
    def change(work: Path) -> None:
        path = work / "recipe.toml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def without(pattern: str) -> Callable[[Path], None]:
    def change(work: Path) -> None:
        for path in work.glob(pattern):
            path.unlink()

    return change


def without_rows_of_tools(work: Path) -> None:
    """Let one stage have used another version of a program than those before it."""
    for stage, version in (("window", "1.0"), ("rights", "2.0")):
        path = work / "state" / stage / "manifest.json"
        manifest = json.loads(path.read_text("utf-8"))
        manifest["tools"]["LilyPond"] = version
        manifest.pop("sha256", None)
        path.write_text(json.dumps(manifest), "utf-8")


STALE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a build with other settings that was interrupted": (recipe_says("notes = 10", "notes = 16"), "window (notes 10 → 16)"),
    "another seed": (recipe_says("seed = 0", "seed = 4"), "window (split.seed 0 → 4)"),
    "the first stage with a limit": (recipe_says("limit = 0", "limit = 2"), "ingest.songs (limit 0 → 2; the source files changed)"),
    "a stage that was never built": (without("state/rights/manifest.json"), "rights (not built yet)"),
    "a stage in the middle that was never built": (
        without("state/window/manifest.json"), "window (not built yet), and what waits for them: rights"
    ),
    "a part that is gone": (without("tables/notes/*.parquet"), "window (part notes/"),
    "stages made with two versions of a program": (
        without_rows_of_tools, "rights (made with LilyPond 2.0, window with 1.0)"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STALE)
def test_a_workspace_that_is_not_what_its_recipe_says_is_neither_released_nor_validated(
    name: str, windows: Windows, tmp_path: Path
) -> None:
    spoil, says = STALE[name]
    work = windows.copy(tmp_path)
    spoil(work)
    before = digests(work, ".")
    commands: list[Callable[[], object]] = [
        lambda: releases.build(work, tmp_path / "out"),
        lambda: making.foresee_build(work),
        lambda: making.needs_validation(work, tmp_path / "out"),
        lambda: musicdata_baselines.validate(work, deep=False),
    ]
    for command in commands:
        with pytest.raises(RefusedError) as caught:
            command()
        assert says in str(caught.value)
        assert f"Finish it with: musicdata build --work {work}" in str(caught.value)
        assert caught.value.exit_code == 4
    assert digests(work, ".") == before
    assert not (tmp_path / "out").exists()


def test_input_that_is_gone_is_no_fault(windows: Windows, tmp_path: Path) -> None:
    songs = shutil.copytree(windows.songs, tmp_path / "songs")
    work = windows.copy(tmp_path)
    recipe_says(str(windows.songs), str(songs))(work)
    shutil.rmtree(songs)
    record = releases.build(work, tmp_path / "out", version="1.0.0")
    assert record.content_root == musicdata.load(windows.release).record.content_root


def test_programs_of_this_machine_say_nothing_of_tables_that_are_made(windows: Windows, tmp_path: Path) -> None:
    work = windows.copy(tmp_path)
    path = work / "state" / "rights" / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["tools"] = {"rights rules": "of long ago"}
    manifest.pop("sha256", None)
    path.write_text(json.dumps(manifest), "utf-8")
    assert disagreements(recipes.load(str(work / "recipe.toml")), Workspace(work)) == {}
    assert releases.build(work, tmp_path / "out").tools["rights rules"] == "of long ago"


def test_a_release_says_what_the_stages_recorded(windows: Windows) -> None:
    record = musicdata.load(windows.release).record
    recorded = [
        json.loads((windows.work / "state" / stage / "manifest.json").read_text("utf-8"))["origin"]["facts"]
        for stage in ("ingest.songs", "group", "window", "rights")
    ]
    assert record.stages == recorded

"""How a run stands, as another process sees it: by the lock, `run.json`, and where the run said last that it was."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from musicdata.api import status
from musicdata.api.running import running
from musicdata.api.standing import standing
from musicdata.definitions import recipe
from musicdata.definitions.recipe import Recipe
from musicdata.errors import NothingLeftError, PartialError, PausedError
from musicdata.workspace.folder import Workspace
from tests.recipes import write_recipe

TO_BE_KILLED = """
import sys, time
from pathlib import Path
from musicdata.api.running import running
from musicdata.definitions import recipe
from musicdata.engine import tally
from musicdata.workspace.folder import Workspace

tally.TICK_S = 0.05
workspace, resolved = Workspace(Path(sys.argv[1])), recipe.load(sys.argv[2])
with workspace.hold("musicdata build part"), running(workspace, resolved, "musicdata build part", 1, False) as progress:
    progress.run_started(resolved.steps)
    progress.stage_started(resolved.steps[1], ["not built yet"], 40, 10)
    progress.advanced(20, 3, {"odd": 3})
    time.sleep(600)
"""


@pytest.fixture
def part(tmp_path: Path) -> Recipe:
    return recipe.load(write_recipe(tmp_path, "ingest.songs", "group"))


@pytest.fixture
def workspace(tmp_path: Path, part: Recipe) -> Workspace:
    work = Workspace(tmp_path / "work")
    with work.hold("a test"):
        work.write_text(work.root / "recipe.toml", part.toml())
    return work


def end_with(workspace: Workspace, part: Recipe, error: BaseException | None) -> None:
    with workspace.hold("musicdata build part"), running(workspace, part, "musicdata build part", 2, False):
        if error is not None:
            raise error


def test_of_a_workspace_in_which_nothing_ran_that_is_said(workspace: Workspace) -> None:
    assert (standing(workspace).state, standing(workspace).says) == ("none", "nothing has run yet")


@pytest.mark.parametrize(
    ("error", "state", "says"),
    [
        (None, "finished", "finished 20"),
        (KeyboardInterrupt(), "interrupted", "interrupted by Ctrl-C or a signal 20"),
        (
            PausedError("x", 2e9, "x has had its 10 calls"),
            "paused",
            "paused until 2033-05-18 03:33:20 UTC: x has had its",
        ),
        (PartialError("2 of 9 shards failed"), "partial", ": 2 of 9 shards failed"),
        (NothingLeftError("no songs"), "failed", ": no songs"),
        (SystemExit(1), "failed", "nobody read its output any more"),
        (ZeroDivisionError("by zero"), "failed", ": ZeroDivisionError: by zero"),
    ],
)
def test_how_a_run_ended_is_said_in_words(
    workspace: Workspace, part: Recipe, error: BaseException | None, state: str, says: str
) -> None:
    if error is None:
        end_with(workspace, part, None)
    else:
        with pytest.raises(type(error)):
            end_with(workspace, part, error)
    run = standing(workspace)
    assert (run.state, run.command, run.now) == (state, "musicdata build part", None)
    assert says in run.says
    assert run.ended


def test_a_pause_has_the_time_to_come_back_and_the_service(workspace: Workspace, part: Recipe) -> None:
    with pytest.raises(PausedError):
        end_with(workspace, part, PausedError("musixmatch", 2e9, "musixmatch asks us to wait"))
    run = status.status(workspace.root)["run"]
    assert (run["service"], run["come_back_at"]) == ("musixmatch", "2033-05-18T03:33:20+00:00")


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("KeyboardInterrupt", "interrupted"),
        ("PausedError", "paused"),
        ("SetupError", "failed"),
        ("finished", "finished"),
    ],
)
def test_records_of_earlier_versions_are_read(workspace: Workspace, outcome: str, state: str) -> None:
    workspace.write_json(workspace.root / "run.json", {"outcome": outcome, "ended": "2026-01-01T00:00:00+00:00"})
    assert standing(workspace).state == state


@pytest.mark.parametrize("text", ["", "[1", '{"outcome": 3, "pid": "x", "started": 1}'])
def test_an_odd_record_is_no_fault(workspace: Workspace, text: str) -> None:
    (workspace.root / "run.json").write_text(text)
    assert standing(workspace).state in ("unknown", "none")


def test_a_run_is_seen_from_another_process_and_called_dead_once_it_is(
    tmp_path: Path, part: Recipe, workspace: Workspace
) -> None:
    arguments = [sys.executable, "-c", TO_BE_KILLED, str(workspace.root), str(tmp_path / "part.toml")]
    with subprocess.Popen(arguments) as run:
        deadline_s = time.monotonic() + 120
        while not (now := standing(workspace).now) or now.n_done < 30:
            assert time.monotonic() < deadline_s
            time.sleep(0.02)
        seen = status.status(workspace.root)["run"]
        assert (seen["state"], seen["pid"], seen["command"]) == ("running", run.pid, "musicdata build part")
        assert seen["says"].startswith("running since 20")
        of_group = {"stage": "group", "number": 2, "of": 2, "n_done": 30, "n_kept": 10, "n_items": 40, "n_rejects": 3}
        assert of_group.items() <= seen["now"].items()
        assert seen["now"]["per_s"] > 0
        run.kill()
    dead = standing(workspace)
    assert dead.state == "died"
    assert "died at 20" in dead.says
    assert "stage 2 of 2, group: 30 of 40 items" in dead.says
    with workspace.hold("musicdata build again"):
        assert standing(workspace).says.startswith("running: process ")
        assert standing(workspace).now is None


def test_the_items_of_shards_that_are_done_are_counted_where_a_stage_was_not_sealed(
    workspace: Workspace, part: Recipe
) -> None:
    folder = workspace.state_folder("ingest.songs")
    shards = [{"key": key, "n_items": n} for key, n in (("a", 5), ("b", 7), ("c", 9))]
    workspace.write_json(folder / "plan.json", {"shards": shards})
    workspace.write_json(folder / "shards" / "b.json", {})
    ingest, group = status.status(workspace.root)["stages"]
    assert (ingest["n_done"], ingest["n_items"]) == (7, 21)
    assert (group["n_done"], group["n_items"]) == (0, 0)
    (folder / "plan.json").write_text(json.dumps({"shards": [{"odd": 1}]}))
    assert status.status(workspace.root)["stages"][0]["n_items"] == 0

"""What a stage is found in: each file of its source is hashed once, and what is up to date asks nobody."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import musicdata
from musicdata.engine import executor, job, shards
from musicdata.engine.executor import Spec
from musicdata.engine.state import WorkspaceState, stage_states
from musicdata.errors import UsageError
from musicdata.workspace.folder import Workspace
from tests.recipes import write_recipe
from tests.songs import write_songs


@pytest.fixture
def work(tmp_path: Path) -> musicdata.Work:
    """A workspace of two songs, which are read and no more."""
    recipe = write_recipe(tmp_path, "ingest.songs")
    return musicdata.build(recipe, input=write_songs(tmp_path / "songs", 2, n_notes=10), work=tmp_path / "work")


def cut(workspace: Workspace, parameters: dict[str, object], *, has_hashes: bool) -> list[str]:
    """Cut the reading of songs into shards, with what is written down for the workers; return the shards' items."""
    plugins = {"modules": [], "manifests": ""}
    job.write(workspace, "ingest.songs", job.Job(parameters, [], plugins, has_hashes=has_hashes))
    shards.cut(Spec("cut", str(workspace.root), "ingest.songs"))
    return [item for shard in job.read_plan(workspace, "ingest.songs") for item in shard["items"]]


def test_the_worker_that_cuts_takes_the_hashes_that_were_taken_to_see_what_changed(work: musicdata.Work) -> None:
    workspace = Workspace(work.root)
    (step,) = work.recipe.steps
    state = WorkspaceState(workspace).state_of(step)
    assert state.reasons == ()
    assert len(state.source.hashes) == 2
    parameters = step.parameters.model_dump(mode="json")
    read = cut(workspace, parameters, has_hashes=False)
    job.write_hashes(workspace, "ingest.songs", state.source.hashes)
    assert cut(workspace, parameters, has_hashes=True) == read
    first = next(path for path in state.source.hashes if read[0].endswith(f" {Path(path).name}"))
    state.source.hashes[first][-1] = "another"
    job.write_hashes(workspace, "ingest.songs", state.source.hashes)
    assert cut(workspace, parameters, has_hashes=True) == [f"another {Path(first).name}", *read[1:]]
    assert cut(workspace, parameters, has_hashes=False) == read  # those that a killed run left are not believed


_COUNT = """
import collections, json, sys
opened = collections.Counter()
sys.addaudithook(lambda event, about: opened.update([str(about[0])]) if event == "open" else None)
import musicdata
work = musicdata.build(sys.argv[1], input=sys.argv[2], work=sys.argv[3])
assert not any(report.built for report in work.stages)
print(json.dumps(opened))
"""


def test_a_build_with_nothing_to_do_opens_each_file_of_the_source_once(work: musicdata.Work, tmp_path: Path) -> None:
    songs, recipe = tmp_path / "songs", str(tmp_path / "part.toml")
    command = [sys.executable, "-c", _COUNT, recipe, str(songs), str(work.root)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    opened = json.loads(done.stdout)
    assert [opened[str(path)] for path in songs.iterdir()] == [1, 1]
    manifest = str(work.root / "state" / "ingest.songs" / "manifest.json")
    assert opened[manifest] == 2  # for the stage's state; and at the end, for the record of the run
    assert not any(path.endswith(("job.json", "plan.json")) for path in opened)


def test_a_source_that_is_gone_is_a_reason_and_no_fault(work: musicdata.Work, tmp_path: Path) -> None:
    (tmp_path / "songs").rename(tmp_path / "elsewhere")
    (status,) = stage_states(work.recipe, Workspace(work.root))
    assert status.reasons[0].startswith("the source cannot be read: input ")
    assert status.rows["songs"] == 2


def test_a_part_that_was_cut_short_is_named(work: musicdata.Work) -> None:
    part = next((work.root / "tables" / "songs").iterdir())
    part.write_bytes(part.read_bytes()[:-1])
    (status,) = stage_states(work.recipe, Workspace(work.root))
    assert status.reasons == (f"part songs/{part.name} is missing or cut short",)


def test_a_finished_build_writes_nothing_for_workers(work: musicdata.Work, tmp_path: Path) -> None:
    manifest = work.root / "state" / "ingest.songs" / "manifest.json"
    before = manifest.stat().st_mtime_ns
    assert list(manifest.parent.iterdir()) == [manifest]
    again = musicdata.build(str(tmp_path / "part.toml"), input=tmp_path / "songs", work=work.root)
    assert [report.built for report in again.stages] == [False]
    assert manifest.stat().st_mtime_ns == before


def test_places_where_shards_are_computed_are_found_by_name() -> None:
    with executor.open("local", 1) as local:
        assert local.wait(0.0) == []
    with pytest.raises(UsageError, match="no executor is called 'moon'; there are local"):
        executor.open("moon", 1)


def test_a_job_is_read_as_it_was_written(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    written = job.Job({"limit": 1}, ["group"], {"modules": []}, keeps=True, rejects={"s": "1"}, tools={"t": "2"})
    job.write(workspace, "window", written)
    assert job.read(workspace, "window") == written
    assert json.loads((tmp_path / "state" / "window" / "job.json").read_text("utf-8"))["wants"] == ""

"""One process writes a workspace at a time, and none writes where something else lies."""

import signal
import time
from pathlib import Path

import pytest

from musicdata.errors import WorkspaceHeldError
from musicdata.workspace.folder import Workspace
from tests.faults import harness
from tests.faults.trials import Reference
from tests.songs import write_songs


def test_the_second_one_is_told_who_holds_it_and_the_first_is_not_disturbed(
    reference: Reference, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    command = harness.build_command(reference.source, work)
    with harness.start(command) as first:
        assert harness.wait_until((work / "recipe.toml").exists, first)
        second = harness.run(command)
        n_refused = 0
        while first.poll() is None:  # one of them while a renderer writes into scratch
            try:
                with Workspace(work).hold("a third one"):
                    break
            except WorkspaceHeldError:
                n_refused += 1
                time.sleep(0.01)
        _, said = first.communicate(timeout=harness.PATIENCE_S)
    assert second.returncode == 5
    assert f"is being written by process {first.pid} (musicdata build musictm)" in second.stderr
    assert n_refused > 10
    assert first.returncode == 0, said
    assert harness.differences(work, reference.tree) == []


@pytest.mark.long
def test_a_stopped_holder_holds_and_a_killed_one_does_not(reference: Reference, tmp_path: Path) -> None:
    work = tmp_path / "work"
    with harness.start(harness.build_command(reference.source, work)) as first:
        assert harness.wait_until((work / "recipe.toml").exists, first)
        first.send_signal(signal.SIGSTOP)
        with pytest.raises(WorkspaceHeldError, match=str(first.pid)), Workspace(work).hold("a second one"):
            pass
        first.kill()
        first.wait()
        with Workspace(work).hold("a second one"):
            assert not (work / "state" / "scratch").exists()
        first.communicate()
    harness.finish(harness.build_command(reference.source, work))
    assert harness.differences(work, reference.tree) == []


def test_a_file_or_a_foreign_folder_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    songs = write_songs(tmp_path / "songs", 1, n_notes=10)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "photos" / "state").mkdir(parents=True)
    (tmp_path / "photos" / "state" / "mine.txt").write_text("mine")
    before = harness.tree(tmp_path)
    for place in ("file", "file/below", "photos", "songs"):
        done = harness.run(harness.build_command(songs, tmp_path / place))
        assert done.returncode == 2, done.stderr
        assert "another folder with --work" in done.stderr or "give a folder with --work" in done.stderr
        assert str(tmp_path / place) in done.stderr
    assert harness.tree(tmp_path) == before


def test_an_empty_folder_and_what_a_kill_left_of_a_beginning_are_taken(tmp_path: Path) -> None:
    for place in ("empty", "begun/state"):
        (tmp_path / place).mkdir(parents=True)
    for place in ("empty", "begun"):
        with Workspace(tmp_path / place).hold("a build"):
            pass

"""Whatever is killed at whatever moment, the same command ends with the bytes of a build that nobody disturbed."""

import contextlib
import os
import signal
from pathlib import Path

import psutil
import pytest

from tests.faults import commit_points, harness
from tests.faults.trials import KINDS, Reference, run_trials

SEEDS = dict.fromkeys(KINDS, 0) | {"kill -9, at random": 8, "SIGTERM": 1}
"""Kind → the seed of its one trial, whose moment comes before the end; `python -m tests.faults` has more of each."""


SOON = {"kill -9, at random"}
"""The kinds that every run of the tests tries; workers are killed and builds interrupted by the tests below too."""


def kinds() -> list[object]:
    """List the kinds of kills; those that a run of the tests can do without are marked."""
    return [kind if kind in SOON else pytest.param(kind, marks=pytest.mark.long) for kind in KINDS]


@pytest.mark.parametrize("kind", kinds())
def test_the_same_command_ends_with_the_same_bytes(kind: str, reference: Reference, tmp_path: Path) -> None:
    trials = list(run_trials(kind, range(SEEDS[kind], SEEDS[kind] + 1), reference, tmp_path))
    assert {trial.seed: trial.faults for trial in trials if trial.faults} == {}
    assert any(trial.landed for trial in trials)
    assert max(trial.left_s for trial in trials) < 5 + 10  # five seconds where nothing else runs


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "step"), [("crash", 81), pytest.param("full", 54, marks=pytest.mark.long), ("full-once", 90)]
)
def test_a_fault_at_any_call_that_changes_the_disk_does_no_harm(kind: str, step: int) -> None:
    points, n_calls = commit_points.tried(kind, step)
    assert n_calls > 100
    assert len(points) >= n_calls // step
    assert [point for point in points if point["faults"]] == []


def test_a_worker_that_always_dies_ends_the_build_and_what_is_done_is_kept(
    reference: Reference, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    command = harness.build_command(reference.source, work)
    with harness.start(command) as process:
        harness.wait_until((work / "state" / "render_sheet").exists, process)
        while process.poll() is None:
            for worker in harness.descendants(process, "engine.worker"):
                with contextlib.suppress(psutil.NoSuchProcess):  # it had ended already
                    worker.kill()
        _, said = process.communicate()
    assert process.returncode == 3, said
    assert "a worker was killed; the machine may be short of memory" in said
    assert "run the same command again" in said
    assert (work / "state" / "render_audio" / "manifest.json").exists()
    again = harness.finish(command)
    assert "✓ render_audio: up to date" in again
    assert harness.differences(work, reference.tree) == []


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_an_interrupt_says_what_is_kept(number: signal.Signals, reference: Reference, tmp_path: Path) -> None:
    happened = (tmp_path / "work" / "tables" / "songs").exists
    code, said = harness.kill_when(happened, harness.build_command(reference.source, tmp_path / "work"), number)
    assert code == 130
    assert said.endswith("musicdata: interrupted; what is finished is kept, the same command goes on from there\n")


def test_ctrl_c_reaches_the_whole_foreground_group(reference: Reference, tmp_path: Path) -> None:
    work = tmp_path / "work"
    command = harness.build_command(reference.source, work)
    with harness.start(command) as process:
        assert harness.wait_until(lambda: bool(harness.descendants(process, "lilypond")), process)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=harness.PATIENCE_S)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert harness.leftovers(work)[0] == []
    harness.finish(command)
    assert harness.differences(work, reference.tree) == []

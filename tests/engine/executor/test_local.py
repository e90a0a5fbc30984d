"""The contract of an executor, held by worker processes on this machine."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from musicdata.engine.executor import Outcome, Spec
from musicdata.engine.executor.local import LocalExecutor
from musicdata.settings.service import key_names


def wait_for(executor: LocalExecutor, n: int, timeout_s: float = 60.0) -> list[Outcome]:
    """Collect `n` outcomes."""
    found: list[Outcome] = []
    deadline = time.monotonic() + timeout_s
    while len(found) < n and time.monotonic() < deadline:
        found += executor.wait(0.2)
    return found


def children() -> list[psutil.Process]:
    return [p for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE]


def nowhere(tmp_path: Path, stage: str = "window") -> Spec:
    return Spec("cut", str(tmp_path), stage)


def test_every_spec_is_answered_once_whatever_the_number_of_workers(tmp_path: Path) -> None:
    with LocalExecutor(2) as executor:
        handles = [executor.submit(nowhere(tmp_path)) for _ in range(9)]
        outcomes = wait_for(executor, 9)
        assert sorted(outcome.handle for outcome in outcomes) == sorted(handles)
        assert {outcome.error for outcome in outcomes} == {"PartialError"}  # there is no job in an empty folder
        assert executor.wait(0.1) == []
    assert children() == []


def test_no_worker_has_a_key_in_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_others = (
        "AWS_SECRET_ACCESS_KEY",
        "HF_TOKEN",
        "GITHUB_TOKEN",
        "OPENAI_API_KEY",
        "MUSICDATA_TOKEN",
        "DB_PASSWORD",
    )
    names = {*key_names(), *of_others}
    for name in names:
        monkeypatch.setenv(name, f"canary-{name}")
    monkeypatch.setenv("MUSICDATA_TRIAL", "passed on")
    with LocalExecutor(2) as executor:
        for _ in range(4):
            executor.submit(nowhere(tmp_path))
        wait_for(executor, 4)
        workers = [Path(f"/proc/{child.pid}/environ").read_bytes() for child in children()]
    assert len(workers) == 2
    for variables in workers:
        assert b"canary" not in variables
        assert not any(f"{name}=".encode() in variables for name in names)
        assert b"MUSICDATA_TRIAL=passed on" in variables


def test_specs_and_outcomes_are_small(tmp_path: Path) -> None:
    with LocalExecutor(1) as executor:
        executor.submit(nowhere(tmp_path, "x" * 5000))
        (outcome,) = wait_for(executor, 1)
    assert outcome.error == "IntegrityError"  # a name that no file can have
    assert len(outcome.message) < 1000
    assert len(json.dumps(asdict(nowhere(tmp_path)))) < 1000


def test_a_killed_worker_costs_one_outcome_and_is_replaced(tmp_path: Path) -> None:
    with LocalExecutor(1) as executor:
        executor.submit(nowhere(tmp_path))
        wait_for(executor, 1)
        (worker,) = children()
        worker.suspend()  # so that it cannot answer before it dies
        executor.submit(nowhere(tmp_path))
        worker.kill()
        (died,) = wait_for(executor, 1)
        assert died.error == "died"
        assert "memory" in died.message
        executor.submit(nowhere(tmp_path))
        (again,) = wait_for(executor, 1)
        assert again.error == "PartialError"
        assert children() != [worker]


def test_cancel_takes_back_what_has_not_started_and_by_force_what_has(tmp_path: Path) -> None:
    with LocalExecutor(1) as executor:
        executor.submit(nowhere(tmp_path))
        wait_for(executor, 1)
        (worker,) = children()
        worker.suspend()
        running, queued, kept = (executor.submit(nowhere(tmp_path)) for _ in range(3))
        executor.cancel(queued, force=False)
        executor.cancel(running, force=False)  # asking kindly does not stop it
        assert children() == [worker]
        executor.cancel(running, force=True)
        assert [outcome.handle for outcome in wait_for(executor, 1)] == [kept]


def test_leaving_with_an_error_ends_busy_workers_at_once(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), LocalExecutor(2) as executor:
        for _ in range(2):
            executor.submit(nowhere(tmp_path))
        wait_for(executor, 2)
        for worker in children():
            worker.suspend()
        executor.submit(nowhere(tmp_path))
        raise KeyboardInterrupt
    assert children() == []

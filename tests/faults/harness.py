"""Runs real commands, kills them by schedule, and looks at what is left: files byte by byte, and processes."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, TypeVar

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

COMMAND = (sys.executable, "-P", "-m", "musicdata.cli")
PATIENCE_S = 120.0  # for what takes seconds on an idle machine
TIMES_AND_PIDS = ("run.json", "state/lock")
_FENCE = ("/unshare", "/setpriv", "/prlimit", "/setarch")  # they become the renderer
T = TypeVar("T")
_MARK = "MUSICDATA_FAULT_TRIAL"


def build_command(source: Path | str, work: Path | str, *more: str, recipe: str = "musictm") -> list[str]:
    """Return the command that builds windows of 10 notes."""
    return [*COMMAND, "build", recipe, "--input", str(source), "--work", str(work), "--set", "window.notes=10", *more]


def start(command: list[str], env: Mapping[str, str] | None = None, cwd: Path | None = None) -> subprocess.Popen[str]:
    """Start a command in a session of its own, marked with its workspace so that its workers are found again."""
    pipe = subprocess.PIPE
    marked = {**os.environ, **(env or {}), _MARK: _workspace_of(command)}
    return subprocess.Popen(command, env=marked, cwd=cwd, text=True, stdout=pipe, stderr=pipe, start_new_session=True)


def _workspace_of(command: list[str]) -> str:
    return command[command.index("--work") + 1] if "--work" in command else ""


def run(
    command: list[str],
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    patience_s: float = PATIENCE_S,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    with start(command, env, cwd) as process:
        try:
            out, err = process.communicate(timeout=patience_s)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def finish(command: list[str], env: Mapping[str, str] | None = None) -> str:
    """Run a command that has to end well; return what it said."""
    done = run(command, env)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"
    return done.stderr


def wait_until(happened: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> bool:
    """Wait until something happens; False when the process ends first, or patience does."""
    end_s = time.monotonic() + PATIENCE_S
    while not happened():
        if time.monotonic() > end_s or (process is not None and process.poll() is not None):
            return False
        time.sleep(0.001)
    return True


def kill_when(
    happened: Callable[[], bool], command: list[str], number: signal.Signals = signal.SIGKILL
) -> tuple[int, str]:
    """Run a command, send its main process a signal when something happens; return exit status and stderr."""
    with start(command) as process:
        if wait_until(happened, process):
            process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, err


def descendants(process: subprocess.Popen[str], name: str) -> list[psutil.Process]:
    """List the processes below a command whose command line has `name` in it."""
    found = []
    try:
        for child in psutil.Process(process.pid).children(recursive=True):
            words: list[str] = _look(child.cmdline, [])
            asked = words and not words[0].endswith(_FENCE) and "--version" not in words
            if asked and any(name in word for word in words[:4]):
                found.append(child)
    except psutil.NoSuchProcess:
        pass
    return found


def leftovers(work: Path, within_s: float = 20.0) -> tuple[list[str], float]:
    """Wait for every process of killed commands to go; return those that stay and how long it took."""
    begin_s = time.monotonic()
    while (there := list(_processes_of(work))) and time.monotonic() < begin_s + within_s:
        time.sleep(0.02)
    return there, time.monotonic() - begin_s


def _processes_of(work: Path) -> Iterator[str]:
    """Yield workers, which carry the mark, and renderers, which work below the workspace."""
    for process in psutil.process_iter():
        if process.pid == os.getpid() or _look(process.status, psutil.STATUS_ZOMBIE) == psutil.STATUS_ZOMBIE:
            continue
        environment: dict[str, str] = _look(process.environ, {})
        places = (environment.get(_MARK, ""), _look(process.cwd, ""))
        if any(f"{place}/".startswith(f"{work}/") for place in places):
            yield f"{process.pid} {' '.join(_look(process.cmdline, []))}"


def _look(at: Callable[[], T], otherwise: T) -> T:
    try:
        return at()
    except (psutil.Error, OSError):  # it has just ended, or is somebody else's
        return otherwise


def tree(work: Path) -> dict[str, str]:
    """Return path → sha256 of every file in a workspace, and every folder, so that litter of any kind shows."""
    found = {}
    for path in sorted(work.rglob("*")):
        name = path.relative_to(work).as_posix()
        if name.startswith("logs"):  # of times, and called after one
            continue
        whole = path.is_file() and name not in TIMES_AND_PIDS
        found[name] = hashlib.sha256(path.read_bytes()).hexdigest() if whole else ""
    return found


def differences(work: Path, expected: Mapping[str, str]) -> list[str]:
    """Name what a workspace has more, has less, or has with other bytes."""
    found = tree(work)
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def torn(work: Path) -> list[str]:
    """Name the parts whose bytes are not what their names say."""
    parts = [path for folder in ("tables", "rejects") for path in (work / folder).rglob("*") if path.is_file()]
    return [
        str(path)
        for path in parts
        if path.stem.rpartition("-")[2] != hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    ]

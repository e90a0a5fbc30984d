"""Measures what commands cost: processor time, wall time, peak memory of each kind of process."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its arguments, the folder it runs in, variables beyond this process's own, and how it may end."""

    argv: Sequence[str]
    cwd: Path = ROOT
    env: Mapping[str, str] = field(default_factory=dict)
    codes: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Cost:
    """What running a command took.

    Attributes:
        cpu_s: processor time, user and system, of the command and all it started.
        wall_s: time on the clock.
        peak_mb: peak resident memory by kind of process: "main", "worker", "renderer"; and "together", what all of
            them held of their own at one moment; 10^6 bytes.
        stdout: what it printed.
    """

    cpu_s: float
    wall_s: float
    peak_mb: Mapping[str, float] = field(default_factory=dict)
    stdout: str = ""


def measure(command: Command, *, memory: bool = False) -> Cost:
    """Run a command to its end and return its cost; one that fails ends the benchmark."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        begin_s = time.monotonic()
        process = subprocess.Popen(
            command.argv,
            cwd=command.cwd,
            env={**os.environ, **command.env},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=said,
        )
        with _watch(process.pid, memory) as peak_mb:
            _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - begin_s
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, said):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    if process.returncode not in command.codes:
        sys.exit(f"{' '.join(command.argv)[:200]} ended with {process.returncode}: {texts[1][-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, wall_s, peak_mb, texts[0])


def measure_all(commands: Sequence[Command], side_by_side: int) -> Cost:
    """Run commands, so many at once; return the processor time of all and the wall time of the whole."""
    begin_s = time.monotonic()
    with ThreadPoolExecutor(side_by_side) as pool:
        cpu_s = sum(cost.cpu_s for cost in pool.map(measure, commands))
    return Cost(cpu_s, time.monotonic() - begin_s)


def musicdata(*arguments: object) -> Command:
    """Return the `musicdata` command of this checkout and interpreter."""
    return Command([sys.executable, "-m", "musicdata.cli", *map(str, arguments)])


@contextlib.contextmanager
def _watch(pid: int, memory: bool) -> Iterator[dict[str, float]]:
    """Collect the peak memory of a process and its descendants while the block runs, if it is wanted.

    The kernel's own high-water mark of each is read (VmHWM): it only grows, so that looking now and then
    misses at most the last moment. `ru_maxrss` would not do: a child begins with its parent's mark.
    """
    peak_mb: dict[str, float] = {}
    if not memory:
        yield peak_mb
        return
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_LOOK_S):
            together = 0.0
            for kind, peak, now in _memory(pid):
                peak_mb[kind] = max(peak_mb.get(kind, 0.0), peak)
                together += now
            peak_mb["together"] = max(peak_mb.get("together", 0.0), together)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield peak_mb
    finally:
        ended.set()
        watcher.join()


def _memory(pid: int, depth: int = 0) -> Iterator[tuple[str, float, float]]:
    """Yield kind, peak and own memory of a process and its descendants; workers are its children, renderers theirs."""
    folder = Path("/proc") / str(pid)
    try:
        is_python = (folder / "exe").resolve().name.startswith("python")
        status = (folder / "status").read_text()
        children = (folder / "task" / str(pid) / "children").read_text().split()
    except OSError:  # it ended while we looked
        return
    facts = dict(line.split(":", 1) for line in status.splitlines())
    if is_python == (depth < 2) and "VmHWM" in facts:  # else it is a fork that has not become its program yet
        peak, own = (int(facts[name].split()[0]) * 1024 / 1e6 for name in ("VmHWM", "RssAnon"))
        yield ("main", "worker", "renderer")[min(depth, 2)], peak, own
    for child in children:
        yield from _memory(int(child), depth + 1)

"""Measures what commands cost, says on what machine, and prints tables in Markdown."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its arguments, the folder it runs in, and variables beyond this process's own."""

    argv: Sequence[str]
    cwd: Path = ROOT
    env: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor time (user and system, all descendants) and wall time, in seconds."""

    cpu_s: float
    wall_s: float


def measure(command: Command) -> Cost:
    """Run a command to its end and return its cost; what it prints goes to the floor unless it fails."""
    begin = time.monotonic()
    with subprocess.Popen(
        command.argv,
        cwd=command.cwd,
        env={**os.environ, **dict(command.env)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read().decode("utf-8", "replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command.argv)[:200]} ended with {process.returncode}: {said[-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - begin)


def measure_all(commands: Sequence[Command], side_by_side: int) -> Cost:
    """Run commands, so many at once, and return their processor time together and the wall time of all."""
    begin = time.monotonic()
    with ThreadPoolExecutor(side_by_side) as pool:
        cpu_s = sum(cost.cpu_s for cost in pool.map(measure, commands))
    return Cost(cpu_s, time.monotonic() - begin)


def musicdata(*arguments: object) -> Command:
    """Return the `musicdata` command of this checkout and interpreter."""
    return Command([sys.executable, "-m", "musicdata.cli", *map(str, arguments)])


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown."""
    cells = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    print(f"### {title}\n", *lines, "", sep="\n", flush=True)


def describe_machine() -> str:
    """Say when and on what is measured."""
    with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown processor")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; {len(os.sched_getaffinity(0))} cores of {model}, {memory:.0f} GiB; "
        f"{platform.freedesktop_os_release().get('PRETTY_NAME', platform.system())}, Python {platform.python_version()}; "
        f"load {os.getloadavg()[0]:.1f}"
    )

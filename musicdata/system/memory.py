"""How much memory there is: for this machine, or for the control group (container) that this process is in."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEMINFO, _OWN_GROUP, _GROUPS = Path("/proc/meminfo"), Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")
_LEAST_RESERVE, _RESERVE_PARTS = 256 << 20, 16


def total_bytes() -> int:
    """Return how much memory this process and its children can have together at most; 0 where nobody can tell."""
    limits = [limit for folder in _groups() if (limit := _number(folder / "memory.max")) > 0]
    return min([_meminfo().get("MemTotal", 0), *limits])


def left_bytes() -> int:
    """Return how much of it is left, counting caches as free; a large number where nobody can tell."""
    left = [_meminfo().get("MemAvailable", 1 << 60)]
    limits = [(folder, _number(folder / "memory.max")) for folder in _groups()]
    left += [
        limit - _number(folder / "memory.current") + _stat(folder, "inactive_file") for folder, limit in limits if limit
    ]
    return min(left)


def resident_bytes(pid: int) -> int:
    """Return how much of a process is in memory; 0 for one that has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def reserve_bytes() -> int:
    """Return how much is to be left for everything else on the machine."""
    return max(_LEAST_RESERVE, total_bytes() // _RESERVE_PARTS)


def _meminfo() -> dict[str, int]:
    try:
        lines = [line.split() for line in _MEMINFO.read_text().splitlines()]
    except OSError:
        return {}
    return {words[0].rstrip(":"): int(words[1]) << 10 for words in lines}


@cache
def _groups() -> tuple[Path, ...]:
    """Return the folders of the control groups (version 2) whose limits hold for this process, the nearest first."""
    return tuple(folder for folder in _group_folders() if (folder / "memory.max").is_file())


def _group_folders() -> Iterator[Path]:
    try:
        lines = _OWN_GROUP.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        number, _, name = line.split(":", 2)
        if number == "0":
            folder = _GROUPS / name.lstrip("/")
            yield from (f for f in (folder, *folder.parents) if f.is_relative_to(_GROUPS))


def _number(file: Path) -> int:
    """Return the number in a file; 0 for none, and for "max"."""
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return 0


def _stat(folder: Path, name: str) -> int:
    try:
        lines = (folder / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(words[1]) for line in lines if (words := line.split())[0] == name), 0)

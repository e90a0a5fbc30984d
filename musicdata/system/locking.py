"""Locks on open files, that end with the process: `flock`, or on Windows a locked byte beyond the end of the file.

Windows keeps others from reading what is locked, and whoever holds a lock file writes into it who that is; so the byte
that is locked there is one that no such file has.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import time
from functools import cache
from typing import Any

_BYTE = (1 << 31) - 2  # the C library of Windows counts the bytes of a file in 31 bits
_PAUSE_S = 0.05


def lock(descriptor: int, *, wait: bool = False) -> None:
    """Lock an open file for this process alone, until it is closed.

    Args:
        descriptor: of the file, open for writing.
        wait: until another process lets go of it.

    Raises:
        BlockingIOError: another process has locked it.
        OSError: this disk knows no locks.
    """
    fcntl = _fcntl()
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        return
    while not _lock_byte(descriptor):
        if not wait:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        time.sleep(_PAUSE_S)


def is_locked(descriptor: int) -> bool:
    """Say whether a process has locked an open file, without standing in anybody's way for long."""
    fcntl = _fcntl()
    if fcntl is None:
        if not _lock_byte(descriptor):
            return True
        _at_byte(descriptor, "LK_UNLCK")
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


@cache
def _fcntl() -> Any:
    """Return the module of POSIX, which Windows lacks: `msvcrt` stands there in its place."""
    with contextlib.suppress(ImportError):
        return importlib.import_module("fcntl")
    return None


def _lock_byte(descriptor: int) -> bool:
    try:
        _at_byte(descriptor, "LK_NBLCK")
    except PermissionError:
        return False
    return True


def _at_byte(descriptor: int, mode: str) -> None:
    msvcrt = importlib.import_module("msvcrt")
    os.lseek(descriptor, _BYTE, os.SEEK_SET)
    msvcrt.locking(descriptor, getattr(msvcrt, mode), 1)

"""Files: what a full disk raises, small files of JSON, and what makes a write last."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from musicdata.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG}


_PATH_FAULTS = {errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP}


@contextlib.contextmanager
def storage_faults(path: Path, needed_bytes: int = 0) -> Iterator[None]:
    """Turn what a full disk or an impossible path raises into StorageError, naming the path and what is free."""
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FAULTS | _PATH_FAULTS:
            raise
        raise StorageError(_storage_message(path, needed_bytes, error)) from error


def _storage_message(path: Path, needed_bytes: int, error: OSError) -> str:
    existing = next(p for p in (path, *path.absolute().parents) if os.path.exists(p))  # noqa: PTH110 - never raises
    free = shutil.disk_usage(existing).free
    need = f", {needed_bytes:,} bytes needed" if needed_bytes else ""
    return (
        f"cannot write {path}: {os.strerror(error.errno or 0)} ({free:,} bytes free{need}). Make room or fix the "
        "permissions, then run the same command again: finished shards are kept"
    )


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the object in a JSON file, or None when there is no such file or it is empty."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    if not text:
        return None
    value: dict[str, Any] = json.loads(text)
    return value


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` last over a power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make what was written to a file last over a power loss."""
    with storage_faults(path), path.open("rb+") as file:
        os.fsync(file.fileno())


def write_file(path: Path, data: bytes) -> None:
    """Write a small file into a release that nobody reads yet, and make it last."""
    with storage_faults(path, len(data)):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

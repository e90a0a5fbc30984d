"""Whether the files of a release that are to be read have the bytes that its record says, looked at file by file.

A file that this process hashed is not hashed again as long as it stays the same file with the same size and times of
change; one that was changed a moment before it was hashed is, for a clock may be too coarse to tell the next change.
"""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

from musicdata.errors import IntegrityError
from musicdata.release.record import layout
from musicdata.release.record.tree import stamp
from musicdata.system.paths import inside, is_regular, open_regular

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.release.record.layout import File

_SETTLED_NS = 2_000_000_000

_hashes: dict[tuple[int, ...], str] = {}


def is_settled(stamps: tuple[int, ...], now_ns: int) -> bool:
    """Say whether a file's last change lies so far back that the next one will have another time."""
    return now_ns - stamps[-1] > _SETTLED_NS


def sha256_once(path: Path) -> str:
    """Return the sha256 of a regular file, from memory if this process hashed it and nothing about it changed since.

    Raises:
        IntegrityError: it is no regular file.
        OSError: it cannot be read.
    """
    with open_regular(path) as file:
        before, now_ns = stamp(os.fstat(file.fileno())), time.time_ns()
        if before in _hashes:
            return _hashes[before]
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if is_settled(before, now_ns) and stamp(os.fstat(file.fileno())) == before:
            _hashes[before] = sha256
    return sha256


def whole_file(root: Path, file: File, *, verify: bool = True) -> Path:
    """Return the path of a file of the release at `root`, after it was looked at.

    Args:
        root: folder of the release.
        file: what the record says of it.
        verify: hash it; else only see that it is a regular file.

    Raises:
        IntegrityError: it is missing, is no regular file, or has other bytes than its record says.
    """
    path = inside(root, file.path)
    try:
        if verify and path.lstat().st_size == file.bytes and sha256_once(path) == file.sha256:
            return path
        size, is_file = path.lstat().st_size, is_regular(path)
    except OSError as error:
        raise IntegrityError(f"{path} cannot be read: {error.strerror}. {look_closer(root)}") from error
    if is_file and not verify:
        return path
    fault = f"{size:,} bytes, {file.bytes:,} expected" if size != file.bytes else f"expected the sha256 {file.sha256}"
    raise IntegrityError(
        f"{path} is not what {layout.RECORD} says: {fault if is_file else 'it is no regular file'}. {look_closer(root)}"
    )


def look_closer(root: Path) -> str:
    """Return what messages of a release that is not whole end with."""
    return f"Run: musicdata release verify {root}"

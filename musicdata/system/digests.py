"""Hashes of files and of JSON values."""

from __future__ import annotations

import contextlib
import hashlib
import json
from contextvars import ContextVar
from typing import TYPE_CHECKING

from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FileHashes = dict[str, list["int | str"]]
"""Path of a file → its size in bytes, its times of change in nanoseconds, and its sha256; JSON values."""

_hashes: ContextVar[FileHashes | None] = ContextVar("hashes", default=None)


@contextlib.contextmanager
def each_file_once(hashes: FileHashes) -> Iterator[None]:
    """Let `sha256_of_file` take from `hashes`, and put there, the hash of a file with the size and times it had.

    It is for source files within one run: whoever reads a file by its hash says so if it was changed all the same.
    """
    before = _hashes.set(hashes)
    try:
        yield
    finally:
        _hashes.reset(before)


def sha256_of_file(path: Path) -> str:
    """Return the sha256 of a regular file's bytes, hexadecimal.

    Raises:
        IntegrityError: it is a pipe, a device or a folder.
        OSError: there is none, or it cannot be read.
    """
    hashes = _hashes.get()
    if hashes is None:
        return _sha256(path)
    facts = path.stat()
    now = [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns]
    *then, sha256 = hashes.get(str(path), [""])
    if then != now:
        sha256 = _sha256(path)
        hashes[str(path)] = [*now, sha256]
    return str(sha256)


def _sha256(path: Path) -> str:
    with paths.open_regular(path, follow=True) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sampled_sha256(path: Path, pieces: int = 256, piece_bytes: int = 1 << 16) -> str:
    """Return the sha256 of a file's size and of pieces of it: its beginning, its end, and others evenly between.

    For files that take as long to read as to use. A change that leaves the size and all pieces as they were goes
    unseen; in a compressed file most changes move all that follows.

    Raises:
        IntegrityError: it is a pipe, a device or a folder.
        OSError: there is none, or it cannot be read.
    """
    with paths.open_regular(path, follow=True) as file:
        size = file.seek(0, 2)
        digest = hashlib.sha256(f"{size} {pieces} {piece_bytes}\n".encode())
        for number in range(pieces):
            file.seek(max(size - piece_bytes, 0) * number // max(pieces - 1, 1))
            digest.update(file.read(piece_bytes))
    return digest.hexdigest()


def digest_of(value: object) -> str:
    """Return the sha256 of a JSON value, the same whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()

"""Files: written whole or not at all, made to last, locked; what a full disk raises.

Nobody else calls `fsync` or `link`, or locks a file. What has a name is whole from the first moment: it is written
beside its place or in a scratch folder of the same disk, synced, and renamed or linked to its name; then the folder is
synced, so that the name outlives a power loss.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from musicdata.errors import IntegrityError, StorageError
from musicdata.system import locking, paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG}
_PATH_FAULTS = {errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP}
_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK}
_HOLDER_BYTES = 4096
_COPY_BYTES = 1 << 20
_MAX_JSON_BYTES = 1 << 30  # hashes of a million source files stand in one
_OPENS_FOLDERS = hasattr(os, "O_DIRECTORY")
"""Windows opens none, makes nothing last that is open for reading only, and removes nothing that is open."""


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
        data = paths.read_regular(path, _MAX_JSON_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not data:
        return None
    value: dict[str, Any] = json.loads(data)
    return value


def sync(file: IO[bytes]) -> None:
    """Make what was written to an open file last over a power loss."""
    file.flush()
    os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    """Make what was written to a file last over a power loss."""
    with storage_faults(path), (paths.open_regular if _OPENS_FOLDERS else paths.append)(path) as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last over a power loss, where the system lets us."""
    if not _OPENS_FOLDERS:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: Path, data: bytes) -> None:
    """Write a file where nobody reads yet, and make its bytes last."""
    with storage_faults(path, len(data)):
        _write(path, data)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with paths.create(path) as file:
        file.write(data)
        sync(file)


def move_whole(written: Path, path: Path) -> None:
    """Give a file or a folder whose bytes last the name it is read by, and make that last."""
    with storage_faults(path):
        written.replace(path)
        sync_folder(path.parent)


def write_whole(path: Path, data: bytes, temporary: Path) -> None:
    """Write a file whole or not at all, over one that is there; `temporary`, on the same disk, is written first."""
    with storage_faults(path, len(data)):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(temporary, data)
        move_whole(temporary, path)


def create_once(path: Path, data: bytes, temporary: Path, *, alone: bool) -> bool:
    """Write a file whole, only if there is none; say whether it was this call that wrote it.

    Args:
        path: of the file.
        data: its bytes.
        temporary: is written first, on the same disk, and removed.
        alone: a lock keeps others out, so that a disk without hard links is served by a rename. Without one, another
            writer may remove `temporary` once it was first.
    """
    lost = (FileExistsError,) if alone else (FileExistsError, FileNotFoundError)
    with storage_faults(path, len(data)):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write(temporary, data)
            os.link(temporary, path)
        except lost:
            return False
        except OSError as error:
            if not alone or error.errno not in _NO_HARD_LINKS:
                raise
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)
    return True


def link_or_copy(source: Path, path: Path, temporary: Path) -> None:
    """Give a file a second name; on a disk without hard links, a copy, which is whole before it has the name.

    Raises:
        IntegrityError: what is there is a link, a pipe …, no regular file.
    """
    paths.open_regular(source).close()
    try:
        os.link(source, path)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        temporary.parent.mkdir(parents=True, exist_ok=True)
        with paths.open_regular(source) as whole, paths.create(temporary) as copy:
            shutil.copyfileobj(whole, copy, _COPY_BYTES)
            sync(copy)
        temporary.replace(path)


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file that this process holds, in which it can write who it is."""

    descriptor: int

    def read(self) -> bytes:
        """Return what stands in it: of this process, or of the last that held it."""
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        return os.read(self.descriptor, _HOLDER_BYTES)

    def write(self, data: bytes) -> None:
        """Write another content into it."""
        os.ftruncate(self.descriptor, 0)
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        os.write(self.descriptor, data)
        os.fsync(self.descriptor)


@contextlib.contextmanager
def held(path: Path, *, wait: bool = False, remove: bool = False) -> Iterator[Lock]:
    """Hold a lock file, which is made if there is none; the hold ends with the process, however it ends.

    Args:
        path: of the lock file.
        wait: until another process lets go of it.
        remove: it, at the end; on Windows, unless another process has it open then.

    Raises:
        BlockingIOError: another process holds it.
        StorageError: there can be no such file.
        IntegrityError: there is a link of that name, or something else that is no file.
    """
    with storage_faults(path):
        while (descriptor := _locked(path, wait=wait)) is None:
            pass
    try:
        yield Lock(descriptor)
    finally:
        if remove and _OPENS_FOLDERS:  # before another process can hold it
            path.unlink(missing_ok=True)
        os.close(descriptor)
        if remove and not _OPENS_FOLDERS:
            with contextlib.suppress(OSError):
                path.unlink()


def remove_around(let_go: Callable[[], None], folder: Path) -> None:
    """Remove a folder with the lock file in it that this process holds.

    Args:
        let_go: of the lock; on Windows that has to be first.
        folder: what is removed.
    """
    if not _OPENS_FOLDERS:
        let_go()
    shutil.rmtree(folder)


def is_held(path: Path) -> bool:
    """Say whether a process holds a lock file, without making one or standing in anybody's way for long."""
    try:
        descriptor = paths.open_lock(path, make=False)
    except (OSError, IntegrityError):
        return False
    try:
        return locking.is_locked(descriptor)
    finally:
        os.close(descriptor)


def _locked(path: Path, *, wait: bool) -> int | None:
    """Open and lock a file; None if whoever held it before has just removed it.

    One that has other names is replaced, so that nothing is written into what somebody else calls by them.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = paths.open_lock(path)
    except FileNotFoundError:
        if path.parent.exists():
            raise
        return None
    try:
        locking.lock(descriptor, wait=wait)
        locked = os.fstat(descriptor)
        if os.path.samestat(locked, path.lstat()):
            if locked.st_nlink == 1:
                return descriptor
            path.unlink()
    except FileNotFoundError:
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None

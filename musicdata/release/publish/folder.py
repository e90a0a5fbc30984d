"""A release in a folder of this machine, or of a disk that is mounted there.

    BASE/<name>/<version>/…                       the published version
    BASE/<name>/.<version>.publishing/intent      digest of the RELEASE.json that is being uploaded; locked meanwhile
    BASE/<name>/.<version>.publishing/part        the file that is being copied

BASE may be reached by links; what is below it may not, for others may be able to write there: a link that is found is
named, and nothing is written through it.

A file is copied to `part`, synced and renamed, so that each name in the version's folder is a whole file from the first
moment; `RELEASE.json` comes last, by a hard link, which fails if there is one.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from musicdata.errors import IntegrityError, UsageError, WorkspaceHeldError
from musicdata.release.publish import failures
from musicdata.release.record import layout
from musicdata.system import paths
from musicdata.system.files import Lock, create_once, held, remove_around, storage_faults, sync, sync_folder

if TYPE_CHECKING:
    from types import TracebackType

    from musicdata.release.publish.upload import Commit, Progress, Upload

_CHUNK_BYTES = 1 << 20
_PART = "part"


class Folder:
    """A folder that is published into."""

    def __init__(self, base: Path, upload: Upload) -> None:
        self._upload = upload
        self._base = base.absolute()
        self._version = f"{upload.record.name}/{upload.record.version}"
        self._place = self._base / self._version
        self._state = self._place.with_name(f".{upload.record.version}.publishing")
        self._intent = self._state / "intent"
        self._open = contextlib.ExitStack()
        self._lock: Lock | None = None

    @property
    def address(self) -> str:
        """Return the URL of the version's folder."""
        return self._place.as_uri()

    def __enter__(self) -> Folder:
        """Do nothing: reading needs no lock."""
        return self

    def published(self) -> bytes | None:
        """Return the bytes of `RELEASE.json` there, or None."""
        try:
            return paths.read_inside(self._base, f"{self._version}/{layout.RECORD}", layout.MAX_RECORD_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def begin(self) -> None:
        """Take the lock, and write the digest of `RELEASE.json` beside the version's folder.

        Raises:
            RefusedError: an unfinished upload of another release is there, or files that belong to none.
            WorkspaceHeldError: another process is publishing this version there.
            IntegrityError: there is a link, a pipe … where folders and files of ours should be.
        """
        with storage_faults(self._intent):
            paths.inside(self._base, self._version)
            paths.make_inside(self._base, self._below(self._state))
            if (lock := self._taken_lock()) is None:
                raise WorkspaceHeldError(
                    f"another process is publishing {self._upload.record.slug} to {self._place}. Wait for it to end"
                )
            digest = lock.read().decode("ascii", "replace")
            is_new = len(digest) != len(self._wanted())  # whoever began to write it had not put a file yet
            if not is_new and digest != self._wanted():
                raise failures.bound(self._upload, str(self._place), digest, str(self._state))
            self._refuse_strays(is_new)
            if is_new:
                lock.write(self._wanted().encode())
                _sync_up_to(self._state, self._base.parent)

    def _below(self, path: Path) -> str:
        """Return the name of a path below the base."""
        return path.relative_to(self._base).as_posix()

    def _wanted(self) -> str:
        return f"{self._upload.digest}\n"

    def _taken_lock(self) -> Lock | None:
        """Take the lock and return it; None if another process has it."""
        if self._lock is None:
            with contextlib.suppress(BlockingIOError):
                self._lock = self._open.enter_context(held(self._intent))
        return self._lock

    def _refuse_strays(self, is_new: bool) -> None:
        paths.require_plain(self._base, [self._version])
        there = {path.relative_to(self._place).as_posix() for path in self._place.rglob("*") if not path.is_dir()}
        if layout.RECORD not in there and (strays := there if is_new else there - self._upload.paths):
            if is_new:
                remove_around(self._let_go, self._state)
            raise failures.strayed(str(self._place), strays)

    def upload(self, progress: Progress) -> None:
        """Copy every file that is not there.

        Raises:
            IntegrityError: a file of the release is not what `RELEASE.json` says.
            StorageError: the disk is full or cannot be written.
        """
        n_bytes = 0
        for file in self._upload.files:
            if not self.holds(file):
                self._put(file)
            n_bytes += file.bytes
            progress(file.path, n_bytes, self._upload.n_bytes)

    def holds(self, file: layout.File) -> bool:
        """Say whether a file there is what it should be, by reading it."""
        try:
            with paths.open_inside(self._base, f"{self._version}/{file.path}", file.bytes) as there:
                return hashlib.file_digest(there, "sha256").hexdigest() == file.sha256
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return False

    def _put(self, file: layout.File) -> None:
        final = self._place / file.path
        digest = hashlib.sha256()
        with storage_faults(final, file.bytes):
            with (
                paths.open_inside(self._upload.root, file.path, file.bytes) as source,
                paths.create_inside(self._state, _PART) as copy,
            ):
                while chunk := source.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    copy.write(chunk)
                sync(copy)
            if digest.hexdigest() != file.sha256:
                raise IntegrityError(f"{file.path} of {self._upload.root} is not what {layout.RECORD} says it is")
            paths.move_inside(self._base, self._below(self._state / _PART), self._below(final))
            _sync_up_to(final.parent, self._place.parent)

    def commit(self) -> Commit:
        """Link `RELEASE.json` to its place."""
        final = paths.inside(self._base, f"{self._version}/{layout.RECORD}")
        is_first = create_once(final, self._upload.encoded, paths.inside(self._state, _PART), alone=True)
        return "published" if is_first else "lost"

    def clean(self) -> None:
        """Remove the folder beside the version's, unless another process holds it."""
        if not paths.inside(self._base, self._below(self._state)).exists():
            return
        with storage_faults(self._state):
            if self._taken_lock() is not None:
                remove_around(self._let_go, self._state)
                sync_folder(self._state.parent)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lock back."""
        self._let_go()

    def _let_go(self) -> None:
        self._open.close()
        self._lock = None


def _sync_up_to(folder: Path, top: Path) -> None:
    """Make entries of a folder last, and those of the folders above it up to `top`."""
    while True:
        sync_folder(folder)
        if folder == top:
            return
        folder = folder.parent


def local_path(url: str) -> Path:
    """Return the path of a folder on this machine, given as such or as file:// URL.

    Raises:
        UsageError: the URL names another machine.
    """
    if not url.startswith("file://"):
        return Path(url)
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise UsageError(f"{url} names the machine {parts.netloc}; a folder of this one has three slashes, file:///…")
    return Path(unquote(parts.path))

"""Folders that are made beside their final place and become whole in one rename."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from musicdata.errors import InputError, WorkspaceHeldError
from musicdata.system import paths
from musicdata.system.files import held, move_whole, storage_faults, sync_folder, write_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def is_there(out: Path) -> bool:
    """Say whether there is something at `out`; the lock that a process killed at its very end left is removed."""
    if not os.path.lexists(out):
        return False
    _lock(out).unlink(missing_ok=True)
    return True


def _lock(out: Path) -> Path:
    return out.parent / f".{out.name}.lock"


@contextlib.contextmanager
def staging(out: Path, identity: str) -> Iterator[Path]:
    """Hold the folder in which `out` is made; when the block ends well, it becomes `out`.

    What an earlier run with the same `identity` left in it is kept; what another left is removed.

    Raises:
        InputError: there is something at `out`.
        IntegrityError: the folder beside it, in which it is made, is a link, or has links in it.
        WorkspaceHeldError: another process writes there.
    """
    folder = paths.inside(out.parent, f".{out.name}.unfinished")
    with _held(out):
        if os.path.lexists(out):
            raise InputError(f"{out} is there already; give another folder with --out")
        if _identity(folder) != identity:
            shutil.rmtree(folder, ignore_errors=True)
            write_file(folder / ".state" / "identity", identity.encode())
        paths.require_plain(out.parent, [folder.name])
        yield folder
        with storage_faults(out):
            shutil.rmtree(folder / ".state")
            sync_folder(folder)
            move_whole(folder, out)


@contextlib.contextmanager
def _held(out: Path) -> Iterator[None]:
    lock = _lock(out)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(held(lock, remove=True))
        except BlockingIOError as error:
            message = f"another process is writing {out}. Wait for it, or choose another --out"
            raise WorkspaceHeldError(message) from error
        yield


def _identity(folder: Path) -> str:
    try:
        return paths.read_inside(folder, ".state/identity").decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""

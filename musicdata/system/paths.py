"""The one gate for paths: names from data stay inside their folder, and only regular files are opened.

A name that a table, a record or a manifest gives is joined to a folder by `inside` and nowhere else. It may go down,
never up, and no part of it may be a link, for a link leads wherever whoever made it wanted. The folder itself may be
reached by links: where it lies is the user's choice. What is written into a folder that others may write to is opened
from folder to folder, so that a link planted in between is not followed.

What is read is told from pipes, devices and sockets as it is opened, without waiting for any of them, and its size is
looked at before a byte of it is read.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING

from musicdata.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BufferedReader, BufferedWriter

    from pyarrow import NativeFile

MAX_TEXT_BYTES = 64 << 20
"""A document that is read whole (a record, a recipe, a contract, a manifest) is not larger."""

MAX_FILE_BYTES = 4 << 30
"""Nothing else is read into memory as a whole that is larger: a sound, a picture, the arrays of a model."""

_LONGEST_SHOWN = 200
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)  # Windows has none of these; data can be read there all the same
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_CLOSE = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW | _CLOSE
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _CLOSE
_WALKS = os.open in os.supports_dir_fd and os.mkdir in os.supports_dir_fd
_ODD_PATH = {errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL}

_KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFREG: "a file",
}


def kind_of(mode: int) -> str:
    """Return what a `st_mode` is of, for people: ``a link``, ``a pipe``."""
    return _KINDS.get(stat.S_IFMT(mode), "no regular file")


def inside(root: Path, name: str) -> Path:
    """Return where `name` leads below `root`, whether there is something or not.

    Raises:
        IntegrityError: it leads out of `root`, or a part of it that is there is a link.
    """
    path = root
    for part in _parts(root, name):
        path = path / part
        try:
            mode = path.lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            if not os.path.lexists(root):  # then it is not the name that is at fault
                raise
            raise _cannot(path, error) from error
        if stat.S_ISLNK(mode):
            raise _is_link(path)
    return path


def _parts(root: Path, name: str) -> list[str]:
    """Return the parts of a name that goes down only."""
    parts = name.split("/")
    whole = Path(name) if name and "\0" not in name else None
    if (
        whole is None
        or whole.anchor
        or "/".join(whole.parts) != name
        or ".." in parts
        or len(whole.parts) != len(parts)
    ):
        raise IntegrityError(
            f"{name[:_LONGEST_SHOWN]!r} is no path inside {root}: names in data go down only, without .., "
            "without a beginning of their own and without empty parts"
        )
    return parts


def _is_link(path: Path) -> IntegrityError:
    with contextlib.suppress(OSError):
        target = os.fsencode(path.readlink()).decode("utf-8", "backslashreplace")
        return IntegrityError(
            f"{path} is a link (to {target[:_LONGEST_SHOWN]!r}), and links are not followed here: nothing was read or "
            "written through it. Put the file or folder itself in its place, or remove the link"
        )
    return IntegrityError(f"{path} is a link, and links are not followed here; put the file or folder in its place")


def _cannot(path: Path, error: OSError) -> Exception:
    """Return what to raise for a path that cannot be walked: an error of ours where the name itself is at fault."""
    if error.errno in _ODD_PATH:
        return IntegrityError(f"{str(path)[:_LONGEST_SHOWN]!r} cannot be a path here: {os.strerror(error.errno or 0)}")
    return error


def open_regular(path: Path, max_bytes: int | None = None, *, follow: bool = False) -> BufferedReader:
    """Open a regular file for reading, never waiting for what is none.

    Args:
        path: of the file; links on the way to its folder are the user's.
        max_bytes: it may have.
        follow: a link, too, where the user named it.

    Raises:
        IntegrityError: it is a link, a pipe, a device, a folder …, or larger.
        OSError: there is none, or it cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_WAIT | _CLOSE | (0 if follow else _NO_FOLLOW))
    except OSError as error:
        raise _not_opened(path, error) from error
    return _checked(descriptor, path, max_bytes)


def _not_opened(path: Path, error: OSError) -> Exception:
    """Return what to raise for what could not be opened; links and sockets are named."""
    with contextlib.suppress(OSError):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) and error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
            return _is_link(path)
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)):
            return _is_odd(path, mode)
    return _cannot(path, error)


def _is_odd(path: Path, mode: int) -> IntegrityError:
    return IntegrityError(f"{path} is {kind_of(mode)}, not a regular file; put the file in its place, or remove it")


def _checked(descriptor: int, path: Path, max_bytes: int | None) -> BufferedReader:
    """Return the file of a descriptor if it is a regular one of that size; it is closed otherwise."""
    facts = os.fstat(descriptor)
    if stat.S_ISREG(facts.st_mode) and (max_bytes is None or facts.st_size <= max_bytes):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        raise _is_odd(path, facts.st_mode)
    raise IntegrityError(f"{path} has {facts.st_size:,} bytes, at most {max_bytes:,} are expected of it")


def native(file: BufferedReader) -> NativeFile | BufferedReader:
    """Open what is open once more, for Arrow: without Python, where the system lets us.

    Arrow reads ahead in threads of its own. Those that call Python when its process ends take the process down with
    them (``terminate called without an active exception``).
    """
    from pyarrow import OSFile

    place = f"/proc/self/fd/{file.fileno()}"
    return OSFile(place, "r") if Path(place).exists() else file


def read_regular(path: Path, max_bytes: int = MAX_TEXT_BYTES, *, follow: bool = False) -> bytes:
    """Return the bytes of a regular file of at most `max_bytes`.

    Raises:
        IntegrityError: it is no regular file, or larger.
        OSError: there is none, or it cannot be read.
    """
    with open_regular(path, max_bytes, follow=follow) as file:
        return _whole(file, path, max_bytes)


def _whole(file: IO[bytes], path: Path, max_bytes: int) -> bytes:
    data = file.read(max_bytes + 1)  # it may have grown since
    if len(data) > max_bytes:
        raise IntegrityError(f"{path} has more than the {max_bytes:,} bytes that are expected of it")
    return data


def open_inside(root: Path, name: str, max_bytes: int | None = None) -> BufferedReader:
    """Open a regular file below `root`, whose name comes from data; no part of the name may be a link.

    Raises:
        IntegrityError: it leads out of `root` or over a link, or it is no regular file, or larger.
        OSError: there is none, or it cannot be read.
    """
    path = inside(root, name)
    if not _WALKS:
        return open_regular(path, max_bytes)
    with _folder(root, name.split("/")[:-1], make=False) as folder:
        try:
            descriptor = os.open(path.name, os.O_RDONLY | _NO_WAIT | _CLOSE | _NO_FOLLOW, dir_fd=folder)
        except OSError as error:
            raise _not_opened(path, error) from error
    return _checked(descriptor, path, max_bytes)


def read_inside(root: Path, name: str, max_bytes: int = MAX_TEXT_BYTES) -> bytes:
    """Return the bytes of a regular file below `root`, as `open_inside` opens it."""
    with open_inside(root, name, max_bytes) as file:
        return _whole(file, root / name, max_bytes)


def map_inside(root: Path, name: str) -> bytes | mmap.mmap:
    """Return the bytes of a regular file below `root` as they lie on disk: what is never looked at is never read.

    They stay what they are when the file is removed, not when it is written into: files of ours are replaced whole.

    Raises:
        IntegrityError: it leads out of `root` or over a link, or it is no regular file.
        OSError: there is none, or it cannot be read.
    """
    with open_inside(root, name) as file:
        if not os.fstat(file.fileno()).st_size:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def make_inside(root: Path, name: str) -> Path:
    """Return a folder below `root`, which is made, like those above it, if there is none.

    Raises:
        IntegrityError: it leads out of `root` or over a link.
        OSError: it cannot be made.
    """
    path = inside(root, name)
    root.mkdir(parents=True, exist_ok=True)
    if not _WALKS:
        path.mkdir(parents=True, exist_ok=True)
        return path
    with _folder(root, name.split("/"), make=True):
        return path


def create(path: Path) -> BufferedWriter:
    """Open a new file for writing; a file or a link of that name is removed, and never written into.

    Raises:
        IntegrityError: something that is neither has the name.
        OSError: it cannot be made.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return os.fdopen(os.open(path, _NEW, 0o666), "wb")
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise _is_odd(path, mode)
    path.unlink()
    return os.fdopen(os.open(path, _NEW, 0o666), "wb")


def append(path: Path) -> BufferedWriter:
    """Open a file to write on at its end.

    Raises:
        IntegrityError: it is a link, a pipe, a device …, no regular file.
        OSError: there is none, or it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | _NO_FOLLOW | _NO_WAIT | _CLOSE)
    except OSError as error:
        raise _not_opened(path, error) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise _is_odd(path, mode)
    return os.fdopen(descriptor, "ab")


def open_lock(path: Path, *, make: bool = True) -> int:
    """Open a file to lock it; return its descriptor.

    Args:
        path: of the file.
        make: it, if there is none; else it is opened for reading only.

    Raises:
        IntegrityError: there is a link of that name, or something else that is no file.
        OSError: it cannot be made.
    """
    how = os.O_RDWR | os.O_CREAT if make else os.O_RDONLY
    try:
        descriptor = os.open(path, how | _NO_FOLLOW | _NO_WAIT | _CLOSE, 0o644)
    except OSError as error:
        raise _not_opened(path, error) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise _is_odd(path, mode)
    return descriptor


def create_inside(root: Path, name: str) -> BufferedWriter:
    """Open a new file below `root` for writing, its folders made; a file of that name is replaced, never written into.

    Raises:
        IntegrityError: it leads out of `root` or over a link, or something that is no file has the name.
        OSError: it cannot be made.
    """
    path = inside(root, name)
    root.mkdir(parents=True, exist_ok=True)
    if not _WALKS:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_room(path, None)
        return os.fdopen(os.open(path, _NEW, 0o666), "wb")
    with _folder(root, name.split("/")[:-1], make=True) as folder:
        _make_room(path, folder)
        return os.fdopen(os.open(path.name, _NEW, 0o666, dir_fd=folder), "wb")


def move_inside(root: Path, name: str, to: str) -> None:
    """Give a file below `root` another name below it, its folders made; what has that name is replaced.

    Raises:
        IntegrityError: a name leads out of `root` or over a link.
        OSError: it cannot be moved.
    """
    source, target = inside(root, name), inside(root, to)
    if not _WALKS:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
        return
    with (
        _folder(root, name.split("/")[:-1], make=False) as there,
        _folder(root, to.split("/")[:-1], make=True) as here,
    ):
        os.replace(source.name, target.name, src_dir_fd=there, dst_dir_fd=here)


def _make_room(path: Path, folder: int | None) -> None:
    """Remove the regular file that has the name of a new one: it may be a second name of somebody's file."""
    place = path.name if folder is not None else str(path)
    try:
        mode = os.stat(place, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise _is_link(path)
    if not stat.S_ISREG(mode):
        raise _is_odd(path, mode)
    os.unlink(place, dir_fd=folder)


@contextlib.contextmanager
def _folder(root: Path, parts: list[str], *, make: bool) -> Iterator[int]:
    """Open the folder `parts` below `root`, one after the other, following no link; yield its descriptor."""
    descriptor = os.open(root, _FOLDER)
    try:
        for number, part in enumerate(parts):
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, dir_fd=descriptor)
            try:
                below = os.open(part, _FOLDER | _NO_FOLLOW, dir_fd=descriptor)
            except OSError as error:
                raise _not_opened(root.joinpath(*parts[: number + 1]), error) from error
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def require_plain(root: Path, names: Iterable[str], *, but: str = "") -> None:
    """Walk through files and folders below `root`, those that are there.

    Args:
        root: may be reached by links.
        names: of its entries; others are not looked at.
        but: a folder, by its name below `root`, whose inside is not looked at.

    Raises:
        IntegrityError: one is a link, a pipe, a socket or a device.
    """
    waiting = [name for name in names if os.path.lexists(root / name)]
    while waiting:
        name = waiting.pop()
        path = root / name
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise _is_link(path)
        if stat.S_ISDIR(mode) and name != but:
            with os.scandir(path) as entries:
                waiting += [f"{name}/{entry.name}" for entry in entries if not entry.is_file(follow_symlinks=False)]
        elif not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise _is_odd(path, mode)


def is_regular(path: Path) -> bool:
    """Say whether there is a regular file, and no link to one."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False

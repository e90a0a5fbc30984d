"""Makes a process what it would be elsewhere: with the core's packages alone, without what only POSIX has.

For processes of their own: nothing is undone. They are started as ``python -c "import elsewhere; …"`` with this folder
on the path.
"""

from __future__ import annotations

import functools
import importlib.metadata
import os
import shutil
import stat
import sys
import tomllib
import types
from collections.abc import Callable, Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
OURS = {"musicdata"}


def plain(name: str) -> str:
    """Return the name of a package as indexes compare it."""
    return str(canonicalize_name(name))


@functools.cache
def project() -> dict[str, Any]:
    """Return what `pyproject.toml` says of the project."""
    stated: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return stated


@functools.cache
def required(extra: str = "") -> set[str]:
    """Return the plain names of all packages that musicdata needs, or one of its extras brings beside them."""
    asked = list(project()["dependencies"])
    extras = [extra] if extra else []
    while extras:
        lines = project()["optional-dependencies"][extras.pop()]
        extras += [name for line in lines for name in Requirement(line).extras if plain(Requirement(line).name) in OURS]
        asked += [line for line in lines if plain(Requirement(line).name) not in OURS]
    return set(_closure(asked))


def _closure(asked: list[str]) -> Iterator[str]:
    waiting, seen = [(line, "") for line in asked], set()
    while waiting:
        line, extra = waiting.pop()
        one = Requirement(line)
        if (one.marker and not one.marker.evaluate({"extra": extra})) or (one.name, str(one.extras)) in seen:
            continue
        seen.add((one.name, str(one.extras)))
        yield plain(one.name)
        try:
            needs = importlib.metadata.requires(one.name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        waiting += [(need, of) for need in needs for of in ("", *one.extras)]


def core_alone() -> None:
    """Let nothing be found but the core, what it requires and Python's own."""
    kept = required() | OURS
    brought = importlib.metadata.packages_distributions()
    hidden = {module for module, names in brought.items() if not {plain(name) for name in names} & kept}
    find_spec, find_all = PathFinder.find_spec, importlib.metadata.MetadataPathFinder.find_distributions

    def find(name: str, *more: Any) -> Any:
        return None if name.split(".", maxsplit=1)[0] in hidden else find_spec(name, *more)

    def distributions(*context: Any) -> Any:
        return [found for found in find_all(*context) if plain(found.name) in kept]

    PathFinder.find_spec = find  # type: ignore[method-assign, assignment]
    importlib.metadata.MetadataPathFinder.find_distributions = distributions  # type: ignore[method-assign, assignment]
    loaded = [name for name in sys.modules if name.split(".")[0] in hidden]
    for name in loaded:
        del sys.modules[name]


POSIX_MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog")
POSIX_OF_OS = (
    *("fork", "forkpty", "wait4", "killpg", "getuid", "geteuid", "getgid", "getegid", "setsid", "umask"),
    *("pread", "pwrite", "sched_getaffinity", "sysconf", "pidfd_open", "set_blocking", "mkfifo", "chown"),
    *("O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "O_CLOEXEC", "O_PATH", "O_SYNC", "posix_fadvise", "posix_fallocate"),
)


def no_posix() -> None:
    """Take away what Windows lacks, refuse what it refuses, and put a lock of bytes in place of `flock`.

    What it refuses: to open a folder, to make last what is open for reading only, to remove or rename what is open.
    """
    import fcntl

    sys.modules["msvcrt"] = _msvcrt(fcntl)
    for name in POSIX_MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for name in POSIX_OF_OS:
        if hasattr(os, name):
            delattr(os, name)
    os.supports_dir_fd = set()
    shutil._use_fd_functions = False  # type: ignore[attr-defined]
    _open, _fsync, flags = os.open, os.fsync, fcntl.fcntl

    def opened(path: Any, how: int, *more: Any, **known: Any) -> int:
        if known.get("dir_fd") is not None or Path(path).is_dir():
            raise PermissionError(13, "no folder is opened here", str(path))
        return _open(path, how, *more, **known)

    def fsync(descriptor: int) -> None:
        if flags(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(9, "open for reading only")
        _fsync(descriptor)

    os.open, os.fsync = opened, fsync  # type: ignore[assignment]
    for name in ("unlink", "remove", "rename", "replace", "rmdir"):
        setattr(os, name, _refused_while_open(getattr(os, name)))


def _refused_while_open(real: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(real)
    def call(path: Any, *more: Any, **known: Any) -> None:
        place = os.path.realpath(os.fsdecode(path), strict=False)
        if os.path.lexists(path) and not stat.S_ISLNK(os.lstat(path).st_mode):
            for link in Path("/proc/self/fd").iterdir():
                there = os.path.realpath(link)
                if there == place or there.startswith(f"{place}/"):
                    raise PermissionError(13, f"{real.__name__}: {there} is open in this process", place)
        real(path, *more, **known)

    return call


def _msvcrt(fcntl: types.ModuleType) -> types.ModuleType:
    """Return what locks as the module of Windows does, by a lock of the whole file for one that opened it."""
    module = types.ModuleType("msvcrt")
    how = {"LK_UNLCK": fcntl.LOCK_UN, "LK_NBLCK": fcntl.LOCK_EX | fcntl.LOCK_NB}

    def locking(descriptor: int, mode: str, _n_bytes: int) -> None:
        try:
            fcntl.flock(descriptor, how[mode])
        except BlockingIOError as error:
            raise PermissionError(13, "locked") from error

    module.locking = locking  # type: ignore[attr-defined]
    for name in how:
        setattr(module, name, name)
    return module

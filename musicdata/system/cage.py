"""Takes rights away from a thread, for good, and so from every program that it starts: Linux' Landlock and seccomp.

    files      Landlock: what is not named can be neither read, run, listed nor written (Linux 5.13; all of it 6.2)
    signals    Landlock: none to processes outside (Linux 6.12)
    sockets    a seccomp filter: no socket is made, of whatever kind, no key ring is asked, no other process looked into

Both need nobody's permission and cannot be undone, not by root either. Nothing but ctypes is used, and no code of ours
runs between fork and exec: the rights are those of the thread that starts the program (`musicdata.system.processes`).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import stat
import struct
import sys
import threading
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every machine
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = (1 << bit for bit in range(4))
_MAKE_DEVICE, _REFER, _TRUNCATE, _IOCTL = 1 << 6, 1 << 13, 1 << 14, 1 << 15
_REFER_FROM_ABI = 2
_READ = _READ_FILE | _READ_DIR
_RUN = _READ | _EXECUTE
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_RIGHTS_OF_ABI = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights there are to take; later ABIs have 16
_CAPABILITY_VERSION = 0x20080522
_POWERS = (19, 21, 38)  # to trace, to administer, to measure: each looks into other processes
_SCOPES = 0b11  # sockets that have no path, signals
_SCOPES_FROM_ABI = 6

# What a program needs to start and run, whoever wrote its input: code and data that come with the system.
_PROGRAMS = (
    *("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64"),
    *("/usr/libexec", "/usr/local/bin", "/usr/local/lib", "/nix/store"),
)
_DATA = (
    *("/usr/share", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload", "/etc/localtime"),
    *("/etc/timidity", "/etc/alternatives", "/dev/zero", "/dev/random", "/dev/urandom"),
)
_NULL = "/dev/null"

# Machine → its name for seccomp, and the numbers of the calls that are refused: socket, socketpair, ptrace,
# process_vm_readv and _writev, add_key, request_key, keyctl.
_MACHINES = {
    "x86_64": (0xC000003E, (41, 53, 101, 310, 311, 248, 249, 250)),
    "aarch64": (0xC00000B7, (198, 199, 117, 270, 271, 217, 218, 219)),
}
_IO_URING_SETUP = 425  # it opens sockets too
_X32 = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000


@dataclass(frozen=True, slots=True)
class Cage:
    """What is left to a program.

    Attributes:
        run: files and folders it may read and run, beside those of the system.
        write: folders in which it may do as it likes.
        sockets: whether it may make any.
        powers: whether root's powers are left, since they are taken otherwise: by a user namespace.
    """

    run: tuple[Path, ...] = ()
    write: tuple[Path, ...] = ()
    sockets: bool = False
    powers: bool = False


def hides_files() -> bool:
    """Say whether the kernel can hide files from a program."""
    return _abi() > 0


@cache
def refuses_sockets() -> bool:
    """Say whether the kernel can refuse sockets to a program; tried in a thread of its own."""
    refused: list[bool] = []

    def attempt() -> None:
        try:
            _refuse_sockets()
        except OSError:
            return
        refused.append(True)

    _in_a_thread(attempt)
    return bool(refused)


def close(cage: Cage) -> None:
    """Take everything but what the cage leaves from this thread, as far as the kernel can.

    Raises:
        OSError: the kernel can, but did not.
    """
    if hides_files():
        _hide_files(cage)
    if not cage.powers:
        _drop(*_POWERS)
    if not cage.sockets and refuses_sockets():
        _refuse_sockets()


def part() -> None:
    """Part this thread, and every one it starts, from processes outside: their memory and variables are out of reach.

    Files stay as they are: all that is taken is the making of device files, without which there would be no parting.
    """
    if hides_files():
        moves = _REFER if _abi() >= _REFER_FROM_ABI else 0  # else nothing could be moved from folder to folder
        _restrict(_MAKE_DEVICE | moves, 0, [("/", moves)] if moves else [])
        _drop(*_POWERS)


def _drop(*capabilities: int) -> None:
    """Give up these of root's powers: with them Landlock would not keep this thread from looking into others."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    held = ctypes.create_string_buffer(24)  # effective, permitted, inheritable, twice: the low 32 and the high
    if _libc().capget(header, held) != 0:
        return
    sets = list(struct.unpack("=6I", held.raw))
    for capability in capabilities:
        for number in range(3):
            sets[3 * (capability // 32) + number] &= ~(1 << capability % 32)
    _libc().capset(header, struct.pack("=6I", *sets))


def _in_a_thread(call: Callable[[], None]) -> None:
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _syscall(number: int, *arguments: object) -> int:
    result: int = _libc().syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _prctl(option: int, *arguments: object) -> None:
    if _libc().prctl(option, *arguments) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@cache
def _abi() -> int:
    if sys.platform != "linux":  # elsewhere the number is another call's
        return 0
    try:
        return _syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION_FLAG))
    except OSError:  # an older kernel, or a container that forbids it
        return 0


def _hide_files(cage: Cage) -> None:
    handled = (1 << _RIGHTS_OF_ABI.get(_abi(), 16)) - 1
    scoped = 0 if cage.sockets or _abi() < _SCOPES_FROM_ABI else _SCOPES
    _restrict(handled, scoped, _rules(cage, handled))


def _restrict(handled: int, scoped: int, rules: Iterable[tuple[str | Path, int]]) -> None:
    attributes = struct.pack("=QQQ", handled, 0, scoped)[: 24 if scoped else 8]
    ruleset = _syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0))
    try:
        for path, rights in rules:
            _allow(ruleset, path, rights & handled)
        _prctl(_PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0)))
        _syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint(0))
    finally:
        os.close(ruleset)


def _rules(cage: Cage, handled: int) -> Iterator[tuple[str | Path, int]]:
    yield from ((path, _RUN) for path in _there(_PROGRAMS))
    yield from ((path, _READ) for path in _there(_DATA))
    yield _NULL, _READ_FILE | _WRITE_FILE | _TRUNCATE
    yield from ((path, _RUN) for path in cage.run)
    yield from ((path, handled & ~_IOCTL) for path in cage.write)


@cache
def _there(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(path for path in paths if os.path.exists(path))  # noqa: PTH110 - a hundred times a build


def _allow(ruleset: int, path: str | Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_A_FILE
        attributes = struct.pack("=Qi", rights, place)
        _syscall(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), attributes, ctypes.c_uint(0))
    finally:
        os.close(place)


def _refuse_sockets() -> None:
    machine, calls = _MACHINES.get(platform.machine(), (0, ()))
    if not calls or sys.platform != "linux":
        raise OSError(errno.ENOSYS, f"no list of system calls for {platform.machine()}")
    filter_ = _filter(machine, (*calls, _IO_URING_SETUP))
    code = ctypes.create_string_buffer(filter_)
    program = struct.pack("@HP", len(filter_) // 8, ctypes.addressof(code))
    _prctl(_PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0)))
    _prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), program)


def _filter(machine: int, calls: tuple[int, ...]) -> bytes:
    """Return a filter of system calls: these and those of other machines fail as if there were no network."""
    refuse = len(calls) + 3  # lines from the second to the last
    lines = [(_LOAD, 0, 0, 4), (_EQUAL, 0, refuse, machine), (_LOAD, 0, 0, 0), (_AT_LEAST, refuse - 2, 0, _X32)]
    lines += [(_EQUAL, len(calls) - number, 0, call) for number, call in enumerate(calls)]
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERRNO | errno.ENETUNREACH)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)

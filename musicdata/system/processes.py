"""Starts other programs: the only module that does.

A renderer reads text that came from somebody else's file, so it runs fenced in (`run`):

- an argument list, never a shell; a nearly empty environment, so that no key can leak; standard input closed;
- a private folder; limits on processor time, memory, file size and open files; a wall-clock deadline;
- a session of its own, killed as a group at the deadline, on Ctrl-C and on any other exception, and a
  parent-death signal, so that nothing is left behind when this process is killed;
- where the kernel lets us (`isolation` says), a user and a network namespace: no network, and none of root's
  powers over other people's files;
- where the kernel lets us, a cage (`musicdata.system.cage`): programs and libraries of the system, what the caller
  lists and the private folder are all there is; no socket, no signal to others.

`MUSICDATA_SANDBOX` says what happens where the kernel does not: `auto` does without, `required` runs nothing, `off`
does without namespaces and cage in any case.

The fence is made of util-linux programs that exec one another and vanish: 3 ms of processor time a start; the cage
takes 1 ms. LilyPond's own `-dsafe` was removed in 2.23.12 because it gave a false sense of security (CVE-2020-17354);
the first line of defence stays the text itself (`score.quote`).

Worker processes of the executor are our own code: `start`. They get the environment that they are given.
"""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import selectors
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata import settings
from musicdata.errors import SetupError, StorageError
from musicdata.settings import Sandbox
from musicdata.system import cage
from musicdata.system.cage import Cage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

KEPT_BYTES = 1 << 20  # of each output stream; the rest is read and thrown away
SYSTEM_PATH = "/usr/bin:/bin:/usr/sbin:/sbin"
LEAST_FREE_BYTES = 4 << 20  # the file that did not fit is gone by the time we look
OutOfTimeError = subprocess.TimeoutExpired
"""What `communicate` of a process that was started raises when its time is over."""

FULL_DISK = ("No space left on device", "Disk quota exceeded")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process may use; the kernel stops it beyond that.

    Attributes:
        cpu_s: seconds of processor time.
        memory_bytes: address space.
        file_bytes: size of any one file it writes.
        open_files: file descriptors open at once.
    """

    cpu_s: int = 120
    memory_bytes: int = 2 << 30
    file_bytes: int = 256 << 20
    open_files: int = 256


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended.

    Attributes:
        returncode: its exit status; minus the signal's number when a signal ended it.
        stdout: what it printed, the first `KEPT_BYTES`; undecodable bytes replaced. The same for `stderr`.
        cpu_s: processor time it used, user and system.
        timed_out: whether the deadline passed.
    """

    returncode: int
    stdout: str
    stderr: str
    cpu_s: float
    timed_out: bool

    def __str__(self) -> str:
        """Says in a few words how it ended, for error messages."""
        if self.timed_out:
            return "was stopped at the deadline"
        if self.returncode < 0:
            return f"was killed by {signal.Signals(-self.returncode).name}"
        return f"ended with exit status {self.returncode}"


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    deadline_s: float,
    limits: Limits | None = None,
    env: Mapping[str, str] | None = None,
    fixed_addresses: bool = False,
    reads: Sequence[Path] = (),
) -> Finished:
    """Runs one program to its end, fenced in, and kills whatever it leaves behind.

    Args:
        argv: the program's absolute path and its arguments.
        cwd: the private folder it works in; also its HOME.
        deadline_s: wall-clock seconds after which it is killed.
        limits: what it may use.
        env: variables it needs beyond HOME and LANG.
        fixed_addresses: switches address-space randomisation off where the machine allows it.
        reads: files and folders it needs beyond its own file and what comes with the system.

    Raises:
        SetupError: the program or the fence's own programs are missing, or a sandbox is required and cannot be had.
        UsageError: MUSICDATA_SANDBOX says something else.
    """
    sandbox = settings.sandbox()
    command = [*_fence(argv[0], limits or Limits(), fixed_addresses, sandbox), *argv]

    def launch() -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - an argument list that we made, no shell
            command,
            cwd=cwd,
            env={"HOME": str(cwd), "LANG": "C.UTF-8", **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    with _caged(launch, _cage_of(Path(argv[0]), cwd, reads, sandbox)) as process, process:
        outputs: list[bytearray] = [bytearray(), bytearray()]
        try:
            in_time = _collect(process, outputs, deadline_s)
        finally:
            cpu_s = _end(process)
        _collect_rest(process, outputs)
    stdout, stderr = (bytes(kept).decode("utf-8", "replace") for kept in outputs)
    return Finished(process.returncode, stdout, stderr, cpu_s, timed_out=not in_time)


def start(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None) -> subprocess.Popen[bytes]:
    """Starts one of our own worker processes: pipes on stdin and stdout, stderr inherited, this environment.

    It gets its own process group, so that Ctrl-C reaches only the main process, and dies with the *thread*
    that called this (the kernel's parent-death signal goes by thread): call it from one that outlives it.
    """
    return subprocess.Popen(  # noqa: S603 - an argument list that we made, no shell
        [_tool("setpriv"), "--pdeathsig", "KILL", "--", *argv],
        cwd=cwd,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        process_group=0,
    )


def isolation(program: Path | None = None) -> dict[str, bool]:
    """Says what fences `program` in on this machine, for the record of how a data set was made."""
    path = str(program or _tool("true"))
    is_on = settings.sandbox() is not Sandbox.OFF
    return {
        "limits": True,
        "dies_with_parent": True,
        "own_network_and_user": is_on and _can_unshare(path),
        "files_hidden": is_on and cage.hides_files(),
        "no_sockets": is_on and cage.refuses_sockets(),
        "fixed_addresses": _can_fix_addresses(),
    }


def part_from_others() -> None:
    """Parts this process, which must have one thread, from all but those it starts: it cannot look into them."""
    if settings.sandbox() is not Sandbox.OFF:
        cage.part()


def confine_self(*, reads: Sequence[Path], writes: Sequence[Path]) -> None:
    """Leaves this process, which must have one thread, these places and no others; sockets stay.

    Raises:
        SetupError: a sandbox is required and cannot be had.
    """
    sandbox = settings.sandbox()
    if sandbox is not Sandbox.OFF:
        _require(sandbox, cage.hides_files(), "hide files from a program (Landlock)")
        cage.close(Cage(run=tuple(reads), write=tuple(writes), sockets=True))


@contextlib.contextmanager
def private_folder(parent: Path | None, prefix: str) -> Iterator[Path]:
    """Makes a folder for one run and removes it afterwards; a full disk inside becomes a StorageError."""
    try:
        with tempfile.TemporaryDirectory(dir=parent, prefix=prefix) as name:
            yield Path(name).resolve()
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise _full(parent or Path(tempfile.gettempdir())) from error
        raise


def raise_if_full(folder: Path, said: str) -> None:
    """Raises StorageError when a program failed for lack of space: the disk is full or it says so."""
    if shutil.disk_usage(folder).free < LEAST_FREE_BYTES or any(phrase in said for phrase in FULL_DISK):
        raise _full(folder.parent)


def _full(folder: Path) -> StorageError:
    free = shutil.disk_usage(folder).free
    return StorageError(
        f"the disk holding {folder} is full ({free:,} bytes free): free some space, then run the same command"
    )


class _Cage:
    """The thread in which a program is started: it gives up its rights, and the program inherits what is left.

    It stays until the program has ended, since the kernel's parent-death signal goes by thread.
    """

    def __init__(self, launch: Callable[[], subprocess.Popen[bytes]], left: Cage) -> None:
        self._launch = launch
        self._left = left
        self._born: queue.SimpleQueue[subprocess.Popen[bytes] | BaseException] = queue.SimpleQueue()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> subprocess.Popen[bytes]:
        self._thread.start()
        try:
            born = self._born.get()
        except BaseException:
            self._over.set()
            raise
        if isinstance(born, BaseException):
            raise born
        return born

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            cage.close(self._left)
            self._born.put(self._launch())
        except BaseException as error:  # noqa: BLE001 - it is raised again where the program was asked for
            self._born.put(error)
            return
        self._over.wait()


def _caged(
    launch: Callable[[], subprocess.Popen[bytes]], left: Cage | None
) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    return contextlib.nullcontext(launch()) if left is None else _Cage(launch, left)


def _cage_of(program: Path, folder: Path, reads: Sequence[Path], sandbox: Sandbox) -> Cage | None:
    """Return what is left to a program; None where it is not caged."""
    if sandbox is Sandbox.OFF:
        return None
    _require(sandbox, cage.hides_files(), "hide files from a program (Landlock)")
    _require(sandbox, cage.refuses_sockets(), "refuse sockets to a program (seccomp)")
    if not (cage.hides_files() or cage.refuses_sockets()):
        return None
    own = program.resolve()
    reads = (program, own, own.parent.parent / "lib", *reads)
    return Cage(run=tuple(reads), write=(folder,), powers=_can_unshare(str(program)))


def _require(sandbox: Sandbox, has_it: bool, what: str) -> None:
    if sandbox is Sandbox.REQUIRED and not has_it:
        raise SetupError(
            f"MUSICDATA_SANDBOX=required, and this kernel or container does not let us {what}: use a newer one, or do "
            "without with MUSICDATA_SANDBOX=auto"
        )


def _fence(program: str, limits: Limits, fixed_addresses: bool, sandbox: Sandbox) -> list[str]:
    if not os.access(program, os.X_OK):
        raise SetupError(f"{program} is missing or is not a program: install it and try again")
    fence: list[str] = []
    if sandbox is not Sandbox.OFF and _can_unshare(program):
        fence += [_tool("unshare"), "--user", "--net", "--"]
    # After unshare: a process that enters a user namespace loses its parent-death signal.
    fence += [_tool("setpriv"), "--pdeathsig", "KILL", "--"]
    fence += [
        _tool("prlimit"),
        f"--cpu={limits.cpu_s}",
        f"--as={limits.memory_bytes}",
        f"--fsize={limits.file_bytes}",
        f"--nofile={limits.open_files}",
        "--core=0",
        "--",
    ]
    if fixed_addresses and _can_fix_addresses():
        fence += [_tool("setarch"), "-R", "--"]
    return fence


@cache
def _tool(name: str) -> str:
    if not hasattr(os, "pidfd_open"):
        raise SetupError(
            "programs and workers are started fenced in by means that only Linux has: build and crawl on Linux. "
            "Releases are read, verified, compared, exported and published on any system"
        )
    path = shutil.which(name, path=SYSTEM_PATH)
    if path is None:
        raise SetupError(f"the program {name} is missing: apt-get install util-linux coreutils")
    return path


@cache
def _can_unshare(program: str) -> bool:
    """Tries the namespaces on the program itself: without root's powers it may turn out unreadable."""
    return shutil.which("unshare", path=SYSTEM_PATH) is not None and _works(
        [_tool("unshare"), "--user", "--net", "--", _tool("test"), "-x", program]
    )


@cache
def _can_fix_addresses() -> bool:
    return shutil.which("setarch", path=SYSTEM_PATH) is not None and _works([_tool("setarch"), "-R", _tool("true")])


def _works(command: list[str]) -> bool:
    trial = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=10, check=False)  # noqa: S603
    return trial.returncode == 0


def _collect(process: subprocess.Popen[bytes], outputs: list[bytearray], deadline_s: float) -> bool:
    """Reads both streams until the program ends or the deadline passes; False means the deadline."""
    end_s = time.monotonic() + deadline_s
    ended = os.pidfd_open(process.pid)
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(ended, selectors.EVENT_READ)
            for stream, kept in zip((process.stdout, process.stderr), outputs, strict=True):
                assert stream is not None
                os.set_blocking(stream.fileno(), False)
                selector.register(stream, selectors.EVENT_READ, kept)
            while ready := selector.select(max(0.0, end_s - time.monotonic())):
                for key, _ in ready:
                    if key.fd == ended:
                        return True
                    if not _keep(key.fd, key.data):
                        selector.unregister(key.fileobj)
        return False
    finally:
        os.close(ended)


def _keep(fd: int, kept: bytearray) -> bool:
    """Reads what waits on `fd`, keeps what there is room for, says whether there may be more."""
    try:
        chunk = os.read(fd, KEPT_BYTES)
    except BlockingIOError:
        return False
    kept += chunk[: max(0, KEPT_BYTES - len(kept))]
    return bool(chunk)


def _collect_rest(process: subprocess.Popen[bytes], outputs: list[bytearray]) -> None:
    for stream, kept in zip((process.stdout, process.stderr), outputs, strict=True):
        assert stream is not None
        _keep(stream.fileno(), kept)


def _end(process: subprocess.Popen[bytes]) -> float:
    """Kills what still runs of the program's group and returns the processor time the program used."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime

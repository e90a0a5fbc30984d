"""Worker processes on this machine, spoken to in JSON lines over their standard input and output."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import selectors
import signal
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from musicdata.engine.executor import DIED, MEMORY, Outcome, Place
from musicdata.settings import environment
from musicdata.system import memory, processes

if TYPE_CHECKING:
    from subprocess import Popen
    from types import TracebackType

    from musicdata.engine.executor import Handle, Spec

_LEAVE_S = 5.0
_LEAVE_POLL_S = 0.005
_MEMORY_POLL_S = 0.1  # in which a process can take some hundred megabytes
# -P: nothing is imported from the current folder, which may hold somebody's files.
_WORKER = (sys.executable, "-P", "-m", "musicdata.engine.worker")


@dataclass(slots=True)
class _Worker:
    process: Popen[bytes]
    running: tuple[Handle, Spec] | None = None
    unread: bytes = b""


class LocalExecutor:
    """Worker processes of this machine, `workers` at most, that start when first needed and die with this one."""

    def __init__(self, workers: int) -> None:
        self._limit = workers
        self._handles = itertools.count()
        self._queue: deque[tuple[Handle, Spec]] = deque()
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()

    def submit(self, spec: Spec) -> Handle:
        """Take a spec; it starts as soon as a worker is free."""
        handle = next(self._handles)
        self._queue.append((handle, spec))
        self._feed()
        return handle

    def wait(self, timeout_s: float) -> list[Outcome]:
        """Return what has ended, waiting up to `timeout_s` for the first."""
        outcomes: list[Outcome] = []
        end_s = time.monotonic() + timeout_s
        while not outcomes and (left_s := end_s - time.monotonic()) > 0:
            for key, _ in self._selector.select(min(left_s, _MEMORY_POLL_S)):
                outcomes += self._receive(key.data)
            outcomes += self._end_the_greedy()
        self._feed()
        return outcomes

    def _end_the_greedy(self) -> list[Outcome]:
        """End workers that take more memory than they may, and the largest one before the machine has none left."""
        busy = [(memory.resident_bytes(worker.process.pid), worker) for worker in self._workers if worker.running]
        greedy = [(taken, worker) for taken, worker in busy if 0 < _allowed(worker) < taken]
        if not greedy and busy and memory.left_bytes() < memory.reserve_bytes():
            largest = max(busy, key=lambda known: known[0])
            greedy = [largest] if largest[0] > memory.reserve_bytes() else []
        outcomes = []
        for taken, worker in greedy:
            assert worker.running is not None, "only busy workers are looked at"
            message = f"it took more than {_allowed(worker) >> 20:,} MB of memory"
            if not 0 < _allowed(worker) < taken:
                message = "it took more memory than this machine had left"
            outcomes.append(Outcome(*worker.running, error=MEMORY, message=message))
            self._drop(worker)
        return outcomes

    def cancel(self, handle: Handle, *, force: bool) -> None:
        """Take back a spec that has not started; with `force`, kill the worker of one that has."""
        self._queue = deque(entry for entry in self._queue if entry[0] != handle)
        for worker in list(self._workers):
            if force and worker.running and worker.running[0] == handle:
                self._drop(worker)

    def __enter__(self) -> LocalExecutor:
        """Return the executor; workers start when there is work."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every worker: politely when all went well, at once otherwise."""
        if error is None:
            for worker in self._workers:
                _stream(worker.process.stdin).close()
            deadline = time.monotonic() + _LEAVE_S
            while time.monotonic() < deadline and any(w.process.poll() is None for w in self._workers):
                time.sleep(_LEAVE_POLL_S)
        for worker in list(self._workers):
            self._drop(worker)
        self._selector.close()

    def _feed(self) -> None:
        while self._queue:
            worker = next((w for w in self._workers if w.running is None), None)
            if worker is None:
                if len(self._workers) >= self._limit:
                    return
                worker = self._hire()
            handle, spec = self._queue.popleft()
            worker.running = (handle, spec)
            pipe = _stream(worker.process.stdin)
            with contextlib.suppress(BrokenPipeError):  # a dead worker shows at its output
                pipe.write(json.dumps(asdict(spec)).encode() + b"\n")
                pipe.flush()

    def _hire(self) -> _Worker:
        worker = _Worker(processes.start(_WORKER, env=environment.for_workers(), cwd=Path.cwd()))
        os.set_blocking(_stream(worker.process.stdout).fileno(), False)
        self._selector.register(_stream(worker.process.stdout), selectors.EVENT_READ, worker)
        self._workers.append(worker)
        return worker

    def _receive(self, worker: _Worker) -> list[Outcome]:
        chunk = _stream(worker.process.stdout).read()
        worker.unread += chunk or b""
        *lines, worker.unread = worker.unread.split(b"\n")
        outcomes = []
        for line in lines:
            if worker.running is not None:
                outcomes.append(Outcome(*worker.running, **json.loads(line)))
                worker.running = None
        if chunk == b"":
            if worker.running is not None:
                code = worker.process.wait()
                facts = {"signal": -code} if code < 0 else {}
                outcomes.append(Outcome(*worker.running, error=DIED, message=_cause_of_death(code), facts=facts))
            self._drop(worker)
        return outcomes

    def _drop(self, worker: _Worker) -> None:
        self._selector.unregister(_stream(worker.process.stdout))
        self._workers.remove(worker)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.process.pid, signal.SIGKILL)
        worker.process.wait()
        for stream in (worker.process.stdin, worker.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                _stream(stream).close()


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None, "workers are started with pipes"
    return stream


def _allowed(worker: _Worker) -> int:
    return worker.running[1].memory_bytes if worker.running else 0


def _cause_of_death(code: int) -> str:
    if code == -signal.SIGKILL:
        return "a worker was killed; the machine may be short of memory (try --workers 1)"
    return f"a worker ended with {code}"


EXECUTOR = Place("local", LocalExecutor)

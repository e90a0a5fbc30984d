"""A fault at every call of a build that changes the disk, as SQLite's crash tests do it.

    python -m tests.faults.commit_points FOLDER crash|full|full-once STEP

Builds reading, grouping and windows in forked processes, one for each n-th call: there the process dies (`crash`), or
the disk is full from then on (`full`) or that once (`full-once`). Then the same build runs again without a fault. One
JSON line a point says what was wrong; the last one how many calls there are. With the executor below, the calls of
the engine and of the worker are one sequence.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

import musicdata.definitions.stage
from musicdata.definitions import recipe
from musicdata.engine import worker
from musicdata.engine.build import Build
from musicdata.engine.executor import Handle, Outcome, Spec
from musicdata.engine.progress import Progress
from musicdata.errors import MusicdataError
from musicdata.music.text import language
from musicdata.workspace.folder import Workspace
from tests.faults import harness
from tests.faults.trials import small_input
from tests.recipes import TO_WINDOWS, write_recipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_CHANGES = ("fsync", "replace", "link", "unlink", "rmdir", "mkdir", "pwrite", "ftruncate", "open")
_NEEDS_ROOM = ("fsync", "replace", "link", "mkdir", "pwrite")
# A disk that was full once may not be noticed: making a folder that is there fails without harm.
_ENDS = {"crash": {-signal.SIGKILL}, "full": {4}, "full-once": {4, 0}}


class InProcess:
    """Computes specs where it stands, when asked for what has ended."""

    def __init__(self) -> None:
        self._queue: deque[tuple[Handle, Spec]] = deque()
        self._submitted = 0

    def submit(self, spec: Spec) -> Handle:
        """Take a spec."""
        self._submitted += 1
        self._queue.append((self._submitted, spec))
        return self._submitted

    def wait(self, timeout_s: float) -> list[Outcome]:
        """Compute the first of the queue."""
        handle, spec = self._queue.popleft()
        return [Outcome(handle, spec, **worker.answer(spec))]

    def cancel(self, handle: Handle, *, force: bool) -> None:
        """Take back a spec."""
        self._queue = deque(entry for entry in self._queue if entry[0] != handle)

    def __enter__(self) -> InProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: there is no process to end."""


def build(resolved: recipe.Recipe, work: Path) -> int:
    """Build as the command does; return its exit code."""
    workspace = Workspace(work)
    try:
        with workspace.hold("a trial"), InProcess() as executor:
            workspace.write_text(work / "recipe.toml", resolved.toml())
            Build(resolved, workspace, executor, 1, Progress()).run()
    except MusicdataError as error:
        return error.exit_code
    return 0


class Fault:
    """Counts the calls that change the disk, and makes the n-th one fail."""

    def __init__(self, kind: str, point: int) -> None:
        self.kind = kind
        self.point = point
        self.calls = 0

    def arm(self) -> None:
        """Put a counter before each of the calls."""
        for name in _CHANGES if self.kind == "crash" else _NEEDS_ROOM:
            setattr(os, name, self._before(getattr(os, name)))

    def _before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls == self.point and self.kind == "crash":
                os.kill(os.getpid(), signal.SIGKILL)
            if self.calls == self.point or (self.kind == "full" and self.calls > self.point > 0):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return call(*args, **kwargs)

        return counted


def in_child(act: Callable[[], int]) -> int:
    """Run something in a forked process; return its exit code, minus the signal that ended it."""
    child = os.fork()
    if not child:
        code = 99
        try:
            code = act()
        except BaseException:  # noqa: BLE001 - whatever it is, it must not go on in this copy of the parent
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def tried(kind: str, step: int) -> tuple[list[dict[str, Any]], int]:
    """Try every `step`-th point in a process of its own; return what was found at each, and how many there are."""
    memory = Path("/dev/shm")  # where syncing costs nothing
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        command = [sys.executable, "-m", "tests.faults.commit_points", folder, kind, str(step)]
        root = Path(__file__).parents[2]
        done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True)
    *points, last = map(json.loads, done.stdout.splitlines())
    return points, last["calls"]


def main(folder: Path, kind: str, step: int) -> None:
    """Try every `step`-th point."""
    write_recipe(folder, *TO_WINDOWS, name="recipe", window="notes = 10")
    source = small_input(folder / "songs")
    resolved = recipe.load(str(folder / "recipe.toml"), [f'ingest.songs.input="{source}"'])
    musicdata.definitions.stage.STAGES.all()
    language.detect("loads what it needs")  # before the forks, once for all

    def counted(fault: Fault, work: Path) -> int:
        fault.arm()
        code = build(resolved, work)
        (folder / "calls").write_text(str(fault.calls))
        return code

    assert in_child(lambda: counted(Fault(kind, 0), folder / "reference")) == 0
    expected, n_calls = harness.tree(folder / "reference"), int((folder / "calls").read_text())
    for point in range(1, n_calls + 1, step):
        work = folder / f"work{point}"
        faulty = Fault(kind, point)
        code = in_child(lambda faulty=faulty, work=work: counted(faulty, work))  # type: ignore[misc]
        faults = [f"torn: {path}" for path in harness.torn(work)]
        if code not in _ENDS[kind]:
            faults.append(f"ended with {code}")
        again = in_child(lambda work=work: build(resolved, work))  # type: ignore[misc]
        faults += [f"ended with {again} when run again"] if again else []
        faults += [f"differs: {name}" for name in harness.differences(work, expected)]
        print(json.dumps({"point": point, "faults": faults}), flush=True)
        shutil.rmtree(work)
    print(json.dumps({"calls": n_calls}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))

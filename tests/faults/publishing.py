"""Publishes and fetches a release in processes that are killed, and looks at what is left.

    python -m tests.faults.publishing                                                       # publishes what lines say
    python -m tests.faults.publishing RELEASE FOLDER crash|full|full-once publish|fetch STEP

The second publishes (or fetches) in forked processes, one for each n-th call that changes the disk: there the process
dies, or the disk is full from then on, or that once; then the same is done again without a fault.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from musicdata.errors import MusicdataError
from musicdata.release.publish.fetch import fetch
from musicdata.release.record import layout
from tests.faults import commit_points
from tests.release.publish import made_up

_PATIENCE_S = 60.0
_ENDS = {"crash": {-9}, "full": {4}, "full-once": {4, 0}}
Look = Callable[[], dict[str, bytes]]
"""Returns path → bytes of everything at a target."""


def write_release(root: Path, n_files: int = 24) -> Path:
    """Write a release of small files."""
    made_up.write_release(root, more={f"data/more/{n:03d}.bin": bytes([n]) * 5000 for n in range(n_files)})
    return root


@dataclass
class Trial:
    """What became of one kill: whether it came before the end, and what was wrong afterwards."""

    seed: int
    landed: bool = False
    faults: list[str] = field(default_factory=list)


def trials(seeds: range, folder: Path, url_of: Callable[[int], str], look_of: Callable[[int], Look]) -> Iterator[Trial]:
    """Kill a publication at a random moment for each seed, and publish again.

    Args:
        seeds: decide the moments.
        folder: to work in.
        url_of: seed → where to publish to.
        look_of: seed → what looks at that place; paths are relative to it.
    """
    release = write_release(folder / "release")
    whole = {f"musictm/1.0.0/{path}": data for path, data in made_up.tree(release).items()}
    with Server() as server:
        length_s = min(server.run(release, url_of(seed), folder / f"records{seed}")[0] for seed in (-1, -2))
        for seed in seeds:
            trial = Trial(seed)
            records = folder / f"records{seed}"
            moment_s = random.Random(seed).uniform(0, length_s)
            took_s, code = server.run(release, url_of(seed), records, moment_s)
            trial.landed = code == -signal.SIGKILL
            length_s = length_s if trial.landed else min(length_s, took_s)  # the disk is not always as busy
            trial.faults += torn(look_of(seed)(), whole)
            _, code = server.run(release, url_of(seed), records)
            trial.faults += [f"ended with {code} when run again"] if code else []
            trial.faults += differences(look_of(seed)(), whole)
            trial.faults += [] if (records / "musictm/1.0.0.json").is_file() else ["no record"]
            trial.faults += [f"litter: {path}" for path in records.rglob(".*")]
            yield trial


def torn(found: dict[str, bytes], whole: dict[str, bytes]) -> list[str]:
    """Name the files that are not whole, and say if the version looks published while it lacks some."""
    wrong = [f"torn: {path}" for path, data in found.items() if path in whole and data != whole[path]]
    wrong += [f"foreign: {path}" for path in found if path.startswith("musictm/1.0.0/") and path not in whole]
    if f"musictm/1.0.0/{layout.RECORD}" in found:
        wrong += [f"published without {path}" for path in whole.keys() - found.keys()]
    return wrong


def differences(found: dict[str, bytes], whole: dict[str, bytes]) -> list[str]:
    """Name what there is more, less, or with other bytes."""
    return sorted(f"differs: {path}" for path in found.keys() | whole.keys() if found.get(path) != whole.get(path))


class Server:
    """Publishes in forks of one process that has loaded everything, so that a trial costs no start."""

    def __enter__(self) -> Server:
        """Start it."""
        root, pipe = Path(__file__).parents[2], subprocess.PIPE
        command = [sys.executable, "-m", "tests.faults.publishing"]
        self._process = subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, text=True)
        assert self._read() == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.communicate(timeout=_PATIENCE_S)

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def run(self, release: Path, url: str, records: Path, kill_after_s: float | None = None) -> tuple[float, int]:
        """Publish, and kill it after a while; return the seconds it took, and how it ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([str(release), url, str(records)]) + "\n")
        self._process.stdin.flush()
        child = int(self._read())
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            os.kill(child, signal.SIGKILL)  # it is there until its parent is asked what became of it
        self._process.stdin.write("wait\n")
        self._process.stdin.flush()
        return float(self._read()), int(self._read())


def serve() -> None:
    """Publish whatever a line says in a fork; say its process, the seconds it took, and how it ended."""
    import s3fs  # noqa: F401 - loaded before the forks

    print("ready", flush=True)
    for line in sys.stdin:
        release, url, records = json.loads(line)
        begin_s = time.monotonic()
        child = os.fork()
        if not child:
            code = 99  # whatever it is that went wrong, it must not go on in this copy of the server
            try:
                code = _ended(lambda: made_up.send(Path(release), url, Path(records)))  # noqa: B023 - runs at once
            finally:
                os._exit(code)
        print(child, flush=True)
        sys.stdin.readline()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(time.monotonic() - begin_s, code, sep="\n", flush=True)


class Fault(commit_points.Fault):
    """Counts renames too."""

    def arm(self) -> None:
        """Put a counter before each of the calls."""
        super().arm()
        setattr(os, "rename", self._before(os.rename))  # noqa: B010 - as its base does


def points(kind: str, what: str, step: int) -> tuple[list[dict[str, Any]], int]:
    """Try every `step`-th call; return what was found at each, and how many there are."""
    memory = Path("/dev/shm")  # where syncing costs nothing
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        release = write_release(Path(name) / "release", 2)
        command = [sys.executable, "-m", "tests.faults.publishing", str(release), name]
        root = Path(__file__).parents[2]
        done = subprocess.run(
            [*command, kind, what, str(step)], cwd=root, stdout=subprocess.PIPE, text=True, check=True
        )
    *found, last = map(json.loads, done.stdout.splitlines())
    return found, last["calls"]


def _try_points(release: Path, folder: Path, kind: str, what: str, step: int) -> None:
    os.environ["MUSICDATA_HOME"] = str(folder / "home")
    act = _publishing(release) if what == "publish" else _fetching(release, folder)
    whole = made_up.tree(release)

    def counted(fault: Fault, place: Path) -> int:
        fault.arm()
        code = act(place)
        (folder / "calls").write_text(str(fault.calls))
        return code

    _warm(release, folder)
    assert commit_points.in_child(lambda: counted(Fault(kind, 0), folder / "reference")) == 0
    n_calls = int((folder / "calls").read_text())
    for point in range(1, n_calls + 1, step):
        place = folder / f"place{point}"
        fault = Fault(kind, point)
        code = commit_points.in_child(lambda fault=fault, place=place: counted(fault, place))  # type: ignore[misc]
        faults = [f"torn: {path}" for path, data in _released(place).items() if whole.get(path) != data]
        faults += [f"ended with {code}"] if code not in _ENDS[kind] else []
        again = commit_points.in_child(lambda place=place: act(place))  # type: ignore[misc]
        faults += [f"ended with {again} when run again"] if again else []
        faults += differences(_released(place), whole) + _litter(place)
        print(json.dumps({"point": point, "faults": faults}), flush=True)
        shutil.rmtree(place)
    print(json.dumps({"calls": n_calls}))


def _released(place: Path) -> dict[str, bytes]:
    """Return the files in the folders that have the name of a version, published or fetched."""
    folders = [path for path in place.rglob("1.0.0*") if path.is_dir()]
    return {path: data for folder in folders for path, data in made_up.tree(folder).items()}


def _litter(place: Path) -> list[str]:
    return [f"litter: {path}" for path in place.rglob(".*") if path.suffix != ".lock"]


def _publishing(release: Path) -> Callable[[Path], int]:
    return lambda place: _ended(lambda: made_up.send(release, str(place), place / "records"))


def _fetching(release: Path, folder: Path) -> Callable[[Path], int]:
    records = folder / "records of it"
    made_up.send(release, str(folder / "published"), records)

    def act(place: Path) -> int:
        os.environ["MUSICDATA_HOME"] = str(place)
        return _ended(lambda: fetch("musictm@1.0.0", records_in=records))

    return act


def _ended(act: Callable[[], object]) -> int:
    try:
        act()
    except MusicdataError as error:
        return error.exit_code
    return 0


def _warm(release: Path, folder: Path) -> None:
    """Load what is needed before the forks, once for all."""
    made_up.send(release, str(folder / "warm"), folder / "warm records")
    fetch("musictm@1.0.0", records_in=folder / "warm records")


if __name__ == "__main__":
    if sys.argv[1:]:
        _try_points(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]))
    else:
        serve()

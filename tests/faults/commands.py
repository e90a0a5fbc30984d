"""Kills the commands that follow a build - validate, check, export, takedown - and looks at what is left.

    python -m tests.faults.commands [--full] [--seed N]

Each is killed with -9 at a random moment, then the same command runs to its end: what it made has to be, byte for byte,
what it makes when nothing happens, with nothing beside it, and what it read must be as it was. `--full` kills each 20
times, else three.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import musicdata
import musicdata_baselines
from musicdata.release.making.freeze import freeze
from musicdata_baselines import report
from tests.faults import harness
from tests.songs import write_songs

KINDS = ("check", "validate", "export", "takedown")
FULL, FEW = 20, 3
_PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What the commands read.

    Attributes:
        work: a finished workspace.
        release: a release of it.
        sample: a sample of the release.
    """

    work: Path
    release: Path
    sample: str

    def command(self, kind: str, out: Path) -> list[str]:
        """Return the command of a kind; what it makes is below `out`."""
        words = {
            "check": ["check", self.work],
            "validate": ["validate", self.work, "--no-deep", "--out", out / "validation"],
            "export": ["export", self.release, "--view", "webdataset", "--out", out / "shards"],
            "takedown": ["release", "takedown", self.release, self.sample, "--reason", "asked", "--out", out / "new"],
        }
        return [*harness.COMMAND, *map(str, words[kind])]

    def tree(self) -> dict[str, str]:
        """Return path → sha256 of all that the commands read, locks and their folders apart."""
        trees = {"work": harness.tree(self.work), "release": harness.tree(self.release)}
        return {f"{name}/{path}": digest for name, tree in trees.items() for path, digest in tree.items()}


@dataclass(slots=True)
class Killed:
    """What became of one command that was killed and run again."""

    kind: str
    seed: int
    landed: bool
    faults: list[str] = field(default_factory=list)


def make_scene(folder: Path) -> Scene:
    """Build, validate and freeze what the commands read."""
    songs, release = write_songs(folder / "songs", 10, n_notes=20), folder / "release"
    work = musicdata.build("musictm", input=songs, work=folder / "work").root
    report.write(musicdata_baselines.validate(work, deep=False, n_permutations=200), work / "validation")
    freeze(work, release, version="1.0.0", allow_failed_gate=True)
    return Scene(work, release, next(iter(musicdata.open_work(work).rows("alignment")))["sample_id"])


def trials(kind: str, scene: Scene, folder: Path, seeds: range) -> Iterator[Killed]:
    """Kill a command of a kind once for each seed."""
    reference = folder / f"{kind}-reference"
    reference.mkdir()
    begin_s = time.monotonic()
    said = _finish(scene.command(kind, reference), reference)
    length_s, expected, read = time.monotonic() - begin_s, _made(reference), scene.tree()
    for seed in seeds:
        place = folder / f"{kind}{seed}"
        place.mkdir()
        command = scene.command(kind, place)
        end_s = time.monotonic() + random.Random(f"{kind} {seed}").uniform(0.15, 1.0) * length_s
        code, _ = harness.kill_when(lambda end_s=end_s: time.monotonic() >= end_s, command)  # type: ignore[misc]
        killed = Killed(kind, seed, landed=code == -signal.SIGKILL)
        again = _finish(command, place)
        if kind == "check" and again != said:
            killed.faults.append(f"said {again[-200:]!r}")
        killed.faults += [f"differs: {name}" for name in _differing(_made(place), expected)]
        killed.faults += [f"changed: {name}" for name in _differing(scene.tree(), read)]
        shutil.rmtree(place)
        yield killed


def _finish(command: list[str], place: Path) -> str:
    """Run a command to its end, whatever it judges; return what it printed, without the name of its place."""
    done = harness.run(command, patience_s=_PATIENCE_S)
    assert done.returncode in (0, 4), done.stderr  # 4: so few samples do not hold the gate
    return done.stdout.replace(str(place), "PLACE")


def _differing(now: dict[str, str], then: dict[str, str]) -> list[str]:
    return sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))


def _made(place: Path) -> dict[str, str]:
    """Return path → sha256 of what a command made; of a validation, without the seconds that it took."""
    made = harness.tree(place)
    for path in place.glob("validation/validation.*"):
        is_json = path.suffix == ".json"
        made[path.relative_to(place).as_posix()] = _without_seconds(path.read_text("utf-8")) if is_json else ""
    return made


def _without_seconds(text: str) -> str:
    def kept(pairs: list[tuple[str, object]]) -> dict[str, object]:
        return {key: value for key, value in pairs if key != "seconds"}

    return json.dumps(json.loads(text, object_pairs_hook=kept))


def main() -> int:
    """Print a row a kind; return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.commands")
    parser.add_argument("--full", action="store_true", help=f"{FULL} of each")
    parser.add_argument("--seed", type=int, default=0, help="first seed")
    parser.add_argument("--kind", choices=KINDS, action="append", help="only these")
    chosen = parser.parse_args()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="musicdata-kills-") as name:
        scene = make_scene(Path(name))
        for kind in chosen.kind or KINDS:
            n = FULL if chosen.full else FEW
            found = list(trials(kind, scene, Path(name), range(chosen.seed, chosen.seed + n)))
            right = sum(not killed.faults for killed in found)
            print(
                f"{kind}: {n} kills, {sum(k.landed for k in found)} landed, {right} as if nothing had been", flush=True
            )
            wrong += [f"{kind}, seed {k.seed}: {'; '.join(k.faults)}" for k in found if k.faults]
    print("\n".join(wrong) or "nothing was wrong")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())

"""Trials: a build is hurt at a chosen moment, then the same command has to end as if nothing had been."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psutil

from musicdata.definitions.recipe import load
from tests.faults import harness
from tests.songs import write_songs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    Moment = Callable[["Reference", Path, random.Random], Callable[[], bool]]

STAGES = tuple(step.stage.name for step in load("musictm").steps)


@dataclass(frozen=True, slots=True)
class Reference:
    """A build nobody disturbed.

    Attributes:
        source: the songs.
        length_s: how long it took.
        tree: path → sha256 of its workspace.
    """

    source: Path
    length_s: float
    tree: dict[str, str]


@dataclass(slots=True)
class Trial:
    """What became of one build that was hurt.

    Attributes:
        landed: the signal came before the build had ended.
        faults: what is wrong; empty when all is as it should be.
        gone_s: how long its processes outlived the main one; `left_s` how long that took to end after a signal.
    """

    seed: int = 0
    landed: bool = False
    faults: list[str] = field(default_factory=list)
    gone_s: float = 0.0
    left_s: float = 0.0


def small_input(folder: Path) -> Path:
    """Write songs that make every stage work: three of 10 notes, and many too short, so that reading takes shards."""
    write_songs(folder, 3, n_notes=10)
    return write_songs(folder, 37, n_notes=4, first_seed=3)


def make_reference(folder: Path) -> Reference:
    """Build twice without faults."""
    source = small_input(folder / "songs")
    trees, lengths_s = [], []
    for name in ("first", "second"):
        begin_s = time.monotonic()
        harness.finish(harness.build_command(source, folder / name))
        lengths_s.append(time.monotonic() - begin_s)
        trees.append(harness.tree(folder / name))
    assert trees[0] == trees[1], "two undisturbed builds differ"
    return Reference(source, min(lengths_s), trees[0])


def after(delay_s: float) -> Callable[[], bool]:
    """Return a condition that comes true after so many seconds."""
    end_s = time.monotonic() + delay_s
    return lambda: time.monotonic() >= end_s


def at_random(reference: Reference, work: Path, chance: random.Random) -> Callable[[], bool]:
    """Return a moment anywhere in a build."""
    return after(chance.uniform(0, reference.length_s))


def early(reference: Reference, work: Path, chance: random.Random) -> Callable[[], bool]:
    """Return a moment in the first half of a build, so that another can follow."""
    return after(chance.uniform(0, reference.length_s / 2))


def at_the_start(reference: Reference, work: Path, chance: random.Random) -> Callable[[], bool]:
    """Return the moment when the workspace comes to be."""
    first = chance.choice([work, work / "state", work / "state" / "lock", work / "recipe.toml"])
    return first.exists


def at_a_seal(reference: Reference, work: Path, chance: random.Random) -> Callable[[], bool]:
    """Return the moment when a stage is planned, a shard recorded or a manifest written."""
    folder, what = work / "state" / chance.choice(STAGES), chance.choice(["plan.json", "shards", "manifest.json"])
    return (folder / what).exists


def kill_main(moment: Moment, reference: Reference, work: Path, chance: random.Random, times: int = 1) -> Trial:
    """Kill the main process with -9, so many times, then build on."""
    trial = Trial()
    command = harness.build_command(reference.source, work)
    for _ in range(times):
        code, _ = harness.kill_when(moment(reference, work, chance), command)
        trial.landed |= code == -signal.SIGKILL
        _look_after_death(trial, work)
    return _build_on(trial, reference, work, command)


def signal_main(number: signal.Signals, reference: Reference, work: Path, chance: random.Random) -> Trial:
    """Ask the main process to stop at a random moment after it began to work, then build on."""
    trial = Trial()
    command = harness.build_command(reference.source, work)
    delay_s, sent_s = chance.uniform(0, 0.5 * reference.length_s), [0.0]

    def happened() -> bool:
        if not sent_s[0] and (work / "recipe.toml").exists():
            sent_s[0] = time.monotonic() + delay_s
        return 0 < sent_s[0] <= time.monotonic()

    code, said = harness.kill_when(happened, command, number)
    trial.left_s = max(0.0, time.monotonic() - sent_s[0])
    trial.landed = code != 0
    if trial.landed and code != 130:
        trial.faults.append(f"exit {code}: {said[-300:]}")
    if trial.landed and (work / "state" / "scratch").exists():
        trial.faults.append("scratch is left")
    _look_after_death(trial, work)
    return _build_on(trial, reference, work, command)


def kill_part(name: str, longest_s: float, reference: Reference, work: Path, chance: random.Random) -> Trial:
    """Kill a worker or a renderer at most so long after the first of them began; the build itself has to go on."""
    trial = Trial()
    command = harness.build_command(reference.source, work)
    with harness.start(command) as process:

        def struck() -> bool:
            for victim in harness.descendants(process, name)[:1]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    victim.kill()
                    trial.landed = True
            return trial.landed

        if longest_s:
            harness.wait_until(lambda: bool(harness.descendants(process, name)), process)
            harness.wait_until(after(chance.uniform(0, longest_s)), process)
        harness.wait_until(struck, process)
        _, said = process.communicate(timeout=harness.PATIENCE_S)
    if process.returncode != 0:
        trial.faults.append(f"exit {process.returncode}: {said[-300:]}")
    trial.faults += [f"differs: {name}" for name in harness.differences(work, reference.tree)]
    shutil.rmtree(work)
    return trial


def _look_after_death(trial: Trial, work: Path) -> None:
    trial.faults += [f"torn: {path}" for path in harness.torn(work)]
    left, gone_s = harness.leftovers(work)
    trial.faults += [f"still there after {gone_s:.0f} s: {process}" for process in left]
    trial.gone_s = max(trial.gone_s, gone_s)


def _build_on(trial: Trial, reference: Reference, work: Path, command: list[str]) -> Trial:
    done = harness.run(command)
    if done.returncode != 0:
        trial.faults.append(f"exit {done.returncode} when run again: {done.stderr[-300:]}")
    trial.faults += [f"differs: {name}" for name in harness.differences(work, reference.tree)]
    shutil.rmtree(work)
    return trial


KINDS: dict[str, Callable[[Reference, Path, random.Random], Trial]] = {
    "kill -9, at random": lambda r, w, c: kill_main(at_random, r, w, c),
    "kill -9, at the start": lambda r, w, c: kill_main(at_the_start, r, w, c),
    "kill -9, around a seal": lambda r, w, c: kill_main(at_a_seal, r, w, c),
    "kill -9, 3 times in a build": lambda r, w, c: kill_main(early, r, w, c, times=3),
    "kill -9 of a worker": lambda r, w, c: kill_part("engine.worker", 0.5 * r.length_s, r, w, c),
    "kill -9 of TiMidity++": lambda r, w, c: kill_part("timidity", 0.0, r, w, c),
    "kill -9 of LilyPond": lambda r, w, c: kill_part("lilypond", 0.2, r, w, c),
    "SIGTERM": lambda r, w, c: signal_main(signal.SIGTERM, r, w, c),
    "SIGINT": lambda r, w, c: signal_main(signal.SIGINT, r, w, c),
}


def run_trials(kind: str, seeds: Iterable[int], reference: Reference, folder: Path) -> Iterator[Trial]:
    """Run trials of a kind, two at a time: a build as small as this keeps one processor busy."""

    def tried(seed: int) -> Trial:
        trial = KINDS[kind](reference, folder / f"work{seed}", random.Random(f"{kind} {seed}"))
        trial.seed = seed
        return trial

    with ThreadPoolExecutor(min(2, len(os.sched_getaffinity(0)))) as pool:
        yield from pool.map(tried, seeds)

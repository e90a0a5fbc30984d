"""Makes a release in processes that are killed, and looks at what is left."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import musicdata
from musicdata.release.verify.files import verify
from tests.faults import harness
from tests.songs import write_songs


def small_work(folder: Path) -> Path:
    """Build a workspace of a recipe that names nothing to validate."""
    text = (Path(musicdata.__file__).parents[1] / "pipelines" / "musictm.toml").read_text("utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.toml").write_text(text[: text.index("[validate]")], "utf-8")
    songs = write_songs(folder / "songs", 3, n_notes=10)
    work = folder / "work"
    return musicdata.build(str(folder / "recipe.toml"), input=songs, work=work, overrides=["window.notes=10"]).root


def trials(work: Path, folder: Path, seeds: range) -> Iterator[tuple[int, bool, list[str]]]:
    """Kill a making of a release for each seed, and make it again; yield the seed, whether the kill came in time, faults."""
    reference = folder / "reference"
    begin_s = time.monotonic()
    harness.finish(command(work, reference))
    length_s, expected = time.monotonic() - begin_s, harness.tree(reference)
    for seed in seeds:
        out = folder / f"release{seed}"
        end_s = time.monotonic() + random.Random(seed).uniform(0.3, 1.0) * length_s
        code, said = harness.kill_when(lambda: time.monotonic() >= end_s, command(work, out))  # noqa: B023 - run at once
        landed = code == -signal.SIGKILL
        faults = [] if landed or code == 0 else [f"ended with {code}: {said}"]
        if out.exists():
            faults += [f"torn: {problem}" for problem in verify(out)]
        harness.finish(command(work, out))
        faults += [f"differs: {name}" for name in harness.differences(out, expected)]
        faults += [f"left: {path.name}" for path in folder.iterdir() if path.name.startswith(f".{out.name}")]
        yield seed, landed, faults


def command(work: Path, out: Path) -> list[str]:
    """Return the command that makes the release."""
    return [*harness.COMMAND, "release", "build", str(work), "--version", "1.0.0", "--out", str(out)]

"""Walks a data set of full size through every step that its makers and readers take, and measures each.

Run as ``python -m tests.benchmarks.full_size [INPUT [RECIPE]]``. Without an input, 5,000 made-up songs of two samples are
built (half an hour on two cores); whoever has the word-level files of the papers names their folder, and `musictm-lmd`.
The reference is a plain copy of the release's files, each synced, and its sha256 sums: what nobody can do without.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.costs import Command, Cost, measure, musicdata
from tests.benchmarks.printing import print_table
from tests.songs import write_songs

N_SONGS = 5_000
SONG_NOTES = 45  # two windows of twenty

COPY = """
import os, shutil, sys
from pathlib import Path
from musicdata.system.digests import sha256_of_file
source, target = map(Path, sys.argv[1:])
for path in sorted(source.rglob("*")):
    if path.is_file():
        copied = target / path.relative_to(source)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copied)
        with copied.open("rb+") as file:
            os.fsync(file.fileno())
        sha256_of_file(path)
"""
LOAD_DATASET = """
import sys
import datasets
for config in datasets.get_dataset_config_names(sys.argv[1]):
    for split, rows in datasets.load_dataset(sys.argv[1], config, cache_dir=sys.argv[2]).items():
        plain = rows.with_format("arrow")
        n_rows = sum(len(block) for block in plain.iter(1000))
        assert n_rows == len(rows), (config, split)
        print(config, split, n_rows)
"""
READ_SAMPLES = """
import sys
import musicdata
release = musicdata.load(sys.argv[1])
assert sum(1 for _ in release.samples()) == sum(release.n_samples.values())
"""


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="full-size-") as name:
        folder = Path(name)
        source = Path(sys.argv[1]).absolute() if sys.argv[1:] else write_songs(folder / "songs", N_SONGS, SONG_NOTES)
        recipe = sys.argv[2] if sys.argv[2:] else "musictm"
        rows = []
        for step, command, made in _steps(folder, source, recipe):
            cost = measure(command, memory=True)
            rows.append(_row(step, cost, made))
            print(f"{step}: {cost.wall_s:.0f} s", file=sys.stderr, flush=True)
        n_samples = _n_samples(folder / "release")
        print_table(
            f"From songs to other tools: {n_samples:,} samples of {recipe}",
            ["step", "s on the clock", "s of processor", "largest process, MB", "all processes, MB", "bytes made, MB"],
            rows,
        )


def _steps(folder: Path, source: Path, recipe: str) -> list[tuple[str, Command, Path | None]]:
    """Return each step: its name, its command, and what it makes."""
    work, release, shards = folder / "work", folder / "release", folder / "webdataset"
    build = musicdata("build", recipe, "--input", source, "--work", work)
    freeze = musicdata(
        "release", "build", work, "--version", "1.0.0", "--out", release, "--allow-failed-gate", "--no-deep"
    )
    return [
        ("build", build, work),
        ("build again, nothing to do", build, None),
        ("status", musicdata("status", work), None),
        ("check", musicdata("check", work), None),
        ("validate", replace(musicdata("validate", work, "--no-deep"), codes=(0, 4)), None),
        ("release build, check included", freeze, release),
        ("copy and sums, the reference", _python(COPY, release, folder / "copy"), folder / "copy"),
        ("release verify", musicdata("release", "verify", release), None),
        ("every sample read", _python(READ_SAMPLES, release), None),
        ("load_dataset, every config", _python(LOAD_DATASET, release, folder / "cache"), folder / "cache"),
        ("export webdataset", musicdata("export", release, "--view", "webdataset", "--out", shards), shards),
    ]


def _python(code: str, *arguments: Path) -> Command:
    return Command([sys.executable, "-c", code, *map(str, arguments)], env={"HF_DATASETS_OFFLINE": "1"})


def _row(step: str, cost: Cost, made: Path | None) -> list[str]:
    each = [mb for kind, mb in cost.peak_mb.items() if kind != "together"]
    size_mb = f"{sum(path.stat().st_size for path in made.rglob('*') if path.is_file()) / 1e6:,.0f}" if made else ""
    memory = [f"{max(each):,.0f}", f"{cost.peak_mb['together']:,.0f}"]
    return [step, f"{cost.wall_s:.1f}", f"{cost.cpu_s:.1f}", *memory, size_mb]


def _n_samples(release: Path) -> int:
    import musicdata as package

    return sum(package.load(release).n_samples.values())


if __name__ == "__main__":
    main()

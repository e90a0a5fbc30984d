"""Measures what a release costs: freezing, verifying, views, exports, publishing, reading.

Run as ``python -m tests.benchmarks.release_cost [WORK]``; without a workspace, one of 90 made-up songs is built first. The reference
is a plain copy of the release's files, each synced, and its sha256 sums: what nobody can do without.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import musicdata
from musicdata.api import releases
from musicdata.api.release import sharing
from musicdata.engine import checking
from musicdata.release.exports import EXPORTS
from musicdata.release.record.layout import read_record
from musicdata.system.digests import sha256_of_file
from musicdata.workspace.folder import Workspace
from musicdata.workspace.validation import current_validation
from tests.benchmarks.printing import print_table
from tests.songs import write_songs

RUNS = 3


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="musicdata-release-") as name:
        folder = Path(name)
        os.environ["MUSICDATA_HOME"] = str(folder / "home")
        work = Path(sys.argv[1]).absolute() if sys.argv[1:] else _made_up(folder)
        os.chdir(folder)  # records of publication go below the current folder
        release = folder / "release"
        validated = current_validation(Workspace(work)) is not None
        if not validated:
            _validate(work)
        releases.build(work, release, version="1.0.0", allow_failed_gate=True)
        size_mb = sum(file.bytes for file in read_record(release).files) / 1e6
        steps = _steps(work, release, folder)
        times_s = {step: _fastest_s(act, folder / "out") for step, act in steps.items()}
        reference_s = times_s["copy and sums, the reference"]
        rows = [
            (step, f"{took:.2f}", f"{size_mb / took:,.0f}", f"{took / reference_s:.1f}")
            for step, took in times_s.items()
        ]
        n = sum(musicdata.load(release).n_samples.values())
        print_table(
            f"A release of {n:,} samples, {size_mb:,.0f} MB", ("step", "s", "MB/s", "times the reference"), rows
        )
        print(f"Peak memory of all of it: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB.")


def _made_up(folder: Path) -> Path:
    songs = write_songs(folder / "songs", 90, first_seed=1000)
    return musicdata.build("musictm", input=songs, work=folder / "work").root


def _validate(work: Path) -> None:
    import musicdata_baselines
    from musicdata_baselines import report

    report.write(musicdata_baselines.validate(work, deep=False), work / "validation")


def _steps(work: Path, release: Path, folder: Path) -> dict[str, Callable[[Path], object]]:
    def build(out: Path) -> None:
        releases.build(work, out, version="1.0.0", allow_failed_gate=True)

    steps: dict[str, Callable[[Path], object]] = {
        "copy and sums, the reference": lambda out: _copy(release, out),
        "check of the workspace": lambda _: checking.check(work),
        "release build, check included": build,
        "release verify": lambda _: releases.verify(release),
        "every sample read": lambda _: sum(1 for _ in musicdata.load(release).samples()),
        "release publish to a folder": lambda out: _publish(release, out, folder),
    }
    for view in (*sharing.RIGHTS_VIEWS, *EXPORTS.all()):
        steps[f"export {view}"] = lambda out, view=view: releases.export(release, view, out)  # type: ignore[misc]
    return steps


def _copy(release: Path, out: Path) -> None:
    for path in sorted(release.rglob("*")):
        if path.is_file():
            target = out / path.relative_to(release)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            with target.open("rb+") as file:
                os.fsync(file.fileno())
            sha256_of_file(path)


def _publish(release: Path, out: Path, folder: Path) -> None:
    shutil.rmtree(folder / "home" / "records", ignore_errors=True)
    releases.publish(release, str(out), claim="Made up for this benchmark by those who run it.")


def _fastest_s(act: Callable[[Path], object], out: Path) -> float:
    times_s = []
    for _ in range(RUNS):
        begin_s = time.monotonic()
        act(out)
        times_s.append(time.monotonic() - begin_s)
        shutil.rmtree(out, ignore_errors=True)
    return min(times_s)


if __name__ == "__main__":
    main()

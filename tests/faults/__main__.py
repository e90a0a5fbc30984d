"""Run many trials of every kind and print what became of them: `python -m tests.faults [--full] [--seed N]`.

Without `--full`, a few of each; with it, hundreds, and a fault at every single call that changes the disk (an hour).
`make test` has one of each, for which this is the place to look closer.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.faults import commit_points, publishing, releasing
from tests.faults.trials import KINDS, make_reference, run_trials
from tests.release.publish.made_up import tree

_FEW = {"kill -9, at random": 12, "kill -9, at the start": 4, "kill -9, around a seal": 4}
_FULL = {"kill -9, at random": 300, "kill -9, at the start": 60, "kill -9, around a seal": 100}
_STEPS = {"crash": 9, "full": 18, "full-once": 30}
_ROW = "| {:<28} | {:>6} | {:>6} | {:>9} | {:>13} | {:>13} |"


def main() -> int:
    """Print a row a kind; return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description="Hurt builds and see whether they heal."
    )
    parser.add_argument("--full", action="store_true", help="hundreds of trials")
    parser.add_argument("--seed", type=int, default=0, help="first seed")
    chosen = parser.parse_args()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="musicdata-faults-") as name:
        reference = make_reference(Path(name))
        print(f"a build takes {reference.length_s:.1f} s; seeds from {chosen.seed}")
        print(_ROW.format("kind", "trials", "landed", "identical", "processes s", "exit s"))
        for kind in KINDS:
            seeds = range(chosen.seed, chosen.seed + (_FULL.get(kind, 40) if chosen.full else _FEW.get(kind, 3)))
            trials = list(run_trials(kind, seeds, reference, Path(name)))
            right = sum(not trial.faults for trial in trials)
            longest = [
                f"at most {max(times):.2f}" for times in ([t.gone_s for t in trials], [t.left_s for t in trials])
            ]
            print(_ROW.format(kind, len(trials), sum(t.landed for t in trials), right, *longest), flush=True)
            wrong += [f"{kind}, seed {trial.seed}: {'; '.join(trial.faults)}" for trial in trials if trial.faults]
        for kind, killed, few in (
            ("kill -9 of release build", _release_build, 6),
            ("kill -9 of release publish", _publication, 12),
        ):
            number = range(chosen.seed, chosen.seed + (30 if chosen.full else few))
            found = list(killed(number, Path(name)))
            right = sum(not faults for _, _, faults in found)
            print(_ROW.format(kind, len(found), sum(landed for _, landed, _ in found), right, "", ""), flush=True)
            wrong += [f"{kind}, seed {seed}: {'; '.join(faults)}" for seed, _, faults in found if faults]
    for kind, step in _STEPS.items():
        wrong += _commit_points(kind, 1 if chosen.full else step)
    print("\n".join(wrong) or "nothing was wrong")
    return bool(wrong)


def _release_build(seeds: range, folder: Path) -> Iterator[tuple[int, bool, list[str]]]:
    work = releasing.small_work(folder / "to-release")
    (folder / "releases").mkdir()
    yield from releasing.trials(work, folder / "releases", seeds)


def _publication(seeds: range, folder: Path) -> Iterator[tuple[int, bool, list[str]]]:
    places = folder / "published"
    (folder / "publishing").mkdir()
    for trial in publishing.trials(
        seeds, folder / "publishing", lambda seed: f"{places}{seed}", lambda seed: lambda: tree(Path(f"{places}{seed}"))
    ):
        yield trial.seed, trial.landed, trial.faults


def _commit_points(kind: str, step: int) -> list[str]:
    points, n_calls = commit_points.tried(kind, step)
    wrong = [point for point in points if point["faults"]]
    print(f"{kind} at {len(points)} of {n_calls} calls: {len(points) - len(wrong)} identical", flush=True)
    return [f"{kind} at call {point['point']}: {'; '.join(point['faults'])}" for point in wrong]


if __name__ == "__main__":
    sys.exit(main())

"""Plants faults in synthetic data sets and counts which the controls flag, and clean ones and counts the false alarms.

Run as ``python -m tests.benchmarks.planted_faults [FIRST_SEED]``. A fault counts as flagged where any control raises a
finding: on clean sets none may. Thresholds were chosen on seeds from 1,000 on; the seeds reported begin at 0.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from musicdata_baselines.suites.paired_views.controls import run_all
from tests.baselines.suites.paired_views.planted import FAULTS, Recipe, make
from tests.benchmarks.printing import print_table

FAULT_SEEDS = 20
CLEAN_SEEDS = 100
TRAP_SEEDS = 10
CLEAN = "clean"
TRAPS = {
    "two corpora, a third of each latent's variance": Recipe(n=2000, clusters=2, cluster_share=0.33),
    "100 small clusters": Recipe(n=2000, clusters=100, cluster_share=0.3),
    "heavy-tailed columns (Student, 3 degrees)": Recipe(n=2000, tail=3, noise=1.0),
    "items of unequal noise (Student, 5 degrees)": Recipe(n=2000, loudness_tail=5, noise=1.2),
    "a third of the lyrics bit for bit the same": Recipe(n=2000, repeated_lyrics=0.33),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One data set: what was planted in it, and by which seed it was made."""

    name: str
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the controls said: those that raised a finding, whether one refuses, and the MRR of the certain pair."""

    trial: Trial
    flagged_by: tuple[str, ...]
    refused: bool
    mrr: float
    seconds: float


def attempt(trial: Trial) -> Outcome:
    """Make the data set of a trial and run every control on it."""
    subject = make(trial.seed, TRAPS.get(trial.name))
    if trial.name in FAULTS:
        subject = FAULTS[trial.name](subject, trial.seed)
    started = time.process_time()
    results = run_all(subject, trial.seed)
    seconds = time.process_time() - started
    findings = [finding for result in results for finding in result.findings]
    real = [r for r in results if r.control == "real pairs" and r.subject == "audio–sheet"]
    return Outcome(
        trial,
        tuple(sorted({finding.control for finding in findings})),
        any(finding.refuses for finding in findings),
        real[0].figures["mrr"] if real else float("nan"),
        seconds,
    )


def run(trials: list[Trial]) -> list[Outcome]:
    """Run the trials, one process a core and one thread a process."""
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    cores = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(attempt, trials, chunksize=4))


def report_faults(outcomes: list[Outcome]) -> None:
    """Print a line a fault."""
    rows = []
    for name in FAULTS:
        found = [outcome for outcome in outcomes if outcome.trial.name == name]
        by = Counter(control for outcome in found for control in outcome.flagged_by)
        flagged, refused = sum(bool(o.flagged_by) for o in found), sum(o.refused for o in found)
        controls = ", ".join(f"{control} {count}" for control, count in by.most_common())
        rows.append([name, f"{flagged} of {len(found)}", f"{refused} of {len(found)}", controls])
    print_table("Planted faults (goal: at least 95 % of each flagged)", ["fault", "flagged", "refused", "by"], rows)


def report_clean(outcomes: list[Outcome]) -> None:
    """Print a line a kind of clean set."""
    rows = []
    for name in (CLEAN, *TRAPS):
        found = [outcome for outcome in outcomes if outcome.trial.name == name]
        alarms = [f"{', '.join(o.flagged_by)} (seed {o.trial.seed})" for o in found if o.flagged_by]
        mrrs = [outcome.mrr for outcome in found]
        seconds = sum(outcome.seconds for outcome in found) / len(found)
        rows.append(
            [
                name,
                f"{len(alarms)} of {len(found)}",
                f"{min(mrrs):.3f}–{max(mrrs):.3f}",
                f"{seconds:.1f}",
                "; ".join(alarms),
            ]
        )
    title = "Clean sets (goal: no false alarm in the 100; MRR of weighted CCA, audio–sheet, between 0.05 and 0.5)"
    print_table(title, ["kind", "false alarms", "MRR", "CPU s a set", "raised by"], rows)


def main() -> None:
    """Print both tables."""
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    trials = [Trial(name, first + seed) for name in FAULTS for seed in range(FAULT_SEEDS)]
    trials += [Trial(CLEAN, first + seed) for seed in range(CLEAN_SEEDS)]
    trials += [Trial(name, first + seed) for name in TRAPS for seed in range(TRAP_SEEDS)]
    outcomes = run(trials)
    report_faults(outcomes)
    report_clean(outcomes)


if __name__ == "__main__":
    main()

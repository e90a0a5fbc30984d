"""Time of `musicdata validate` on real songs: the Lieder and the word-level LMD files in one MusicTM workspace."""

from __future__ import annotations

import resource
import shutil
import sys
import time
from pathlib import Path

import musicdata
import musicdata_baselines
from musicdata_baselines.suites.paired_views.results import Validation
from tests.benchmarks.printing import print_table
from tests.songs import DATA

WORK = Path("bench-work/validation")
GOALS = {"linear": "≤ 60", "with the deep ones": "≤ 600"}
LINEAR = ("features", "linear baselines", "controls", "curves")


def build() -> Path:
    """Build the workspace, or bring it up to date, and return it."""
    songs = WORK / "songs"
    for folder in ("lieder", "lmd_lyrics/word_level"):
        shutil.copytree(
            DATA / folder, songs / folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.md", "*.tsv")
        )
    return musicdata.build("musictm", input=songs, work=WORK / "work").root


def main() -> None:
    """Print where the time goes, and what was found."""
    work = Path(sys.argv[1]) if len(sys.argv) > 1 else build()
    started, used = time.monotonic(), time.process_time()
    found = musicdata_baselines.validate(work, deep=True)
    wall_s, cpu_s = time.monotonic() - started, time.process_time() - used
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    samples = ", ".join(f"{n:,} {split}" for split, n in found.n_samples.items())
    rows: list[list[object]] = [[part, f"{seconds:.1f}", ""] for part, seconds in found.seconds.items()]
    rows.append(["linear half without check", f"{sum(found.seconds[p] for p in LINEAR):.1f}", GOALS["linear"]])
    rows.append(["all", f"{wall_s:.1f}", GOALS["with the deep ones"]])
    print_table(
        f"`musicdata validate` on {samples} samples: s on the clock ({cpu_s:.0f} s of processor, peak {peak_mb:.0f} MB)",
        ["part", "s", "goal"],
        rows,
    )
    _print_results(found)


def _print_results(found: Validation) -> None:
    rows = [
        [
            *("–".join(b.pair), b.name, f"{b.mrr:.4f}"),
            *(f"{d.recall[1]:.3f} / {d.recall[10]:.3f} / {d.median_rank:g}" for d in b.directions),
            *(f"{b.p_value:.2g}", f"{b.seconds:.1f}"),
        ]
        for b in found.result.baselines
    ]
    header = ["pair", "baseline", "MRR", "R@1 / R@10 / MedR", "the other way", "p", "s"]
    print_table(
        f"Test split; chance: MRR {found.result.chance['mrr']:.4f}, MedR {found.result.chance['median_rank']:g}",
        header,
        rows,
    )
    print_table("The papers' shape, reported", ["seen"], [[line] for line in found.result.shape])
    leaks = [
        [pair, *(f"{line.y[0]:.4f} ({line.low[0]:.4f} to {line.high[0]:.4f})" for line in lines)]
        for pair, lines in found.result.curves["split_leakage"].items()
    ]
    print_table("Weighted CCA, MRR with 95 % interval", ["pair", "grouped split", "random split"], leaks)
    print(f"gate: {'holds' if found.holds else 'refuses'}: {found.reason}\n", *found.notes, sep="\n- ")


if __name__ == "__main__":
    main()

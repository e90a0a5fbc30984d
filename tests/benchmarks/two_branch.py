"""Measures two-branch networks: the ordering that the paper reports, and an epoch at the size of MARD.

Run as ``python -m tests.benchmarks.two_branch [ordering|epoch]``. The ordering is that of planted albums with the
paper's cardinalities (9.7 reviews and 12 songs an album), over several seeds; the epoch has 65,566 albums, 263,525
reviews of some 180 words and 343,882 songs, and a vocabulary of 60,000 words, of which 256 dimensions each are learned.
"""

from __future__ import annotations

import resource
import sys
import time
from statistics import mean, stdev
from typing import Any

import numpy as np
import torch

from musicdata_baselines.deep.two_branch import TwoBranch
from musicdata_baselines.retrieval.gallery import POOLS
from musicdata_baselines.views import Sequences
from tests.baselines.suites.albums.ordering import KINDS, ORDER, Found, measure
from tests.baselines.suites.albums.planted import Link
from tests.benchmarks.printing import print_table

SEEDS = (0, 1, 2)
EPOCHS = {"vectors": 12, "mean": 6}
ALBUMS, REVIEWS, SONGS, VOCABULARY, WORDS = 65_566, 263_525, 343_882, 60_000, 140
MEASURED_STEPS = {"mean": 200, "mean, neighbours": 100, "lstm": 3}


def main() -> None:
    """Print the tables."""
    torch.set_num_threads(1)
    wanted = sys.argv[1:] or ["ordering", "epoch"]
    if "ordering" in wanted:
        print_ordering()
    if "epoch" in wanted:
        print_epoch()


def print_ordering() -> None:
    """Print what each network finds, and in how many seeds the ordering shows."""
    link = Link(albums=1500)
    for text in ("vectors", "mean"):
        by_seed = [measure(link, seed, EPOCHS[text], text, tuple(KINDS)) for seed in SEEDS]
        rows = [[kind, *_figures([found[place] for found in by_seed])] for place, kind in enumerate(KINDS)]
        heading = ["network", *(f"{what} ({pool})" for pool in POOLS for what in ("MRR", "R@10", "MRR back")), "s"]
        print_table(
            f"Review → album, {link.albums} planted albums, {text}, {EPOCHS[text]} epochs, {len(SEEDS)} seeds: mean ± "
            "standard deviation; back: album → review",
            heading,
            rows,
        )
        for pool in POOLS:
            seen = [_is_ordered(found, pool) for found in by_seed]
            print(f"{' < '.join(ORDER)} ({pool} of the songs): MRR in {sum(seen)} of {len(seen)} seeds\n")


def _figures(found: list[Found]) -> list[str]:
    cells = []
    for pool in POOLS:
        for values in (
            [one.mrr[pool] for one in found],
            [one.recall_10[pool] for one in found],
            [one.back[pool] for one in found],
        ):
            cells.append(f"{mean(values):.4f} ± {stdev(values):.4f}")
    return [*cells, f"{mean(one.seconds for one in found):.0f}"]


def _is_ordered(found: list[Found], pool: str) -> bool:
    by_kind = {one.kind: one.mrr[pool] for one in found}
    values = [by_kind[kind] for kind in ORDER]
    return values == sorted(values) and len(set(values)) == len(values)


def print_epoch() -> None:
    """Print what a step takes, and what an epoch and the paper's 200 come to."""
    views, groups = _full_size()
    kinds: dict[str, dict[str, Any]] = {
        "mean": {"text": "mean"},
        "mean, neighbours": {"text": "mean", "neighbours": True},
        "lstm": {"text": "lstm"},
    }
    steps = round(REVIEWS / 128)
    rows = []
    for name, settings in kinds.items():
        used, wall, peak = _time(views, groups, settings, MEASURED_STEPS[name])
        rows.append(
            [
                name,
                f"{1000 * used:.0f}",
                f"{1000 * wall:.0f}",
                f"{used * steps:.0f}",
                f"{wall * steps:.0f}",
                f"{200 * used * steps / 3600:.1f}",
                f"{peak / 2**20:,.0f}",
            ]
        )
    print_table(
        f"An epoch of {REVIEWS:,} reviews ({len(views[1].values):,} words) and {SONGS:,} songs: {steps:,} steps of 128, "
        "one thread of the processor; what one step takes times their number",
        ["text", "ms a step, processor", "ms, wall", "s an epoch, processor", "s, wall", "h for 200", "MiB at most"],
        rows,
    )


def _full_size() -> tuple[list[Any], list[Any]]:
    rng = np.random.default_rng(0)
    lengths = np.ceil(rng.lognormal(np.log(WORDS), 0.7, REVIEWS)).astype(np.int64)
    chances = (1 / np.arange(1, VOCABULARY - 1)).cumsum()
    ids = np.searchsorted(chances, rng.random(int(lengths.sum()), np.float32) * chances[-1]) + 2
    tokens = Sequences(ids.clip(max=VOCABULARY - 1).astype(np.int32), np.concatenate([[0], np.cumsum(lengths)]))
    audio = rng.standard_normal((SONGS, 122), np.float32)
    heavy = rng.lognormal(0, 1, ALBUMS)
    album_of_review = rng.choice(ALBUMS, REVIEWS, p=heavy / heavy.sum())
    return [audio, tokens], [np.sort(rng.integers(0, ALBUMS, SONGS)), np.sort(album_of_review)]


def _time(views: list[Any], groups: list[Any], settings: dict[str, Any], n: int) -> tuple[float, float, int]:
    """Return processor and wall seconds a step, less what comes before the first, and the most memory."""
    spent = []
    for steps in (1, 1 + n):
        before = time.process_time(), time.perf_counter()
        TwoBranch(**settings, vocabulary=VOCABULARY, max_steps=steps, device="cpu").fit(views, groups)
        spent.append((time.process_time() - before[0], time.perf_counter() - before[1]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    used, wall = ((spent[1][place] - spent[0][place]) / n for place in (0, 1))
    return used, wall, peak


if __name__ == "__main__":
    main()

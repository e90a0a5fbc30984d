"""Measures exact retrieval ranks of both directions against the score product, sorting and torchmetrics; then inference.

Views are normal noise of 128 columns with something in common. One thread, processor seconds, median of three runs, all
ways in turn. Memory is what NumPy allocates beyond the views. Run as ``python -m tests.benchmarks.retrieval``.
"""

from __future__ import annotations

import statistics
import time
import tracemalloc
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torchmetrics.retrieval import RetrievalMRR

from musicdata_baselines.retrieval import (
    bootstrap_by_group,
    chance,
    count_ranks,
    normalise,
    permutation_test,
    reciprocal_ranks,
)
from tests.benchmarks.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

SIZES = (2000, 2800, 20_000)
TORCHMETRICS_ROWS = 2800
COLUMNS = 128
RUNS = 3
GOAL_TORCHMETRICS = 30
GOAL_PRODUCT = 1.5
GOAL_INFERENCE_S = 1.0


def views(n: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return two views of n items that are linked so that the MRR is between chance and one."""
    rng = np.random.default_rng(n)
    a = rng.normal(size=(n, COLUMNS)).astype(np.float32)
    return a, a + 3 * rng.normal(size=(n, COLUMNS)).astype(np.float32)


def multiply(a: NDArray[np.float32], b: NDArray[np.float32]) -> None:
    """Compute all scores once, in blocks, and nothing else."""
    for start in range(0, len(a), 500):
        a[start : start + 500] @ b.T


def sort(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the ranks (2, n) of both directions by sorting all candidates in float64, in blocks."""
    unit = normalise(a), normalise(b)
    ranks = np.empty((2, len(a)), np.int64)
    for direction, (asking, asked) in enumerate((unit, unit[::-1])):
        for start in range(0, len(a), 500):
            order = np.argsort(-(asking[start : start + 500] @ asked.T), axis=1)
            found = order == np.arange(start, start + len(order))[:, None]
            ranks[direction, start : start + len(order)] = 1 + found.argmax(axis=1)
    return ranks


def ask_torchmetrics(a: NDArray[np.float32], b: NDArray[np.float32]) -> list[float]:
    """Return the MRR of both directions by torchmetrics."""
    # Above 0, because torchmetrics takes a partner whose score is not for one that was not found.
    scores = torch.from_numpy(2 + (normalise(a) @ normalise(b).T).astype(np.float32))
    query = torch.arange(len(a)).repeat_interleave(len(a))
    target = torch.eye(len(a), dtype=torch.bool).flatten()
    return [float(RetrievalMRR()(way.flatten(), target, query)) for way in (scores, scores.T)]


def time_in_turn(ways: dict[str, Callable[[], Any]], runs: int = RUNS) -> dict[str, float]:
    """Return the median processor seconds of each way."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            start = time.process_time()
            way()
            times[name].append(time.process_time() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def peak_mb(way: Callable[[], Any]) -> float:
    """Return the most that NumPy holds at once beyond what it held before."""
    tracemalloc.start()
    way()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def measure_ranks(n: int) -> Sequence[str]:
    """Return a row of the table of ranks."""
    a, b = views(n)
    ways: dict[str, Callable[[], Any]] = {
        "product": lambda: multiply(a, b),
        "counting": lambda: count_ranks(a, b),
    }
    if n == TORCHMETRICS_ROWS:
        ways["torchmetrics"] = lambda: ask_torchmetrics(a, b)
    times = time_in_turn(ways) | time_in_turn({"sorting": lambda: sort(a, b)}, runs=1)
    ranks, expected = count_ranks(a, b), sort(a, b)
    same = sum(int((p.optimistic == e).sum()) for p, e in zip((ranks.a_to_b, ranks.b_to_a), expected, strict=True))
    ties = int(ranks.a_to_b.tied.sum() + ranks.b_to_a.tied.sum())
    ours = times["counting"]
    rival = times.get("torchmetrics")
    return [
        f"{n:,}",
        *(f"{1000 * times[name]:,.0f}" for name in ("product", "counting", "sorting")),
        f"{1000 * rival:,.0f}" if rival else "—",
        f"× {ours / times['product']:.2f}",
        f"× {times['sorting'] / ours:.0f}",
        f"× {rival / ours:.0f}" if rival else "—",
        f"{peak_mb(lambda: count_ranks(a, b)):.0f} of {4e-6 * n * n:,.0f}",
        f"{same:,} of {2 * n:,}; {ties}",
    ]


def measure_inference(groups: NDArray[np.int64] | None, name: str) -> Sequence[str]:
    """Return a row of the table of inference at n = 2,000."""
    a, b = views(2000)
    both = count_ranks(a, b)
    values = [reciprocal_ranks(places) for places in (both.a_to_b, both.b_to_a)]
    times = time_in_turn(
        {
            "permutations": lambda: permutation_test(a, b, groups),
            "bootstraps": lambda: [bootstrap_by_group(v, groups) for v in values],
        }
    )
    found = permutation_test(a, b, groups)
    total = sum(times.values())
    return [
        name,
        f"{times['permutations']:.2f}",
        f"{times['bootstraps']:.3f}",
        f"{total:.2f}",
        f"{found.null_mean:.5f} ({chance(2000).mrr:.5f})",
        f"{found.detection_limit:.5f}",
        f"{found.p_value:.1e}",
    ]


def main() -> None:
    """Print the tables."""
    # torchmetrics warns that it holds every score in memory.
    warnings.filterwarnings("ignore", message="Metric `RetrievalMRR`")
    torch.set_num_threads(1)
    with threadpool_limits(1):
        print_table(
            f"Exact ranks of both directions, {COLUMNS} columns, float32 (goals: at most × {GOAL_PRODUCT} the product, "
            f"at least {GOAL_TORCHMETRICS} × faster than torchmetrics, every rank as by sorting)",
            [
                "n",
                "product alone, ms",
                "counting, ms",
                "sorting, ms",
                "torchmetrics, ms",
                "of the product",
                "than sorting",
                "than torchmetrics",
                "extra MB of the scores'",
                "ranks as by sorting; ties",
            ],
            [measure_ranks(n) for n in SIZES],
        )
        print_table(
            "10,000 permutations with their tables of ranks, and 2,000 bootstraps of both directions, n = 2,000 "
            f"(goal: at most {GOAL_INFERENCE_S:.0f} s)",
            ["groups", "permutations, s", "bootstraps, s", "together, s", "null mean (chance)", "detection limit", "p"],
            [
                measure_inference(None, "none"),
                measure_inference(np.arange(2000) // 10, "200 of 10"),
                measure_inference(np.sort(np.random.default_rng(0).integers(0, 100, 2000)), "100, unequal"),
            ],
        )


if __name__ == "__main__":
    main()

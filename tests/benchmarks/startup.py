"""Measures the processor time of `musicdata --help` beyond that of a Python that does nothing.

Run as ``python -m tests.benchmarks.startup``.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from tests.benchmarks.costs import Command, measure
from tests.benchmarks.printing import print_table

RUNS = 10
GOAL_MS = 150


def main() -> None:
    """Print the table."""
    commands = {
        "`python -c pass`": Command([sys.executable, "-c", "pass"]),
        "`musicdata --help`": Command([str(Path(sys.executable).with_name("musicdata")), "--help"]),
        "`musicdata build --help`": Command([str(Path(sys.executable).with_name("musicdata")), "build", "--help"]),
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):  # in turn, so that a busy moment hits all alike
        for name, command in commands.items():
            times[name].append(1000 * measure(command).cpu_s)
    medians = {name: statistics.median(found) for name, found in times.items()}
    bare = medians["`python -c pass`"]
    print_table(
        f"Processor time of the start, median of {RUNS} (goal: below {GOAL_MS} ms beyond the first)",
        ["command", "ms", "ms beyond the first"],
        [[name, f"{median:.0f}", f"{median - bare:.0f}"] for name, median in medians.items()],
    )


if __name__ == "__main__":
    main()

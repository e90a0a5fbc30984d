"""Measures the linear estimators against cca-zoo and against the cross products that no solver can do without.

Run as ``python -m tests.benchmarks linear_cca``. Each fit runs in a process of its own (`linear_fit`), the solvers in
turn, so that a busy moment hits all alike.
"""

from __future__ import annotations

import json
import statistics
import sys
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines import CCA
from tests.benchmarks.costs import Command, measure
from tests.benchmarks.linear_fit import Case, correlate, make_views
from tests.benchmarks.printing import print_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

RUNS = 3
TWO_VIEWS = {"14,454 × (2560, 400)": "1/4", "100,000 × (512, 512)": "1/10"}  # and the goal for memory
THREE_VIEWS = {"8,000 × (320, 300, 256)": RUNS, "14,454 × (2560, 400, 512)": 1}  # and how often each is run

Figures = dict[str, Any]


def main() -> None:
    """Print the tables."""
    for case, memory in TWO_VIEWS.items():
        goals = f"goals: ≤ 1.3 × the limit, ≥ 4 × faster than cca-zoo, ≤ {memory} of its memory"
        _compare(case, "CCA", RUNS, goals)
    for case, runs in THREE_VIEWS.items():
        _compare(case, "GCCA", runs, "goal: ≥ 5 × faster than cca-zoo")
    _compare_walls()
    _print_float32_losses()
    _print_streaming()


def _fit(case: str, method: str, dtype: str, threads: int = 1) -> Figures:
    env = {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    argv = [sys.executable, "-m", "tests.benchmarks.linear_fit", case, method, dtype]
    found: Figures = json.loads(measure(Command(argv, env=env)).stdout)
    return found


def _compare(case: str, kind: str, runs: int, goals: str) -> None:
    solvers = {
        "cross products alone (the limit), float64": ("limit", "float64"),
        f"musicdata {kind}, float64": (f"musicdata.{kind}", "float64"),
        f"musicdata {kind}, float32": (f"musicdata.{kind}", "float32"),
        f"cca-zoo {kind}, float64": (f"cca_zoo.{kind}", "float64"),
    }
    found: dict[str, list[Figures]] = {label: [] for label in solvers}
    for _ in range(runs):
        for label, (method, dtype) in solvers.items():
            found[label].append(_fit(case, method, dtype))
    cpu = {label: statistics.median(figures["cpu_s"] for figures in each) for label, each in found.items()}
    extra = {label: statistics.median(figures["extra_mb"] for figures in each) for label, each in found.items()}
    limit, *_, rival = solvers
    truth = np.array(found[rival][0]["correlations"])
    rows = []
    for label in solvers:
        correlations = found[label][0]["correlations"]
        off = f"{np.abs(np.array(correlations) - truth).max():.0e}" if correlations else ""
        ratios = (
            f"{cpu[label] / cpu[limit]:.2f}",
            f"{cpu[rival] / cpu[label]:.1f}",
            f"{extra[label] / extra[rival]:.3f}",
        )
        rows.append([label, f"{cpu[label]:.2f}", *ratios[:2], f"{extra[label]:.0f}", ratios[2], off])
    print_table(
        f"{kind} of {case}, 60 components, one thread, median of {runs} ({goals}; correlations equal to 1e-8)",
        ["solver", "CPU s", "× limit", "× faster than cca-zoo", "extra MB", "of cca-zoo's", "off by, largest"],
        rows,
    )


def _compare_walls() -> None:
    rows = []
    for case in TWO_VIEWS:
        walls = [
            _fit(case, method, "float64", threads=2)["wall_s"] for method in ("limit", "musicdata.CCA", "cca_zoo.CCA")
        ]
        rows.append([case, *(f"{wall:.2f}" for wall in walls), f"{walls[2] / walls[1]:.1f}"])
    print_table(
        "CCA, time on the clock with two threads, one run",
        ["case", "limit s", "musicdata s", "cca-zoo s", "× faster than cca-zoo"],
        rows,
    )


def _print_float32_losses() -> None:
    """Print what float32 input with columns of unequal scale, far from zero, costs of the sum of ten correlations."""
    import cca_zoo.linear

    case = Case(8_000, (320, 300), 10)
    rng = np.random.default_rng(0)
    views = make_views(case, "float64")
    truth = sum(correlate(cca_zoo.linear.CCA(n_components=10).fit_transform([*views])))
    rows = []
    for label, spread, offset in (
        ("as they are", 0, 0),
        ("columns scaled by 1e-3 to 1e3", 3, 0),
        ("columns 1e4 standard deviations from zero", 0, 1e4),
        ("both", 3, 1e4),
    ):
        narrow = [_distort(view, spread, offset, rng) for view in views]
        ours = CCA(n_components=10, device="cpu").fit(narrow).canonical_correlations_.sum()
        with warnings.catch_warnings(action="ignore"):
            theirs = sum(correlate(cca_zoo.linear.CCA(n_components=10).fit_transform([*narrow])))
        rows.append([label, *(f"{abs(1 - found / truth):.1e}" for found in (ours, theirs))])
    print_table(
        f"Share of the sum of ten correlations ({truth:.3f} in float64) that float32 input loses (goal: below 1e-4)",
        ["columns", "musicdata", "cca-zoo"],
        rows,
    )


def _distort(view: NDArray[Any], spread: float, offset: float, rng: np.random.Generator) -> NDArray[np.float32]:
    scales = 10 ** rng.uniform(-spread, spread, size=view.shape[1])
    distorted: NDArray[np.float32] = ((view + offset * view.std(axis=0)) * scales).astype(np.float32)
    return distorted


def _print_streaming() -> None:
    """Print how far a fit to shards, in any order, is from the fit to all rows at once."""
    views = make_views(Case(8_000, (320, 300)), "float64")
    whole = CCA(n_components=60, device="cpu").fit(views)
    rng = np.random.default_rng(0)
    rows = []
    for n_shards in (2, 10, 100):
        edges = np.sort(rng.choice(np.arange(1, len(views[0])), n_shards - 1, replace=False))
        shards = list(zip(*(np.split(view, edges) for view in views), strict=True))
        for label, order in (("in order", np.arange(n_shards)), ("shuffled", rng.permutation(n_shards))):
            streamed = CCA(n_components=60, device="cpu").fit_blocks(shards[number] for number in order)
            off = np.abs(streamed.canonical_correlations_ - whole.canonical_correlations_).max()
            scores = max(
                np.abs(a - b).max() for a, b in zip(streamed.transform(views), whole.transform(views), strict=True)
            )
            rows.append([n_shards, label, f"{off:.0e}", f"{scores:.0e}"])
    print_table(
        "CCA of 8,000 × (320, 300) in shards against all rows at once (goal: equal to 1e-10)",
        ["shards", "order", "correlations off by", "scores off by"],
        rows,
    )


if __name__ == "__main__":
    main()

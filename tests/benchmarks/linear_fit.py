"""Fits one linear estimator once, in a process of its own, and prints what that took as JSON.

Run by `linear_cca` as ``python -m tests.benchmarks.linear_fit CASE SOLVER TYPE``.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import blas

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Views = list[NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """The shape of the views, and the components wanted."""

    n_rows: int
    widths: tuple[int, ...]
    n_components: int = 60


CASES = {
    "14,454 × (2560, 400)": Case(14_454, (2560, 400)),
    "100,000 × (512, 512)": Case(100_000, (512, 512)),
    "8,000 × (320, 300, 256)": Case(8_000, (320, 300, 256)),
    "14,454 × (2560, 400, 512)": Case(14_454, (2560, 400, 512)),
}
_BLOCK = 1000
_LATENTS = 100


def make_views(case: Case, dtype: str) -> Views:
    """Return views that share latents of falling strength; made block by block, so that nothing else is in memory."""
    rng = np.random.default_rng(0)
    strengths = np.geomspace(1.5, 0.1, _LATENTS)
    mixtures = [strengths[:, None] * rng.normal(size=(_LATENTS, p)) / _LATENTS**0.5 for p in case.widths]
    views: Views = [np.empty((case.n_rows, p), dtype) for p in case.widths]
    for start in range(0, case.n_rows, _BLOCK):
        rows = slice(start, min(start + _BLOCK, case.n_rows))
        latents = rng.normal(size=(rows.stop - start, _LATENTS))
        for view, mixture in zip(views, mixtures, strict=True):
            view[rows] = latents @ mixture + rng.normal(size=(len(latents), view.shape[1]))
    return views


def multiply(views: Views) -> None:
    """Do the least a solver from covariances must: float64 cross products within and between the views."""
    for number, a in enumerate(views):
        blas.dsyrk(1.0, a.T)
        for b in views[number + 1 :]:
            blas.dgemm(1.0, a.T, b.T, trans_b=True)


def make_solver(method: str, case: Case) -> Callable[[Views], Any]:
    """Return what fits the views: ``limit``, or LIBRARY.ESTIMATOR."""
    if method == "limit":
        return multiply
    library, kind = method.split(".")
    if library == "cca_zoo":
        import cca_zoo.linear

        estimator: Any = getattr(cca_zoo.linear, kind)(n_components=case.n_components)
    else:
        import musicdata_baselines

        estimator = getattr(musicdata_baselines, kind)(n_components=case.n_components, device="cpu")
    fit: Callable[[Views], Any] = estimator.fit
    return fit


def correlate(scores: Views) -> list[float]:
    """Return the correlation of each component, mean over the pairs of views."""
    pairs = list(combinations(scores, 2))
    found = [[float(np.corrcoef(x, y)[0, 1]) for x, y in zip(a.T, b.T, strict=True)] for a, b in pairs]
    return [sum(of_pairs) / len(pairs) for of_pairs in zip(*found, strict=True)]


def memory_mb(mark: str) -> float:
    """Return a mark of this process's resident memory: VmRSS now, VmHWM at its highest; 10^6 bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(mark))


def main(name: str, method: str, dtype: str) -> None:
    """Print seconds, extra memory and correlations of one fit."""
    case, small = CASES[name], Case(200, tuple(range(6, 6 - len(CASES[name].widths), -1)), 2)
    make_solver(method, small)(make_views(small, dtype))  # libraries are loaded before anything is measured
    views = make_views(case, dtype)
    fit = make_solver(method, case)
    before_mb = memory_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark begins anew
    wall, cpu = time.monotonic(), time.process_time()
    fitted = fit(views)
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    extra_mb = memory_mb("VmHWM") - before_mb
    found = correlate(fitted.transform(views)) if fitted else []
    print(json.dumps({"cpu_s": cpu, "wall_s": wall, "extra_mb": extra_mb, "correlations": found}))


if __name__ == "__main__":
    main(*sys.argv[1:])

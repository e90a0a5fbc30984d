"""Runs a sweep: linear methods on every run, deep ones as planned, on random splits and on the disjoint one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from musicdata_baselines import retrieval
from musicdata_baselines.suites.paired_views.results import Sweep, SweepLink, SweepMethod, SweepScheme
from musicdata_baselines.suites.paired_views.sweep import deep, linear
from musicdata_baselines.suites.paired_views.sweep.figures import Measured, chance, gather, mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from musicdata_baselines.suites.paired_views.sweep.data import Material, Run
    from musicdata_baselines.suites.paired_views.sweep.plan import Plan

PAIR = ("audio", "lyrics")
IN_PAPER = {
    linear.PLAIN: "Spotify-CCA",
    deep.MVE: "Spotify-MVE",
    deep.DCCA: "Spotify-DCCA",
    deep.JOINT: "JointTrain-DCCA",
}


@dataclass(slots=True)
class _Gathered:
    """What was measured on one way of splitting."""

    name: str
    runs: Sequence[Run]
    link: SweepLink
    measured: list[Measured] = field(default_factory=list)


def measure(
    material: Material,
    components: Sequence[int],
    plan: Plan,
    *,
    device: str = "auto",
    seed: int = 0,
    n_permutations: int = 10_000,
    progress: Callable[[str], None] = lambda _text: None,
) -> Sweep:
    """Fit and measure every method for every number of components, the mean over the runs.

    Args:
        material: what to fit to.
        components: numbers of components.
        plan: which part of it, and for how long.
        device: ``auto``, ``cpu`` or ``cuda``.
        seed: of networks and permutations; run i has seed + i.
        n_permutations: re-pairings behind each p-value.
        progress: is told what was done.

    Raises:
        ViewError: features are not finite, or the linear views have nothing in common.
        DeviceError: the device is unknown or not there.
    """
    ways = [("random", material.random[: plan.runs])]
    ways += [("disjoint", (material.disjoint,))] if material.disjoint is not None else []
    seconds: dict[str, float] = {}
    gathered = [_linear(material, name, runs, components, device, seed, n_permutations, seconds) for name, runs in ways]
    failures: list[str] = []
    if plan.deep:
        trainer = deep.Trainer(material, plan, components, device, seed, progress)
        for one in gathered:
            trained = trainer.train(one.runs)
            one.measured += trained.measured
            failures += trained.failures
            for method, spent in trained.seconds.items():
                seconds[method] = seconds.get(method, 0.0) + spent
    return Sweep(
        pair=PAIR,
        components=tuple(components),
        methods=tuple(_methods(material, plan, seconds)),
        schemes=tuple(_scheme(material, one) for one in gathered),
        epochs=plan.epochs,
        limited_to=plan.runs,
        notes=tuple(_notes(material, plan, failures)),
    )


def _linear(
    material: Material,
    name: str,
    runs: Sequence[Run],
    components: Sequence[int],
    device: str,
    seed: int,
    n_permutations: int,
    seconds: dict[str, float],
) -> _Gathered:
    started = time.monotonic()
    measured: list[Measured] = []
    link: SweepLink | None = None
    with threadpool_limits(1, user_api="blas"):  # the matrices are small: a second thread costs more than it brings
        for run in runs:
            fitted = linear.fit(material, run, max(components), device)
            measured += linear.measure_fitted(fitted, run, components, material.categories)
            link = link or _link(material, run, max(components), device, seed, n_permutations)
    seconds[linear.PLAIN] = seconds.get(linear.PLAIN, 0.0) + time.monotonic() - started
    assert link is not None  # there is at least one run
    return _Gathered(name, runs, link, measured)


def _link(material: Material, run: Run, at_most: int, device: str, seed: int, n_permutations: int) -> SweepLink:
    """Ask weighted CCA with all components there are and a strong ridge: fixed before any figure is seen."""
    fitted = linear.fit(material, run, at_most, device, linear.LINK_SHRINKAGE)
    a, b = fitted.scores[linear.WEIGHTED]
    groups = material.groups[run.test]
    result = retrieval.permutation_test(a, b, groups=groups, n_permutations=n_permutations, seed=seed)
    return SweepLink(
        run=run.name,
        method=linear.WEIGHTED,
        n_components=fitted.n_components,
        shrinkage=linear.LINK_SHRINKAGE,
        mrr=result.observed_mrr,
        null_mrr=result.null_mean,
        p_value=result.p_value,
        detection_limit_mrr=result.detection_limit if np.isfinite(result.detection_limit) else None,
    )


def _methods(material: Material, plan: Plan, seconds: dict[str, float]) -> Iterator[SweepMethod]:
    """Yield every method there could be, so that a report can say which was not run."""
    most = min(material.audio.shape[1], material.lyrics.shape[1])
    ridge = {"ridge": linear.RIDGE}
    yield SweepMethod(linear.PLAIN, IN_PAPER[linear.PLAIN], ridge, most, round(seconds[linear.PLAIN], 2))
    yield SweepMethod(linear.WEIGHTED, "", ridge, most)
    for method in deep.methods_of(material):
        settings = deep.settings_of(method, plan)
        yield SweepMethod(method, IN_PAPER[method], settings, None, round(seconds.get(method, 0.0), 2))
        if method != deep.MVE:
            yield SweepMethod(method + deep.WEIGHTED, "", settings)


def _scheme(material: Material, gathered: _Gathered) -> SweepScheme:
    categories, groups = material.categories, material.groups
    by_chance = [
        chance(len(run.test), categories[run.test] if categories is not None else None) for run in gathered.runs
    ]
    return SweepScheme(
        name=gathered.name,
        runs=tuple(run.name for run in gathered.runs),
        n_train=tuple(len(run.train) for run in gathered.runs),
        n_test=tuple(len(run.test) for run in gathered.runs),
        groups_on_both_sides=tuple(float(np.isin(groups[r.test], groups[r.train]).mean()) for r in gathered.runs),
        chance=mean(by_chance),
        link=gathered.link,
        cells=tuple(gather(gathered.measured, PAIR)),
    )


def _notes(material: Material, plan: Plan, failures: Sequence[str]) -> Iterator[str]:
    """Yield what was not run, and how to run it."""
    if not plan.deep:
        yield (
            f"{', '.join(deep.methods_of(material))} were not trained, their cells are –: {plan.why_not}. Train them "
            "with musicdata validate --device cuda; a trace of it on a processor: --sweep --runs 1 --epochs 0.01"
        )
    elif plan.epochs != 1:
        yield f"deep methods had {plan.epochs:g} times the paper's epochs (--epochs): their figures are not the paper's"
    if plan.runs is not None and plan.runs < len(material.random):
        yield f"{plan.runs} of {len(material.random)} random splits were run (--runs)"
    if material.sequences is None:
        yield f"{deep.JOINT} was not trained: the recipe names no spectrograms"
    yield from failures

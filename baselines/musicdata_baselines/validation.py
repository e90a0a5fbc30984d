"""`musicdata validate`: check, baselines, controls, curves, gate → one `Validation`."""

from __future__ import annotations

import importlib.util
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

import musicdata
from musicdata.errors import UsageError
from musicdata_baselines import backend, controls, curves, dataset, gate, retrieval, shape, suite, sweep
from musicdata_baselines.judging import Judge
from musicdata_baselines.results import Validation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from musicdata_baselines.dataset import Dataset
    from musicdata_baselines.judging import Scores
    from musicdata_baselines.results import BaselineResult, Sweep
    from musicdata_baselines.sweep import Plan


def validate(
    path: str | Path | None = None,
    *,
    deep: bool | None = None,
    device: str = "auto",
    seed: int = 0,
    n_permutations: int = 10_000,
    progress: Callable[[str], None] = lambda _text: None,
    swept: bool | None = None,
    runs: int | None = None,
    epochs: float = 1.0,
) -> Validation:
    """Check a workspace, fit its baselines, run the controls and judge whether it may be released.

    Args:
        path: workspace; the only one in ``musicdata-work`` when None.
        deep: fit the deep baselines too; when None, if torch is installed.
        device: ``auto``, ``cpu`` or ``cuda``.
        seed: of everything random.
        n_permutations: re-pairings behind each p-value.
        progress: is told what is done next.
        swept: of a recipe that has a sweep over components and runs: False for nothing of it, True for its deep methods
            too wherever they run, None for its deep methods on a CUDA card only.
        runs: random splits of the sweep, all of them when None.
        epochs: epochs of the sweep's deep methods as a share of the paper's.

    Raises:
        UsageError: the workspace's recipe names no features to compare, or they are not built; or a sweep is wanted
            and it names none.
        DeviceError: the device is unknown or not there.
        MusicdataError: see `musicdata.errors`.
    """
    chosen = backend.choose(device)
    plan = sweep.make_plan(sweep=swept, deep=deep, on_card=chosen.name != "cpu", runs=runs, epochs=epochs)
    _require_sweep(path, swept=swept)
    clock = _Clock(progress)
    with clock.part("check"):
        report = musicdata.check(path)
    found = [f"{f.check}: {f.table + ': ' if f.table else ''}{f.message}" for f in report.findings]
    # The matrices are small: a second thread costs more than it brings, many times more on a busy machine.
    with threadpool_limits(1, user_api="blas"):
        with clock.part("features"):
            data = dataset.read(path)
        test = data.rows("test")
        judge = Judge(
            groups=data.subject.groups[test],
            categories=data.categories[test] if data.categories is not None else None,
            seed=seed,
            n_permutations=n_permutations,
        )
        with clock.part("linear baselines"):
            scored = list(_told(suite.linear(data, device=device), clock))
            judged = [one for scores in scored for one in judge.judge(scores)]
        with clock.part("controls"):
            controlled = tuple(controls.run_all(data.subject, seed=seed))
        with clock.part("curves"):
            drawn = curves.draw(data, scored, judge, device=device, seed=seed)
    deep_left_out = _why_not_deep(data, deep=deep)
    if not deep_left_out:
        with clock.part("deep baselines"):
            of_deep = _told(suite.deep(data, device=device, seed=seed), clock)
            judged += [one for scores in of_deep for one in judge.judge(scores)]
    found_by_sweep = _sweep(path, data, plan, clock, device=device, seed=seed, n_permutations=n_permutations)
    results = tuple(one.result for one in judged)
    return Validation(
        dataset=data.name,
        title=data.title,
        musicdata=musicdata.__version__,
        seed=seed,
        device=chosen.name,
        tables=data.tables,
        views=data.facts,
        n_samples={split: len(data.rows(split)) for split in ("train", "valid", "test")},
        n_groups={split: len(set(data.subject.groups[data.rows(split)])) for split in ("train", "valid", "test")},
        chance=_chance(len(test)),
        certain_pairs=tuple(data.subject.certain_pairs),
        checks_passed=tuple(report.passed),
        check_findings=tuple(found),
        baselines=results,
        controls=controlled,
        curves=drawn,
        rules=gate.judge(found, results, controlled, data.subject.certain_pairs),
        shape=tuple(shape.describe(judged, judge)),
        notes=tuple(_notes(data, results, deep_left_out)),
        seconds=clock.seconds,
        paper=data.paper,
        n_permutations=n_permutations,
        sweep=found_by_sweep,
    )


def _require_sweep(path: str | Path | None, *, swept: bool | None) -> None:
    """Refuse at once what would otherwise be refused, or left out, after minutes."""
    opened = musicdata.open_data(path)
    wanted = opened.recipe.validate.sweep if opened.recipe.validate is not None else None
    if swept and wanted is None:
        raise UsageError(f"the recipe of {opened.root} has no [validate.sweep]: there is no sweep to run")


def _sweep(
    path: str | Path | None,
    data: Dataset,
    plan: Plan | None,
    clock: _Clock,
    *,
    device: str,
    seed: int,
    n_permutations: int,
) -> Sweep | None:
    """Run the sweep over components and runs, where the recipe has one and it is wanted."""
    opened = musicdata.open_data(path)
    wanted = opened.recipe.validate.sweep if opened.recipe.validate is not None else None
    if wanted is None or plan is None:
        return None
    with clock.part("sweep"):
        material = sweep.read(
            opened,
            wanted,
            sample_ids=data.subject.sample_ids.tolist(),
            groups=data.subject.groups,
            categories=data.categories,
        )
        return sweep.measure(
            material,
            wanted.components,
            plan,
            device=device,
            seed=seed,
            n_permutations=n_permutations,
            progress=clock.progress,
        )


def _told(scored: Iterator[Scores], clock: _Clock) -> Iterator[Scores]:
    for scores in scored:
        clock.progress(
            f"  {scores.name} ({', '.join('–'.join(pair) for pair in scores.pairs)}): {scores.seconds:.1f} s"
        )
        yield scores


def _chance(n: int) -> dict[str, float]:
    chance = retrieval.chance(n)
    recalls = {f"recall_{k}": value for k, value in chance.recall.items()}
    return {"mrr": chance.mrr, **recalls, "median_rank": chance.median_rank, "mean_rank": chance.mean_rank}


def _why_not_deep(data: Dataset, *, deep: bool | None) -> str:
    """Say why the deep baselines are left out; "" when they are not."""
    if deep is False:
        return "they were not wanted"
    if deep is None and importlib.util.find_spec("torch") is None:
        return "with torch (pip install 'musicdata[deep]') they are fitted too"
    n_train, least = len(data.rows("train")), suite.least_deep_rows()
    return f"they need {least} train samples, and there are {n_train}" if n_train < least else ""


def _notes(data: Dataset, results: tuple[BaselineResult, ...], deep_left_out: str) -> Iterator[str]:
    certain = {frozenset(pair) for pair in data.subject.certain_pairs}
    for pair in dict.fromkeys(result.pair for result in results if frozenset(result.pair) not in certain):
        asked = next(r for r in results if r.pair == pair and r.name == gate.JUDGE)
        if asked.p_value >= gate.SIGNIFICANCE:
            yield (
                f"{pair[0]}–{pair[1]}: not distinguishable from chance on a leak-free split ({asked.name}, "
                f"p = {asked.p_value:.2g}; a mean MRR below {asked.detection_limit_mrr:.4f} could not have been told)."
            )
    for result in results:
        if max(d.tie_gap for d in result.directions) > 0.01 * result.mrr:
            yield f"{result.name} on {'–'.join(result.pair)} has ties: its figures are means over their orders."
    if deep_left_out:
        yield f"The deep baselines were left out: {deep_left_out}."
    if data.subject.groups is not None and len(set(data.subject.groups[data.rows("test")])) < 30:
        yield "The test split has fewer than 30 groups: its intervals and p-values are rough."


class _Clock:
    """Takes the wall time of each part and tells what is done."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        self.progress(name)
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 2)

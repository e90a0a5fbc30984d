"""The course of the suite: features, baselines, controls, curves, sweep, gate → one `Outcome`."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from musicdata.definitions.suite import Outcome, Rule
from musicdata.errors import UsageError
from musicdata.wording import choice
from musicdata_baselines import backend, retrieval
from musicdata_baselines.suites.paired_views import baselines, controls, curves, dataset, gate, recorded, shape, sweep
from musicdata_baselines.suites.paired_views.judging import Judge
from musicdata_baselines.suites.paired_views.report import paper_tables
from musicdata_baselines.suites.paired_views.results import PairedViews

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.suite import Clock, Options
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.paired_views.dataset import Dataset, Sizes
    from musicdata_baselines.suites.paired_views.judging import Scores
    from musicdata_baselines.suites.paired_views.results import BaselineResult, Sweep
    from musicdata_baselines.suites.paired_views.settings import PairedViewsSettings
    from musicdata_baselines.suites.paired_views.sweep import Plan


def require(data: TableSource, settings: PairedViewsSettings, options: Options) -> None:
    """Refuse at once what would otherwise be refused, or left out, after minutes.

    Raises:
        UsageError: a sweep is wanted and the recipe has none, a number of it makes no sense, or the paper is unknown.
        DeviceError: the device is unknown or not there.
    """
    _plan(options)
    if options.sweep and settings.sweep is None:
        raise UsageError(f"the recipe of {data.root} has no [validate.sweep]: there is no sweep to run")
    if settings.paper and settings.paper not in paper_tables.names():
        raise UsageError(f"no paper is called {settings.paper!r}{choice(settings.paper, paper_tables.names())}")


def announce(data: TableSource, settings: PairedViewsSettings, options: Options) -> str:
    """Say how many deep baselines will be fitted, about how long that takes, and how to leave them out; "" for none."""
    sizes = dataset.sizes(data, settings)
    n_train = sizes.n_samples["train"]
    if sizes.too_few(data.head.split_by) or _why_not_deep(n_train, deep=options.deep):
        return ""
    fits = baselines.n_deep(len(settings.views))
    minutes = fits * baselines.DEEP_FIT_S * max(1.0, n_train / baselines.DEEP_FIT_ROWS) / 60
    on = "of a processor" if backend.choose(options.device).name == "cpu" else "of a processor, less on this card"
    return (
        f"deep baselines: {fits} networks are fitted to {n_train:,} samples, some {minutes:,.0f} min {on}; "
        "--no-deep leaves them out"
    )


def _plan(options: Options) -> Plan | None:
    on_card = backend.choose(options.device).name != "cpu"
    return sweep.make_plan(
        sweep=options.sweep, deep=options.deep, on_card=on_card, runs=options.runs, epochs=options.epochs
    )


def run(data: TableSource, settings: PairedViewsSettings, options: Options, clock: Clock) -> Outcome[PairedViews]:
    """Fit the baselines, run the controls and judge.

    Raises:
        InputError: the views are not of the same samples.
        DeviceError: the device is unknown or not there.
    """
    sizes = dataset.sizes(data, settings)
    if too_few := sizes.too_few(data.head.split_by):
        return _not_measured(sizes, too_few, settings, options)
    device, seed = options.device, options.seed
    # The matrices are small: a second thread costs more than it brings, many times more on a busy machine.
    with threadpool_limits(1, user_api="blas"):
        with clock.part("features"):
            read = dataset.read(data, settings)
        judge = _judge(read, options)
        with clock.part("linear baselines"):
            scored = list(_told(baselines.linear(read, device=device), clock))
            judged = [one for scores in scored for one in judge.judge(scores)]
        with clock.part("controls"):
            controlled = tuple(controls.run_all(read.subject, seed=seed))
        with clock.part("curves"):
            drawn = curves.draw(read, scored, judge, device=device, seed=seed)
    deep_left_out = _why_not_deep(len(read.rows("train")), deep=options.deep)
    if not deep_left_out:
        with clock.part("deep baselines"):
            of_deep = _told(baselines.deep(read, device=device, seed=seed), clock)
            judged += [one for scores in of_deep for one in judge.judge(scores)]
    results = tuple(one.result for one in judged)
    return Outcome(
        result=PairedViews(
            views=read.facts,
            chance=_chance(len(read.rows("test"))),
            certain_pairs=tuple(read.subject.certain_pairs),
            baselines=results,
            controls=controlled,
            curves=drawn,
            shape=tuple(shape.describe(judged, judge)),
            paper=settings.paper,
            n_permutations=options.n_permutations,
            sweep=_sweep(data, settings, read, options, clock),
        ),
        n_samples=sizes.n_samples,
        n_groups=sizes.n_groups,
        tables=sizes.tables,
        rules=gate.judge(results, controlled, read.subject.certain_pairs),
        notes=tuple(_notes(read, results, deep_left_out)),
        card=recorded.card(results),
        methods=recorded.methods(results),
        device=backend.choose(device).name,
    )


def _not_measured(sizes: Sizes, too_few: str, settings: PairedViewsSettings, options: Options) -> Outcome[PairedViews]:
    """Return what is known of a data set too small for any figure: that its gate does not hold, and why."""
    measured = PairedViews(
        views=(),
        chance={},
        certain_pairs=settings.certain,
        baselines=(),
        controls=(),
        curves={},
        shape=(),
        paper=settings.paper,
        n_permutations=options.n_permutations,
    )
    return Outcome(
        result=measured,
        n_samples=sizes.n_samples,
        n_groups=sizes.n_groups,
        tables=sizes.tables,
        rules=(Rule("enough samples to judge by", holds=False, found=too_few),),
        notes=("Nothing was measured: no figure of so few samples means anything.",),
        device=backend.choose(options.device).name,
    )


def _judge(data: Dataset, options: Options) -> Judge:
    test = data.rows("test")
    return Judge(
        groups=data.subject.groups[test],
        categories=data.categories[test] if data.categories is not None else None,
        seed=options.seed,
        n_permutations=options.n_permutations,
    )


def _sweep(
    data: TableSource, settings: PairedViewsSettings, read: Dataset, options: Options, clock: Clock
) -> Sweep | None:
    """Run the sweep over components and runs, where the recipe has one and it is wanted."""
    plan = _plan(options)
    if settings.sweep is None or plan is None:
        return None
    with clock.part("sweep"):
        material = sweep.read(
            data,
            settings.sweep,
            sample_ids=read.subject.sample_ids.tolist(),
            groups=read.subject.groups,
            categories=read.categories,
        )
        return sweep.measure(
            material,
            settings.sweep.components,
            plan,
            device=options.device,
            seed=options.seed,
            n_permutations=options.n_permutations,
            progress=clock.progress,
        )


def _told(scored: Iterator[Scores], clock: Clock) -> Iterator[Scores]:
    for scores in scored:
        clock.progress(
            f"  {scores.name} ({', '.join('–'.join(pair) for pair in scores.pairs)}): {scores.seconds:.1f} s"
        )
        yield scores


def _chance(n: int) -> dict[str, float]:
    chance = retrieval.chance(n)
    recalls = {f"recall_{k}": value for k, value in chance.recall.items()}
    return {"mrr": chance.mrr, **recalls, "median_rank": chance.median_rank, "mean_rank": chance.mean_rank}


def _why_not_deep(n_train: int, *, deep: bool | None) -> str:
    """Say why the deep baselines are left out; "" when they are not."""
    if deep is False:
        return "they were not wanted"
    if deep is None and importlib.util.find_spec("torch") is None:
        return "with torch (pip install 'musicdata[deep]') they are fitted too"
    least = baselines.least_deep_rows()
    return f"they need {least} train samples, and there are {n_train}" if n_train < least else ""


def _notes(data: Dataset, results: tuple[BaselineResult, ...], deep_left_out: str) -> Iterator[str]:
    certain = {frozenset(pair) for pair in data.subject.certain_pairs}
    for pair in dict.fromkeys(result.pair for result in results if frozenset(result.pair) not in certain):
        judge = next(r for r in results if r.pair == pair and r.name == gate.JUDGE)
        if judge.p_value >= gate.SIGNIFICANCE:
            yield (
                f"{pair[0]}–{pair[1]}: not distinguishable from chance on a leak-free split ({judge.name}, "
                f"p = {judge.p_value:.2g}; a mean MRR below {judge.detection_limit_mrr:.4f} could not have been told)."
            )
    for result in results:
        if max(d.tie_gap for d in result.directions) > 0.01 * result.mrr:
            yield f"{result.name} on {'–'.join(result.pair)} has ties: its figures are means over their orders."
    if deep_left_out:
        yield f"The deep baselines were left out: {deep_left_out}."
    if data.subject.groups is not None and len(set(data.subject.groups[data.rows("test")])) < 30:
        yield "The test split has fewer than 30 groups: its intervals and p-values are rough."

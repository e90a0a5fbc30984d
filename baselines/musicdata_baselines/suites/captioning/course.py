"""The course of the suite: songs, captioners, networks, controls, scores, claims, gate → one `Outcome`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from musicdata.definitions.suite import Outcome, Rule
from musicdata.errors import UsageError
from musicdata.wording import choice
from musicdata_baselines import backend
from musicdata_baselines.suites.captioning import (
    dataset,
    exporting,
    gate,
    leaks,
    measuring,
    networks,
    parts,
    recorded,
)
from musicdata_baselines.suites.captioning.report import paper_table
from musicdata_baselines.suites.captioning.results import GROUPED, Captioning
from musicdata_baselines.suites.captioning.settings import FULL
from musicdata_baselines.suites.captioning.trained import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.suite import Clock, Options
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.captioning.dataset import CaptionSet, Sizes
    from musicdata_baselines.suites.captioning.measuring import Measured
    from musicdata_baselines.suites.captioning.parts import Parts
    from musicdata_baselines.suites.captioning.settings import CaptioningSettings

FEW_SONGS = 100


def require(data: TableSource, settings: CaptioningSettings, options: Options) -> None:
    """Refuse at once what would otherwise be refused after minutes.

    Raises:
        UsageError: the words are not in the data, as in a view without them, the paper is unknown, or the share of
            epochs makes no sense.
        InputError: the folder of an export holds something.
        SetupError: networks are wanted, and what they need is not here.
        DeviceError: the device is unknown or not there.
    """
    needed = {"lyrics": settings.lyrics, "captions": settings.captions}
    if missing := [what for what, column in needed.items() if not column]:
        raise UsageError(
            f"{data.root} has no {', no '.join(missing)}, as a view of ids or features: there is nothing to measure. "
            "Validate the workspace, or the release with the words"
        )
    if not 0 < options.epochs < float("inf"):
        raise UsageError(f"--epochs is {options.epochs}, expected a share of the steps above 0")
    if settings.paper and settings.paper not in paper_table.names():
        raise UsageError(f"no paper is called {settings.paper!r}{choice(settings.paper, paper_table.names())}")
    if options.export is not None:
        exporting.require_empty(options.export)
    if options.deep:
        from musicdata_baselines import deep
        from musicdata_baselines.deep import captioning

        deep.require_torch()
        captioning.require_transformers()
    backend.choose(options.device)


def run(data: TableSource, settings: CaptioningSettings, options: Options, clock: Clock) -> Outcome[Captioning]:
    """Fit the captioners, train the networks, score, look at what may be claimed, and judge.

    Raises:
        InputError: a table is not what the settings say, or no song has a caption.
        DeviceError: the device is unknown or not there.
    """
    sizes = dataset.sizes(data, settings)
    with clock.part("songs and captions"):
        everything = dataset.read(data, settings)
        read = dataset.with_sound(everything)
        own = parts.cut(read, GROUPED, FULL, settings.most_songs)
    with clock.part("leaks"):
        found = leaks.measure(everything)
    told = _told(read, own, settings, options)
    result = replace(told, leaks=found, variants=tuple(dataset.variants(everything, settings)))
    if own.too_few:
        return _not_measured(result, own.too_few, sizes, settings, options)
    not_trained = networks.why_not(own, settings, options)
    workshop = Workshop(data, settings, options, read.heard, clock)
    # The matrices are small: a second thread costs more than it brings, many times more on a busy machine.
    with threadpool_limits(1, user_api="blas"):
        measured = measuring.measure(read, own, workshop, is_deep=not not_trained)
    result = replace(_with(result, measured), not_trained=not_trained)
    return Outcome(
        result=result,
        n_samples=sizes.n_samples,
        n_groups=sizes.n_groups,
        tables=sizes.tables,
        rules=tuple(gate.judge(result)),
        notes=tuple(_notes(read, own, result, measured)),
        card=recorded.card(result),
        methods=recorded.methods(result),
        device=backend.choose(options.device).name,
    )


def _told(data: CaptionSet, own: Parts, settings: CaptioningSettings, options: Options) -> Captioning:
    """Return what is known before anything is measured."""
    return Captioning(
        ear=data.heard.label if data.heard is not None else "",
        config=settings.config,
        deep_asked=options.deep is True,
        n_train_songs=len(own.train),
        n_scored=len(own.test),
        n_test_songs=own.n_test,
        paper=settings.paper,
        epochs=options.epochs,
        swept=options.sweep is True,
    )


def _with(result: Captioning, measured: Measured) -> Captioning:
    return replace(
        result,
        meteor=measured.meteor,
        systems=measured.systems,
        controls=measured.controls,
        facts=measured.facts,
        runs=measured.runs,
        claims=measured.claims,
        examples=measured.examples,
        length_effects=measured.length_effects,
        best=measured.best,
        over_random=measured.over_random,
        over_writing=measured.over_writing,
        hears=measured.hears,
    )


def _not_measured(
    result: Captioning, too_few: str, sizes: Sizes, settings: CaptioningSettings, options: Options
) -> Outcome[Captioning]:
    """Return what is known of a data set too small for any figure: that its gate does not hold, and why."""
    helps = "build from more songs, or choose other shares of the splits"
    return Outcome(
        result=replace(result, paper=settings.paper),
        n_samples=sizes.n_samples,
        n_groups=sizes.n_groups,
        tables=sizes.tables,
        rules=(Rule("enough songs to judge by", holds=False, found=f"{too_few}; {helps}"),),
        notes=("Nothing was measured: no figure of so few songs means anything.",),
        device=backend.choose(options.device).name,
    )


def _notes(data: CaptionSet, own: Parts, result: Captioning, measured: Measured) -> Iterator[str]:
    for what, n in data.n_left_out.items():
        if n:
            yield f"{n:,} {what} were left out."
    if result.n_test_songs > result.n_scored:
        yield (
            f"{result.n_scored:,} of {result.n_test_songs:,} test songs were captioned, those whose ids have the "
            "lowest hashes."
        )
    if result.n_scored < FEW_SONGS:
        yield f"{result.n_scored} songs were captioned: the intervals are rough."
    if not result.ear:
        yield "No sound was heard: systems that read were measured, none that hears."
    if result.not_trained:
        yield f"No networks were trained: {result.not_trained}."
    if late := [run for run in result.runs if not run.converged]:
        named = ", ".join(f"{run.system}, seed {run.seed}" for run in late)
        yield f"Not converged after the planned steps, trained on and counted all the same: {named}."
    if not own.valid.ids:
        yield "The valid split has no songs: nothing was chosen by it."
    yield from measured.notes
    yield "Words in common with what people wrote are no measure of whether a caption is right: the facts are."

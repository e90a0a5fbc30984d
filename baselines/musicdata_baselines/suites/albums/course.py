"""The course of the suite: features, methods and probes of every scheme, gate → one `Outcome`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from musicdata.definitions.suite import Outcome, Rule
from musicdata.errors import UsageError
from musicdata.wording import choice
from musicdata_baselines import backend
from musicdata_baselines.suites.albums import dataset, gate, judging, methods, probes, recorded
from musicdata_baselines.suites.albums.judging import Judge
from musicdata_baselines.suites.albums.methods import Plan
from musicdata_baselines.suites.albums.parts import Parts
from musicdata_baselines.suites.albums.report import paper_table
from musicdata_baselines.suites.albums.results import Albums, SchemeResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.suite import Clock, Options
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.albums.dataset import AlbumSet, Sizes
    from musicdata_baselines.suites.albums.judging import Encoded
    from musicdata_baselines.suites.albums.settings import AlbumsSettings

FEW_ALBUMS = 30


def require(_data: TableSource, settings: AlbumsSettings, options: Options) -> None:
    """Refuse at once what would otherwise be refused, or left out, after minutes.

    Raises:
        UsageError: the paper is unknown, or the share of epochs makes no sense.
        SetupError: networks are wanted, and torch is not here.
        DeviceError: the device is unknown or not there.
    """
    if not 0 < options.epochs < float("inf"):
        raise UsageError(f"--epochs is {options.epochs}, expected a share of the paper's above 0")
    if settings.paper and settings.paper not in paper_table.names():
        raise UsageError(f"no paper is called {settings.paper!r}{choice(settings.paper, paper_table.names())}")
    if options.deep:
        from musicdata_baselines import deep

        deep.require_torch()
    backend.choose(options.device)


def run(data: TableSource, settings: AlbumsSettings, options: Options, clock: Clock) -> Outcome[Albums]:
    """Fit the methods under every scheme, probe and judge.

    Raises:
        InputError: a table is not what the settings say.
        DeviceError: the device is unknown or not there.
    """
    sizes = dataset.sizes(data, settings)
    with clock.part("features"):
        read = dataset.read(data, settings)
    split = [Parts.of(read, scheme, settings.asked, options.seed) for scheme in settings.schemes]
    if few := "; ".join(parts.too_few for parts in split if parts.too_few):
        return _not_measured(sizes, few, settings, options)
    # The matrices are small: a second thread costs more than it brings, many times more on a busy machine.
    with threadpool_limits(1, user_api="blas"):
        n_common = min(len(parts.candidates) for parts in split)
        measured = tuple(_measure(parts, n_common, settings, options, clock) for parts in split)
    result = Albums(
        sources=_sources(read, settings),
        schemes=measured,
        paper=settings.paper,
        n_permutations=options.n_permutations,
        n_common=n_common,
        epochs=options.epochs,
    )
    asked = next(scheme for scheme in measured if scheme.is_disjoint)
    return Outcome(
        result=result,
        n_samples=sizes.n_samples,
        n_groups=sizes.n_groups,
        tables=sizes.tables,
        rules=gate.judge(asked),
        notes=tuple(_notes(read, result)),
        card=recorded.card(result),
        methods=recorded.methods(result),
        device=backend.choose(options.device).name,
    )


def _not_measured(sizes: Sizes, too_few: str, settings: AlbumsSettings, options: Options) -> Outcome[Albums]:
    """Return what is known of a data set too small for any figure: that its gate does not hold, and why."""
    helps = "build from more albums, or choose other shares of the splits"
    return Outcome(
        result=Albums({}, (), settings.paper, options.n_permutations, epochs=options.epochs),
        n_samples=sizes.n_samples,
        n_groups=sizes.n_groups,
        tables=sizes.tables,
        rules=(Rule("enough albums to judge by", holds=False, found=f"{too_few}; {helps}"),),
        notes=("Nothing was measured: no figure of so few albums means anything.",),
        device=backend.choose(options.device).name,
    )


def _measure(parts: Parts, n_common: int, settings: AlbumsSettings, options: Options, clock: Clock) -> SchemeResult:
    data, plan = parts.data, Plan.of(options)
    judge = Judge(parts, n_common, options.n_permutations, options.seed)
    with clock.part(f"linear methods, {parts.scheme}"):
        fitted = _told(methods.linear(parts, options.device, options.seed), clock)
        judged = [judge.judge(encoded) for encoded in fitted]
    if plan.wanted:
        with clock.part(f"networks, {parts.scheme}"):
            minutes = methods.estimated_minutes(parts, settings.training, plan)
            clock.progress(f"  some {minutes:,.0f} min of a processor; --no-deep leaves them out")
            trained = _told(methods.networks(parts, settings.training, plan), clock)
            judged += [judge.judge(encoded) for encoded in trained]
    with clock.part(f"probes, {parts.scheme}"):
        probed = tuple(probes.run_all(parts, judge, options.device))
    sides = {"train": (parts.train, parts.train_songs), "test": (parts.test, parts.test_songs)}
    return SchemeResult(
        name=parts.scheme,
        is_disjoint=parts.scheme == settings.disjoint,
        n_albums={side: len(np.unique(data.review_album[reviews])) for side, (reviews, _) in sides.items()},
        n_reviews={side: len(reviews) for side, (reviews, _) in sides.items()},
        n_songs={side: len(songs) for side, (_, songs) in sides.items()},
        n_asking=len(parts.asking),
        shared_albums=parts.shared(data.sample_ids),
        shared_artists=parts.shared(data.artists),
        chance=judging.chance(parts),
        genre_chance=judging.genre_chance(parts),
        methods=tuple(judged),
        probes=probed,
        left_out=tuple(methods.left_out(parts, settings.training, plan)),
    )


def _told(encoded: Iterator[Encoded], clock: Clock) -> Iterator[Encoded]:
    for one in encoded:
        clock.progress(f"  {one.name}: {one.seconds:.1f} s")
        yield one


def _sources(read: AlbumSet, settings: AlbumsSettings) -> dict[str, str]:
    sources = {
        "audio": f"{settings.audio} ({read.audio.shape[1]})",
        "text": f"{settings.text} ({read.text.shape[1]})",
    }
    if read.tokens is not None:
        sources["tokens"] = settings.tokens
    if read.encoder is not None:
        sources["encoder"] = f"{settings.encoder} ({read.encoder.shape[1]})"
    return sources


def _notes(read: AlbumSet, result: Albums) -> Iterator[str]:
    for what, n in read.n_left_out.items():
        if n:
            yield f"{n:,} {what} were left out."
    for scheme in result.schemes:
        if scheme.n_asking < scheme.n_reviews["test"]:
            n_test = scheme.n_reviews["test"]
            yield f"Scheme {scheme.name}: {scheme.n_asking:,} of {n_test:,} test reviews asked, drawn at random."
        if scheme.n_albums["test"] < FEW_ALBUMS:
            yield f"Scheme {scheme.name} has fewer than {FEW_ALBUMS} albums to find: its intervals are rough."
    left_out = {sentence: None for scheme in result.schemes for sentence in scheme.left_out}
    for sentence in left_out:
        yield f"Left out: {sentence}."
    trained = [m for scheme in result.schemes for m in scheme.methods if "epochs" in m.settings]
    if trained:
        most = max(one.settings["epochs"] for one in trained)
        yield f"The networks were trained for {most:g} epochs at most; the paper's for 200. --sweep trains to the end."

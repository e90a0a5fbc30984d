"""The course of the suite: songs and queries, systems, refusal, genre, controls, gate → one `Outcome`."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from musicdata.definitions.suite import Outcome
from musicdata.errors import UsageError
from musicdata.wording import choice
from musicdata_baselines.suites.text_search import (
    across,
    controls,
    dataset,
    encoders,
    exporting,
    gate,
    genre,
    heads,
    judging,
    recorded,
    refusal,
    systems,
)
from musicdata_baselines.suites.text_search.asking import ask
from musicdata_baselines.suites.text_search.queries import LINE
from musicdata_baselines.suites.text_search.report import paper_system
from musicdata_baselines.suites.text_search.results import ALL, BM25, HYBRID, PAPER, TextSearches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from musicdata.definitions.suite import Clock, Options, Rule
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.search import Hits
    from musicdata_baselines.suites.text_search.asking import Run
    from musicdata_baselines.suites.text_search.dataset import Sizes, SongSet
    from musicdata_baselines.suites.text_search.encoders import Encoders
    from musicdata_baselines.suites.text_search.queries import QuerySet
    from musicdata_baselines.suites.text_search.results import Cell, Refusal
    from musicdata_baselines.suites.text_search.settings import TextSearchSettings
    from musicdata_baselines.suites.text_search.systems import Systems

FEW_QUERIES = 100


def require(data: TableSource, settings: TextSearchSettings, options: Options) -> None:
    """Refuse at once what would otherwise be refused after minutes.

    Raises:
        UsageError: the words are not in the data, as in a view without them, or the paper is unknown.
        InputError: the folder of an export holds something.
    """
    needed = {
        "words": settings.texts,
        "queries": settings.queries,
        "judgements": settings.judgements,
        "languages": settings.language,
        "groups of songs with the same words": settings.relevance_group,
    }
    if missing := [what for what, column in needed.items() if not column]:
        raise UsageError(
            f"{data.root} has no {', no '.join(missing)}, as a view of ids or features: no search of it can be "
            "measured. Validate the workspace, or the release with the words"
        )
    if settings.paper and settings.paper not in paper_system.names():
        raise UsageError(f"no paper is called {settings.paper!r}{choice(settings.paper, paper_system.names())}")
    if options.export is not None:
        exporting.require_empty(options.export)


def run(data: TableSource, settings: TextSearchSettings, options: Options, clock: Clock) -> Outcome[TextSearches]:
    """Fit the systems, ask the queries, count and judge.

    Raises:
        InputError: a table is not what the settings say, or no song has words.
        IntegrityError: the weights of an encoder are not those it was measured with.
    """
    sizes = dataset.sizes(data, settings)
    with clock.part("songs and queries"):
        read = dataset.read(data, settings)
    known = encoders.open_all(read.songs, settings)
    # The matrices are small: a second thread costs more than it brings, many times more on a busy machine.
    with threadpool_limits(1, user_api="blas"):
        result, notes = _measure(read, known, settings, options, clock)
    return Outcome(
        result=result,
        n_samples=sizes.n_samples,
        n_groups=sizes.n_groups,
        tables=sizes.tables,
        rules=tuple(_rules(result, sizes)),
        notes=tuple(notes),
        card=recorded.card(result),
        methods=recorded.methods(result),
    )


def _measure(
    data: SongSet, known: Encoders, settings: TextSearchSettings, options: Options, clock: Clock
) -> tuple[TextSearches, list[str]]:
    """Return everything that is measured, and what could not be proved."""
    queries = data.queries
    asked = queries.take(np.sort(np.concatenate([queries.present("test"), queries.absent("test")])))
    translated = queries.take(np.sort(np.concatenate([queries.translations(one) for one in ("valid", "test")])))
    with clock.part("indexes and weights"):
        valid = queries.take(queries.present("valid"))
        fitted = systems.fit_all(data.songs, known, valid, settings.paper_songs)
    with clock.part("projection"):
        trained = heads.train(data, known, fitted.dense, options.seed)
        if trained.system is not None:
            fitted = replace(fitted, all=(*fitted.all, trained.system))
    with contextlib.ExitStack() as stack:
        sinks = _Sinks(options, data, stack)
        sinks.write_data(asked, translated)
        with clock.part("searches"):
            runs = _ask_all(fitted, asked, data, clock, sinks)
        with clock.part("across languages"):
            found = across.measure(data, translated, fitted, known, settings.across, options.seed, sinks.of)
            translations = tuple(found)
    is_present = asked.n_relevant > 0
    present = np.flatnonzero(is_present)
    with clock.part("figures"):
        some = [run.take(present) for run in runs]
        cells = tuple(judging.judge(asked.take(present), some, len(data.songs), options.seed))
        refused = _refusal(data, fitted, runs, asked, cells, options.seed)
    with clock.part("genre"):
        genres = tuple(genre.measure(data.all, settings.genre_songs, options.seed))
    with clock.part("controls"):
        shuffled = controls.shuffle(data, asked.take(present), options.seed)
        residue, n_looked_at = controls.residue(data.all)
    result = TextSearches(
        n_songs=len(data.songs),
        n_held_out=int(data.all.held_out.sum()),
        languages=dict(Counter(data.songs.languages)),
        encoders=dict(sorted(known.of_language.items())),
        cells=cells,
        translations=translations,
        weighings=fitted.weighings,
        refusal=refused,
        genres=genres,
        noise=genre.noise(data.all),
        shuffled=shuffled,
        heads=trained.trained,
        residue=residue,
        n_looked_at=n_looked_at,
        torn=dataset.torn(data.all.groups, data.all.splits["grouped"]),
        paper=settings.paper,
        asked=settings.most_queries,
    )
    return result, list(_notes(data, known, fitted, settings, result))


class _Sinks:
    """What hits are given to besides: the files of an export, where one is asked for."""

    def __init__(self, options: Options, data: SongSet, stack: contextlib.ExitStack) -> None:
        self._export = exporting.Export(options.export) if options.export is not None else None
        self._data = data
        self._stack = stack
        self._files: dict[str, exporting.RunFile] = {}

    def write_data(self, asked: QuerySet, translated: QuerySet) -> None:
        """Write songs, queries and judgements."""
        if self._export is not None:
            self._export.write_data(self._data, asked, translated)

    def of(self, system: str) -> Callable[[QuerySet, Hits], None] | None:
        """Return what writes the run of a system; None where nothing is exported."""
        if self._export is None:
            return None
        if system not in self._files:
            file = self._export.run(system, self._data.songs.ids)
            self._files[system] = self._stack.enter_context(file)
        return self._files[system].write


def _ask_all(fitted: Systems, asked: QuerySet, data: SongSet, clock: Clock, sinks: _Sinks) -> list[Run]:
    runs = []
    for system in fitted.all:
        started = time.monotonic()
        sink = sinks.of(system.name)
        runs.append(ask(system.name, system.search, asked, data.groups, languages=system.languages, sink=sink))
        clock.progress(f"  {system.name}: {len(asked):,} queries, {time.monotonic() - started:.1f} s")
    return runs


def _refusal(
    data: SongSet, fitted: Systems, runs: Sequence[Run], asked: QuerySet, cells: Sequence[Cell], seed: int
) -> Refusal | None:
    """Measure whether absent songs can be told, by the scores of the hybrid and of BM25."""
    queries = data.queries
    lines = [number for number in queries.present("valid").tolist() if queries.kinds[number] == LINE]
    valid = queries.take(np.sort(np.concatenate([np.array(lines, np.int64), queries.absent("valid")])))
    compared = [system for name in (HYBRID, BM25) if (system := fitted.find(name)) is not None]
    of_valid = [ask(one.name, one.search, valid, data.groups, languages=one.languages) for one in compared]
    rows = np.flatnonzero((asked.kinds == LINE) | (asked.n_relevant == 0))
    test, of_test = asked.take(rows), [run.take(rows) for one in compared for run in runs if run.name == one.name]
    line = next((cell for cell in cells if (cell.kind, cell.language) == (LINE, ALL)), None)
    named = {"paper": PAPER, "hybrid": HYBRID}
    shown = {name: line.of(system) for name, system in named.items()} if line is not None else {}
    return refusal.measure(
        refusal.Asked(valid, of_valid, valid.n_relevant > 0),
        refusal.Asked(test, of_test, test.n_relevant > 0),
        {name: found.hits[refusal.FIRST] for name, found in shown.items() if found is not None},
        seed,
    )


def _rules(result: TextSearches, sizes: Sizes) -> Iterator[Rule]:
    yield from gate.judge(replace(result, torn=max(result.torn, sizes.torn)))


def _notes(
    data: SongSet, known: Encoders, fitted: Systems, settings: TextSearchSettings, result: TextSearches
) -> Iterator[str]:
    for what, n in data.n_left_out.items():
        if n:
            yield f"{n:,} {what} were left out."
    for name, why in known.missing.items():
        yield f"Vectors by {name} were not searched: {why}"
    if not known.by_name:
        yield "Without an encoder there is search by words only; the paper's system was not measured."
    elif (paper := fitted.find(PAPER)) is None:
        yield "There are no vectors of the paper's encoder (minilm): its system was not measured."
    elif paper.languages is not None and (lacking := sorted(result.languages.keys() - paper.languages)):
        yield (
            f"Songs in {', '.join(lacking)} have no vectors of the paper's encoder, and are more than the "
            f"{settings.paper_songs:,} that it may read here: its system was measured in the other languages."
        )
    n_there = sum(n for (split, _), n in data.queries.n_there.items() if split == "test")
    if n_there > (n_asked := len(data.queries.of("test"))):
        yield (
            f"{n_asked:,} of {n_there:,} test queries were asked: of a kind and a language at most "
            f"{settings.most_queries:,}, those whose ids have the lowest hashes."
        )
    if not fitted.weighings:
        yield "The hybrid was not weighed: valid has no queries. Its parts count the same."
    yield from _gaps(result)


def _gaps(result: TextSearches) -> Iterator[str]:
    """Yield what could not be judged for want of data."""
    for kind in (LINE, "title"):
        cell = result.cell(kind)
        if cell is None:
            yield f"No query of kind {kind} was asked."
        elif cell.n_queries < FEW_QUERIES:
            yield f"There are {cell.n_queries} queries of kind {kind}: their intervals are rough."
    if not result.translations:
        yield "No song is there in two languages: search across languages was not measured."
    if not result.genres:
        yield "Too few songs have a genre: none was told by words."
    yield "Queries made by rules rank systems; they are no measure of what people ask."

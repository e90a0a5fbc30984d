"""From a question that was understood to an answer: filtered, searched, weighed by mood and title, explained."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from musicdata.definitions.search import Answer, Line, Match, Reading
from musicdata.music.queries.parts import fold
from musicdata_baselines.suites.text_search.searching import filters, moods

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata.definitions.search import Ask, Fact
    from musicdata.music.queries.parts import Understood
    from musicdata_baselines.search import Span
    from musicdata_baselines.suites.text_search.searching.engine import Engine, Route
    from musicdata_baselines.suites.text_search.searching.songs import SongIndex

TITLE, MOOD = "title", "mood"
CANDIDATES = 1_000
"""Songs of the search that moods and titles may put in another order."""

CALLED_SO, IN_TITLE = 1.0, 0.25
"""What is added to the score of a song that is called just like the query, or has it in its title."""

MOOD_WEIGHT = 0.3
"""Share of the mood in the score of a query that has words too."""

_MOST_VERSIONS = 10
_MOST_LINES = 4
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Songs that may answer, in no order.

    Attributes:
        songs: (n,) int32.
        parts: signal → (n,) what it adds to the score, 0 or more.
    """

    songs: NDArray[np.int32]
    parts: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def scores(self) -> NDArray[np.float64]:
        """Return the score of each song: the sum of what the signals add."""
        return sum(self.parts.values(), np.zeros(len(self.songs)))


def answer(engine: Engine, ask: Ask, asked: Understood) -> Answer:
    """Return what songs answer a query that was understood.

    Args:
        engine: of the data set.
        ask: what the user gave.
        asked: the same, understood.
    """
    index = engine.index
    left = filters.allowed(index, asked)
    route = engine.route(ask, asked, left)
    own = _own_language(index, ask, asked)
    if own:
        left &= filters.has_language(index, own)
    n_left = int(left.sum())
    told = [*asked.notes, *_filter_notes(index, asked, n_left)]
    if own:
        told.append(f"Only songs in {own}, the language of the query; --across for all.")
    scored = Scored(np.empty(0, np.int32))
    if n_left and asked.text:
        scored = _searched(engine, route, asked, left, ask.k, told)
    elif n_left:
        scored = _without_words(index, asked, left, told)
    return Answer(
        query=ask.query,
        like=None,
        searched=asked.text,
        language=asked.language,
        understood=tuple(Reading(part.kind, part.value, part.words) for part in asked.parts),
        by=asked.by,
        matches=tuple(_matches(engine, route, asked, left, scored, ask.k)),
        n_candidates=n_left,
        weights=_weights(engine, route, asked),
        notes=tuple(dict.fromkeys(f"{note[:1].upper()}{note[1:]}" for note in told)),
    )


def _weights(engine: Engine, route: Route, asked: Understood) -> dict[str, float]:
    has_mood = bool(asked.emotions or asked.not_emotions)
    if not asked.text:
        return {MOOD: 1.0} if has_mood else {}
    weights = engine.weights(route)
    if not has_mood:
        return weights
    return {name: weight * (1 - MOOD_WEIGHT) for name, weight in weights.items()} | {MOOD: MOOD_WEIGHT}


def _own_language(index: SongIndex, ask: Ask, asked: Understood) -> str:
    """Return the query's language where nothing but moods ranks: they are numbers of one encoder's languages."""
    is_by_mood = not asked.text and bool(asked.emotions or asked.not_emotions)
    free = is_by_mood and not asked.languages and not ask.across and asked.artist is None and asked.title is None
    return asked.language if free and asked.language in index.known.languages else ""


def _filter_notes(index: SongIndex, asked: Understood, n_left: int) -> Iterator[str]:
    if not n_left:
        yield "No song has all of what the query was understood to ask; take one away with --without, or ask --plain."
    elif n := filters.years_unknown(index, asked):
        yield f"{n:,} songs of unknown year are left out."


def _searched(
    engine: Engine, route: Route, asked: Understood, left: NDArray[np.bool_], k: int, told: list[str]
) -> Scored:
    """Return the songs that have the words or their meaning, or are called so, with what each signal adds."""
    found, parts = engine.search(asked.text, route, CANDIDATES + k, left)
    told += engine.notes(route)
    exact, part = _titled(engine.index, asked, left)
    songs = np.union1d(found, np.flatnonzero(exact | part)[:CANDIDATES]).astype(np.int32)
    if not len(songs):
        return Scored(songs)
    places = np.searchsorted(songs, found)
    wanted = bool(asked.emotions or asked.not_emotions)
    scale = 1 - MOOD_WEIGHT if wanted else 1.0
    added: dict[str, NDArray[np.float64]] = {}
    for name, values in parts.items():
        added[name] = np.zeros(len(songs))
        added[name][places] = scale * values
    added[TITLE] = np.where(exact[songs], CALLED_SO, np.where(part[songs], IN_TITLE, 0.0))
    if wanted:
        fits = _moods(engine.index, asked, songs, told)
        added[MOOD] = MOOD_WEIGHT * np.nan_to_num(fits.astype(np.float64), nan=moods.NEUTRAL)
    return Scored(songs, added)


def _titled(
    index: SongIndex, asked: Understood, left: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    words = fold(asked.text)
    if len(words) > _LONGEST_TITLE:
        return np.zeros_like(left), np.zeros_like(left)
    exact, part = filters.titled(index, words)
    return exact & left, part & left


def _without_words(index: SongIndex, asked: Understood, left: NDArray[np.bool_], told: list[str]) -> Scored:
    """Return the songs that the filters leave; where a mood is asked for, those that fit it more than the mean song."""
    songs = np.flatnonzero(left).astype(np.int32)
    if not (asked.emotions or asked.not_emotions):
        told.append("Nothing is left to rank by: these songs are in order of their ids.")
        return Scored(songs, {"filters": np.ones(len(songs))})
    fits = _moods(index, asked, songs, told)
    fitting = fits > moods.NEUTRAL  # NaN is not
    return Scored(songs[fitting], {MOOD: fits[fitting].astype(np.float64)})


def _moods(index: SongIndex, asked: Understood, songs: NDArray[np.int32], told: list[str]) -> NDArray[np.float32]:
    fits = moods.fit(index.moods[songs], asked.emotions, asked.not_emotions)
    if n := int(np.isnan(fits).sum()):
        told.append(f"{n:,} of {len(songs):,} songs looked at were not scored for moods: nobody knows theirs.")
    if n < len(songs):
        told.append("Moods are features that nobody checked against what people hear.")
    return fits


def best_places(index: SongIndex, scored: Scored, k: int) -> list[int]:
    """Return places in `scored`, best first, k of them, of songs with nearly the same words the best alone."""
    order = np.lexsort((scored.songs, -scored.scores))
    groups = index.groups[scored.songs]
    kept: dict[int, int] = {}
    for place in order.tolist():
        if len(kept) == k:
            break
        kept.setdefault(int(groups[place]), place)
    return list(kept.values())


def _matches(
    engine: Engine, route: Route, asked: Understood, left: NDArray[np.bool_], scored: Scored, k: int
) -> Iterator[Match]:
    kept = best_places(engine.index, scored, k)
    songs = scored.songs[kept].tolist()
    spans: Sequence[Span | None] = [None] * len(songs)
    if asked.text:
        spans = engine.spans(asked.text, route, songs)
    for rank, (place, span) in enumerate(zip(kept, spans, strict=True), 1):
        yield match_of(engine.index, scored, place, rank, span, left)


def match_of(
    index: SongIndex, scored: Scored, place: int, rank: int, span: Span | None, left: NDArray[np.bool_]
) -> Match:
    """Return a song, by its place in `scored`, as it is shown; its versions are among those `left`."""
    song, parts = int(scored.songs[place]), {name: float(values[place]) for name, values in scored.parts.items()}
    total = sum(parts.values())
    return Match(
        rank=rank,
        sample_id=str(index.songs.ids[song]),
        score=total,
        facts=facts_of(index, song),
        signals={name: value / total for name, value in parts.items() if value > 0},
        lines=lines_of(index, song, span),
        versions=versions_of(index, song, left),
    )


def facts_of(index: SongIndex, song: int) -> dict[str, Fact]:
    """Return what is known of a song."""
    songs = index.songs
    facts: dict[str, Fact] = {
        "artist": songs.artists[song],
        "title": songs.titles[song],
        "language": songs.languages[song],
        "genre": songs.genres[song],
        "year": int(songs.years[song]) or None,
    }
    return facts


def lines_of(index: SongIndex, song: int, span: Span | None) -> tuple[Line, ...]:
    """Return the lines of a span that are not empty, the first few, with their words where there are any."""
    if span is None:
        return ()
    text = index.songs.texts[song]
    numbers = range(span.first_line, span.first_line + min(span.n_lines, _MOST_LINES))
    if not text:
        return tuple(Line(number + 1) for number in numbers)
    there = text.split("\n")
    return tuple(Line(number + 1, there[number]) for number in numbers if number < len(there) and there[number].strip())


def versions_of(index: SongIndex, song: int, left: NDArray[np.bool_]) -> tuple[str, ...]:
    """Return ids of other songs, among those that are left, with nearly the same words."""
    others = np.flatnonzero((index.groups == index.groups[song]) & left)
    return tuple(str(index.songs.ids[int(other)]) for other in others.tolist() if other != song)[:_MOST_VERSIONS]

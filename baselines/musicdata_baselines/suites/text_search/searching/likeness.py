"""Songs like another: by the vectors of whole songs, or by words where there is no vector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from musicdata.definitions.search import MOST_CHARACTERS, Answer
from musicdata.errors import UsageError
from musicdata.music.queries.parts import fold
from musicdata_baselines.search import Span
from musicdata_baselines.search.corpus import WHOLE_SONG
from musicdata_baselines.suites.text_search.searching import filters
from musicdata_baselines.suites.text_search.searching.answering import (
    CANDIDATES,
    Scored,
    best_places,
    match_of,
    versions_of,
)
from musicdata_baselines.suites.text_search.searching.engine import MEANING, Route
from musicdata_baselines.suites.text_search.searching.understanding import wanted_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata.definitions.search import Ask
    from musicdata_baselines.search import Vectors
    from musicdata_baselines.suites.text_search.searching.engine import Engine
    from musicdata_baselines.suites.text_search.searching.songs import SongIndex

_ROWS_AT_ONCE = 16_384
_NAMED = 5


def answer(engine: Engine, ask: Ask) -> Answer:
    """Return the songs that are most like one of them; those with nearly the same words are told, not ranked.

    They are in its language, in the one that is wanted, or, across languages, in any.

    Raises:
        UsageError: there is no such song or language, or nothing to compare it by.
    """
    index = engine.index
    song, wanted = find_song(index, ask.like or ""), wanted_language(ask, index)
    language = str(index.songs.languages[song])
    own = index.groups == index.groups[song]
    left = ~own
    if not ask.across:
        left &= filters.has_language(index, wanted or language)
    encoder = _encoder(engine, song, language, across=ask.across or wanted not in ("", language))
    if encoder:
        cosine = cosines(index.songs.vectors[encoder], song, len(index))
        songs = np.flatnonzero(left & (cosine > 0)).astype(np.int32)
        scored = Scored(songs, {MEANING: cosine[songs].astype(np.float64)})
    elif text := index.songs.texts[song][:MOST_CHARACTERS].strip():
        scored = Scored(*engine.search(text, Route(language), ask.k + CANDIDATES, left))
    else:
        raise UsageError(f"{ask.like} has neither words nor a vector: nothing can be likened to it")
    kept = best_places(index, scored, ask.k)
    spans = [_span(index, encoder, song, int(scored.songs[place])) for place in kept]
    return Answer(
        query=None,
        like=ask.like,
        searched="",
        language=language,
        understood=(),
        by="plain",
        matches=tuple(
            match_of(index, scored, place, rank, span, left)
            for rank, (place, span) in enumerate(zip(kept, spans, strict=True), 1)
        ),
        n_candidates=int(left.sum()),
        weights={MEANING: 1.0} if encoder else engine.weights(Route(language)),
        notes=tuple(_notes(engine, song, own, encoder)),
    )


def _encoder(engine: Engine, song: int, language: str, *, across: bool) -> str:
    """Return the encoder whose vectors are compared; "" where the song has none and words are.

    Raises:
        UsageError: other languages are wanted, and no vector of the song leads there.
    """
    names = [engine.across] if across else [engine.encoder_of(language), *engine.by_meaning]
    found = vectors_of(engine.index, song, [name for name in names if name])
    if across and not found:
        raise UsageError(
            f"songs in other languages than {language} need vectors of an encoder of several languages, and this song "
            "has none; leave out --across and --language"
        )
    return found


def _span(index: SongIndex, encoder: str, like: int, song: int) -> Span | None:
    """Return the lines of the section that is most like the whole of another song."""
    if not encoder:
        return None
    section = nearest_section(index.songs.vectors[encoder], like, song)
    table = index.songs.sections
    start, stop = np.searchsorted(table.song, [song, song + 1]).tolist()
    rows = start + np.flatnonzero(table.index[start:stop] == section)
    return Span(int(table.first_line[rows[0]]), int(table.n_lines[rows[0]])) if len(rows) else None


def _notes(engine: Engine, song: int, own: NDArray[np.bool_], encoder: str) -> Iterator[str]:
    yield from engine.told
    if versions := versions_of(engine.index, song, own):
        yield f"Not ranked, for they have nearly the same words: {', '.join(versions)}."
    if not encoder:
        yield "The song has no vector that can be compared: songs that share its words were looked for."


def find_song(index: SongIndex, sample_id: str) -> int:
    """Return the number of a song.

    Raises:
        UsageError: there is none of that id; the message names songs whose id or title is like it.
    """
    number = index.number_of(sample_id)
    if number < 0:
        named = list(_similar(index, sample_id))
        hint = f"; did you mean {', '.join(named)}?" if named else "."
        raise UsageError(f"no song has the id {sample_id[:100]!r}{hint} A search names the ids of what it finds")
    return number


def _similar(index: SongIndex, given: str) -> Iterator[str]:
    """Yield songs, a few, whose id begins like what was given, or whose title has it."""
    wanted = fold(given)
    if not wanted:
        return
    begins: Any = pc.starts_with(index.column("sample_id"), given[: max(3, len(given) - 2)])
    alike = begins.to_numpy(zero_copy_only=False) | filters.holds(index, wanted)
    for number in np.flatnonzero(alike)[:_NAMED].tolist():
        title = index.songs.titles[number]
        yield f"{index.songs.ids[number]} ({title})" if title else str(index.songs.ids[number])


def vectors_of(index: SongIndex, song: int, encoders: Sequence[str]) -> str:
    """Return the first of some encoders that has a vector of the whole song; "" where none has."""
    for encoder in encoders:
        vectors = index.songs.vectors.get(encoder)
        if vectors is not None and _whole_row(vectors, song) >= 0:
            return encoder
    return ""


def _whole_row(vectors: Vectors, song: int) -> int:
    """Return the row of the whole of a song, −1 where there is none."""
    row = int(np.searchsorted(vectors.song, song))
    there = row < len(vectors.song) and vectors.song[row] == song and vectors.section[row] == WHOLE_SONG
    return row if there else -1


def cosines(vectors: Vectors, song: int, n_songs: int) -> NDArray[np.float32]:
    """Return the cosine of each whole song with one of them, (songs,), −∞ of songs without a vector."""
    wanted = vectors.vectors[_whole_row(vectors, song)].astype(np.float32)
    scores = np.full(n_songs, -np.inf, np.float32)
    rows = np.flatnonzero(vectors.section == WHOLE_SONG)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[start : start + _ROWS_AT_ONCE]
        # One row at a time in effect: a product of matrices would make a score depend on its neighbours.
        scores[vectors.song[part]] = np.einsum("ij,j->i", vectors.vectors[part].astype(np.float32), wanted)
    return scores


def nearest_section(vectors: Vectors, like: int, song: int) -> int:
    """Return the section of a song that is most like the whole of another, −1 where it has none."""
    wanted = vectors.vectors[_whole_row(vectors, like)].astype(np.float32)
    start, stop = np.searchsorted(vectors.song, [song, song + 1]).tolist()
    sections = vectors.section[start:stop]
    rows = np.flatnonzero(sections != WHOLE_SONG)
    if not len(rows):
        return -1
    products = vectors.vectors[start:stop][rows].astype(np.float32) @ wanted
    return int(sections[rows[int(products.argmax())]])

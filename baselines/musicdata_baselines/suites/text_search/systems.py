"""The systems that are measured, fitted to the songs of the index: the paper's, words, vectors, and what joins them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.music.features.text_encoders import MINILM
from musicdata_baselines.search import Bm25Search, DenseSearch, Hits, HybridSearch, TfidfSearch, WholeSongCosine
from musicdata_baselines.suites.text_search.encoders import LEAST_SONGS, whole_songs
from musicdata_baselines.suites.text_search.results import (
    BM25,
    CHARACTERS,
    HYBRID,
    PAPER,
    SECTIONS,
    WORDS,
    Weighing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.search import Songs
    from musicdata_baselines.suites.text_search.asking import Searching
    from musicdata_baselines.suites.text_search.encoders import Encoders
    from musicdata_baselines.suites.text_search.queries import QuerySet

LEAST_CHOOSING = 50
"""Queries of valid in a language, for weights of its own."""

_WHOLE = "whole songs"
_HALF = 0.5
_PART_NAMES = (BM25, "characters", "vectors")


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """A system under its name.

    Attributes:
        name: for tables.
        search: fitted.
        languages: of queries that it can read; None for any.
    """

    name: str
    search: Searching
    languages: frozenset[str] | None = None


class Routed:
    """Asks another search for each language.

    Args:
        routes: language → search; all are fitted to the same songs.
        others: for languages without one; such queries match nothing where it is None.
    """

    def __init__(self, routes: Mapping[str, Searching], others: Searching | None = None) -> None:
        self.routes = routes
        self.others = others

    def search(
        self,
        queries: Sequence[str],
        k: int,
        *,
        among: NDArray[np.bool_] | None = None,
        spans: bool = True,
        languages: Sequence[str] | None = None,
    ) -> Hits:
        """Return the k best songs of each query, as the search of its language has them; lines are not named."""
        del spans
        asked = list(languages) if languages is not None else [""] * len(queries)
        by_search: dict[int, tuple[Searching, list[int]]] = {}
        for number, language in enumerate(asked):
            if (search := self.routes.get(language, self.others)) is not None:
                by_search.setdefault(id(search), (search, []))[1].append(number)
        songs = np.full((len(queries), k), -1, np.int32)
        scores = np.zeros((len(queries), k), np.float32)
        for search, rows in by_search.values():
            part = [queries[row] for row in rows]
            of_part = among[rows] if among is not None and among.ndim > 1 else among
            hits = search.search(part, k, among=of_part, spans=False, languages=[asked[row] for row in rows])
            width = hits.songs.shape[1]
            songs[rows, :width], scores[rows, :width] = hits.songs, hits.scores
        return Hits(songs, scores)


@dataclass(frozen=True, slots=True, eq=False)
class Systems:
    """What is measured.

    Attributes:
        all: in the order of a report.
        dense: encoder → search of sections by it.
        weighings: how the hybrid was put together.
    """

    all: tuple[System, ...]
    dense: dict[str, DenseSearch]
    weighings: tuple[Weighing, ...]

    def find(self, name: str) -> System | None:
        """Return a system, None where it was not fitted."""
        return next((system for system in self.all if system.name == name), None)


def fit_all(songs: Songs, encoders: Encoders, choosing: QuerySet, paper_songs: int) -> Systems:
    """Fit every system.

    Args:
        songs: of the index.
        encoders: that are here.
        choosing: queries of valid, by which the hybrid is weighed.
        paper_songs: whole songs that the paper's encoder may read here, see `TextSearchSettings`.

    Raises:
        UsageError: vectors are of another encoder.
        InputError: a vector is not finite.
    """
    words, characters, bm25 = TfidfSearch("word"), TfidfSearch("char_wb"), Bm25Search()
    for search in (words, characters, bm25):
        search.fit(songs)
    dense = {name: DenseSearch(encoder).fit(songs) for name, encoder in encoders.by_name.items()}
    hybrid, weighings = weigh([bm25, characters], dense, encoders.of_language, songs, choosing)
    fitted = [
        *_paper(songs, encoders, paper_songs),
        System(WORDS, words),
        System(CHARACTERS, characters),
        System(BM25, bm25),
    ]
    if encoders.of_language:
        routes = {language: dense[name] for language, name in encoders.of_language.items()}
        fitted.append(System(SECTIONS, Routed(routes), frozenset(routes)))
    return Systems((*fitted, System(HYBRID, hybrid)), dense, tuple(weighings))


def _paper(songs: Songs, encoders: Encoders, most: int) -> Iterator[System]:
    """Yield the paper's system, for the languages whose songs have vectors of its encoder."""
    encoder = encoders.by_name.get(MINILM)
    if encoder is None:
        return
    whole = whole_songs(songs, MINILM, encoder, most)
    there = np.isin(np.arange(len(songs)), whole.song)
    known = np.array(songs.languages)
    languages = [one for one in np.unique(known).tolist() if there[known == one].mean() >= LEAST_SONGS]
    search = WholeSongCosine(encoder, limit=0, vectors=_WHOLE)
    yield System(PAPER, search.fit(replace(songs, vectors={_WHOLE: whole})), frozenset(languages))


def weigh(
    lexical: Sequence[Any],
    dense: Mapping[str, DenseSearch],
    of_language: Mapping[str, str],
    songs: Songs,
    choosing: QuerySet,
) -> tuple[Routed, list[Weighing]]:
    """Return the hybrid, a search for each encoder and one of words alone, and how each was weighed.

    Args:
        lexical: fitted searches by words.
        dense: encoder → fitted search by its vectors.
        of_language: language → its encoder.
        songs: of the index.
        choosing: queries of valid.
    """
    hybrids: dict[str, HybridSearch] = {}
    weighings: list[Weighing] = []
    encoder_of = np.array([of_language.get(language, "") for language in choosing.languages.tolist()], dtype=np.str_)
    for name in (*sorted(set(of_language.values())), ""):
        hybrid = HybridSearch([*lexical, dense[name]] if name else lexical).fit(songs)
        queries = choosing.take(np.flatnonzero(encoder_of == name))
        if len(queries):
            right = [songs.tolist() for songs in queries.relevant]
            hybrid.choose_weights(queries.texts, right, queries.languages.tolist(), least_queries=LEAST_CHOOSING)
            weighings += _weighings(hybrid, name)
        hybrids[name] = hybrid
    routes = {language: hybrids[name] for language, name in of_language.items()}
    return Routed(routes, hybrids[""]), weighings


def _weighings(hybrid: HybridSearch, encoder: str) -> Iterator[Weighing]:
    """Yield what was tried for each language: each part alone, halves of two, and what was chosen."""
    for language in dict.fromkeys(point.language for point in hybrid.grid_):
        points = [point for point in hybrid.grid_ if point.language == language]
        chosen = next(point for point in points if point.is_chosen)
        shown = [point for point in points if set(point.weights) <= {0.0, 1.0} or set(point.weights) <= {0.0, _HALF}]
        shown.sort(key=lambda point: (-max(point.weights), tuple(-weight for weight in point.weights)))
        yield Weighing(
            language=language or (f"others with {encoder}" if encoder else "others"),
            n_queries=chosen.n_queries,
            parts=_PART_NAMES[: len(chosen.weights)],
            tried=tuple((_label(point.weights), point.mrr) for point in shown),
            weights=chosen.weights,
            mrr=chosen.mrr,
        )


def _label(weights: Sequence[float]) -> str:
    return " + ".join(name for name, weight in zip(_PART_NAMES, weights, strict=False) if weight)

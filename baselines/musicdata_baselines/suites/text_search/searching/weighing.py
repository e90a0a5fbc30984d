"""How much words, spelling and meaning count in each language, chosen on the queries of the valid split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.search import HybridSearch
from musicdata_baselines.suites.text_search.dataset import AllSongs
from musicdata_baselines.suites.text_search.queries import TITLES, Wanted, read_queries
from musicdata_baselines.suites.text_search.searching.engine import ABOUT, DEFAULT_WEIGHTS, LINE, signal_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.text_search.queries import QuerySet
    from musicdata_baselines.suites.text_search.searching.engine import Engine, Weights
    from musicdata_baselines.suites.text_search.settings import TextSearchSettings

VALID = "valid"
MOST_QUERIES = 60
"""Of a kind and a language."""

LEAST_QUERIES = 50
"""Of a language that has weights of its own, or of several that share theirs."""


def choose_weights(
    engine: Engine, data: TableSource, settings: TextSearchSettings, progress: Callable[[str], None]
) -> Weights:
    """Return the weights of lines, chosen on lines however spoilt, and of descriptions, chosen on titles.

    A title is the only query here that says what a song is about and is not cut from its words. Languages of one
    encoder that have few queries share their weights; where there are too few, or no words, they are `DEFAULT_WEIGHTS`.
    """
    chosen = {kind: dict(of_kind) for kind, of_kind in DEFAULT_WEIGHTS.items()}
    queries = _valid_queries(engine, data, settings)
    if queries is not None:
        is_title = np.isin(queries.kinds, TITLES)
        for kind, asked in ((LINE, ~is_title), (ABOUT, is_title)):
            chosen[kind] |= _of_kind(engine, queries.take(np.flatnonzero(asked)), kind, progress)
    return chosen


def _of_kind(
    engine: Engine, queries: QuerySet, kind: str, progress: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    """Return language → signal → weight, those that the queries say."""
    chosen = {}
    encoders = np.array([engine.encoder_of(language) for language in queries.languages.tolist()], dtype=np.str_)
    for encoder in sorted(set(encoders.tolist())):
        asked = queries.take(np.flatnonzero(encoders == encoder))
        if len(asked) < LEAST_QUERIES:
            continue
        languages = asked.languages.tolist()
        progress(f"weights of {', '.join(sorted(set(languages)))} ({kind}): {len(asked):,} queries")
        parts = [*engine.by_words, *([engine.by_meaning[encoder]] if encoder else [])]
        hybrid = HybridSearch(parts).fit(engine.index.songs)
        relevant = [songs.tolist() for songs in asked.relevant]
        hybrid.choose_weights(asked.texts, relevant, languages, least_queries=LEAST_QUERIES)
        for language in sorted(set(languages)):
            weights = zip(hybrid.parts, hybrid.weights_of(language), strict=True)
            chosen[language] = {signal_of(part): weight for part, weight in weights}
    return chosen


def _valid_queries(engine: Engine, data: TableSource, settings: TextSearchSettings) -> QuerySet | None:
    """Return the queries of the valid split that a song answers; None where there are none to choose by."""
    if not (settings.queries and settings.judgements and engine.by_words):
        return None
    songs = engine.index.songs
    n = len(songs)
    ids = np.array(list(songs.ids), dtype=np.str_)
    nothing = np.full(n, "", dtype=np.str_)
    everything = AllSongs(
        ids, songs.texts, np.array(list(songs.languages), dtype=np.str_), nothing, {}, None, np.zeros(n, bool)
    )
    queries, _ = read_queries(data, settings, everything, np.arange(n), Wanted((VALID,), (), MOST_QUERIES))
    there = queries.present(VALID)
    return queries.take(there) if len(there) else None

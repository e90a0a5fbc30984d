"""Controls: what must find nothing, and what must not be there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from musicdata.music.text.lyric_residue import residue_left
from musicdata_baselines.retrieval.paired import PairedDraws
from musicdata_baselines.search import Bm25Search
from musicdata_baselines.suites.text_search.asking import ask
from musicdata_baselines.suites.text_search.judging import N_DRAWS, chance
from musicdata_baselines.suites.text_search.queries import TITLES
from musicdata_baselines.suites.text_search.results import BM25, Shuffled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata_baselines.suites.text_search.dataset import SongSet
    from musicdata_baselines.suites.text_search.queries import QuerySet

_LEVEL = 0.998  # two-sided: a set that is in order is refused once in a thousand times


def shuffle(data: SongSet, queries: QuerySet, seed: int) -> Shuffled | None:
    """Deal the words out to other songs, and ask BM25 for the lines; None where nothing can be said.

    Args:
        data: songs.
        queries: of the test split, searched among all songs.
        seed: of the deal.
    """
    lines = queries.take(np.flatnonzero(~np.isin(queries.kinds, TITLES)))
    n = len(data.songs)
    if n < 2 or len(np.unique(lines.groups)) < 2:
        return None
    dealt = np.random.default_rng(seed).permutation(n).tolist()
    songs = replace(data.songs, texts=tuple(data.songs.texts[number] for number in dealt))
    run = ask(BM25, Bm25Search().fit(songs), lines, data.groups)
    low, _ = PairedDraws(lines.groups, N_DRAWS, seed, _LEVEL).interval(run.reciprocal_ranks)
    by_chance = chance(lines.n_relevant, n)["mrr"]
    return Shuffled(len(lines), float(run.reciprocal_ranks.mean()), low, by_chance)


def residue(texts: Sequence[str]) -> dict[str, int]:
    """Return rule of cleaning → songs in which it still matches."""
    return dict(sorted(Counter(rule for text in texts for rule in set(residue_left(text))).items()))

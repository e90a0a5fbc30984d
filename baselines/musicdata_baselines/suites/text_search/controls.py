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
from musicdata_baselines.suites.text_search.dataset import lowest
from musicdata_baselines.suites.text_search.judging import N_DRAWS, chance
from musicdata_baselines.suites.text_search.queries import TITLES
from musicdata_baselines.suites.text_search.results import BM25, Shuffled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.suites.text_search.dataset import AllSongs, SongSet
    from musicdata_baselines.suites.text_search.queries import QuerySet

_LEVEL = 0.998  # two-sided: a set that is in order is refused once in a thousand times
_SONGS_DEALT = 20_000  # in all
_MOST_DEALS = 10
_MOST_LOOKED_AT = 10_000


def shuffle(data: SongSet, queries: QuerySet, seed: int) -> Shuffled | None:
    """Deal the words out to other songs, and ask BM25 for the lines; several times where there are few songs.

    Args:
        data: songs.
        queries: of the test split, searched among all songs.
        seed: of the deals.

    Returns:
        None where nothing can be said.
    """
    lines = queries.take(np.flatnonzero(~np.isin(queries.kinds, TITLES)))
    n = len(data.songs)
    if n < 2 or len(np.unique(lines.groups)) < 2:
        return None
    rng = np.random.default_rng(seed)
    deals = [rng.permutation(n).tolist() for _ in range(min(_MOST_DEALS, max(1, _SONGS_DEALT // n)))]
    found = np.mean([_ask_dealt(data, lines, dealt) for dealt in deals], axis=0)
    low, _ = PairedDraws(lines.groups, N_DRAWS, seed, _LEVEL).interval(found)
    return Shuffled(len(lines), len(deals), float(found.mean()), low, chance(lines.n_relevant, n)["mrr"])


def _ask_dealt(data: SongSet, lines: QuerySet, dealt: Sequence[int]) -> NDArray[np.float64]:
    """Return the reciprocal rank of each query where song i has the words of song `dealt[i]`."""
    songs = replace(data.songs, texts=tuple(data.songs.texts[number] for number in dealt))
    return ask(BM25, Bm25Search().fit(songs), lines, data.groups).reciprocal_ranks


def residue(songs: AllSongs) -> tuple[dict[str, int], int]:
    """Return rule of cleaning → songs in which it still matches, and how many were looked at: all, or a draw by id.

    `musicdata check` looks at all of them.
    """
    numbers = lowest(songs.ids, np.arange(len(songs)), _MOST_LOOKED_AT).tolist()
    counts = Counter(rule for number in numbers for rule in set(residue_left(songs.texts[number])))
    return dict(sorted(counts.items())), len(numbers)

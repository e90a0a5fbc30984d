"""What all ways to search have in common: checks, blocks of queries, and hits in one form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import numpy as np

from musicdata.errors import UsageError
from musicdata_baselines.errors import NotFittedError
from musicdata_baselines.search.hits import NO_SONG, Hits, Span
from musicdata_baselines.search.mapped import let_go
from musicdata_baselines.search.order import best_of, rank_of_best
from musicdata_baselines.search.strings import StringTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.search.corpus import Songs

_SCORES_AT_ONCE = 1 << 22

Read = TypeVar("Read")
"""What a search makes of a query before it scores songs."""

Best = tuple["NDArray[np.int32]", "NDArray[np.float32]"]
"""Songs and their scores."""


class SongSearch(ABC, Generic[Read]):
    """The base of the ways to search; a subclass reads queries, scores songs and names the lines that matched.

    Attributes:
        name: short, for tables.
        songs_: what is searched, after `fit`.
    """

    name: str
    songs_: Songs

    def fit(self, songs: Songs) -> Self:
        """Make an index of songs."""
        self._index(songs)
        self.songs_ = songs
        return self

    @abstractmethod
    def _index(self, songs: Songs) -> None:
        """Make what is searched."""

    @abstractmethod
    def _read(self, queries: Sequence[str], languages: Sequence[str | None]) -> list[Read]:
        """Return what scoring needs to know of each query."""

    @abstractmethod
    def _score(self, queries: Sequence[Read], among: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        """Return scores (queries, songs), −∞ where a song does not match or is not `among`."""

    @abstractmethod
    def _pick(self, query: Read, songs: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the scores of some songs, whose numbers rise, −∞ where one does not match."""

    @abstractmethod
    def _spans(self, query: Read, songs: Sequence[int]) -> tuple[Span | None, ...]:
        """Return the lines of some songs that matched."""

    @abstractmethod
    def parameters(self) -> dict[str, Any]:
        """Return what the constructor was given, as JSON has it; encoders are left out."""

    @abstractmethod
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the index by name, without what the songs themselves hold."""

    @abstractmethod
    def restore(self, songs: Songs, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take the songs and the index that `arrays` returned, which may lie in a file."""

    def _floor(self, query: Read) -> float:  # noqa: ARG002
        """Return the score of an average song, which tells nothing."""
        return 0.0

    def _knows(self, query: Read) -> bool:  # noqa: ARG002
        """Say whether anything of a query stands in any song."""
        return True

    def _best(self, queries: Sequence[Read], k: int, among: NDArray[np.bool_] | None) -> list[Best]:
        """Return the k best songs of each query and their scores."""
        return [best_of(row, k) for row in self._score(queries, among)]

    def search(
        self,
        queries: Sequence[str],
        k: int,
        *,
        among: NDArray[np.bool_] | None = None,
        spans: bool = True,
        languages: Sequence[str] | None = None,
    ) -> Hits:
        """Return the k best songs of each query; see `TextSearch.search`."""
        if k < 1:
            raise UsageError(f"k is {k}, expected the number of songs to return, 1 at least")
        read = self._checked(queries, among, languages)
        k = min(k, len(self.songs_))
        songs = np.full((len(queries), k), NO_SONG, np.int32)
        scores = np.zeros((len(queries), k), np.float32)
        for block in self._blocks(len(queries)):
            found = self._best(read[block], k, rows_of(among, block))
            for number, (places, values) in enumerate(found, block.start):
                songs[number, : len(places)], scores[number, : len(places)] = places, values
        lines = tuple(self._all_spans(one, row) for one, row in zip(read, songs, strict=True)) if spans else ()
        if isinstance(self.songs_.texts, StringTable):
            let_go(self.songs_.texts.data)
        return Hits(songs, scores, lines, self._all_shares(read, songs))

    def ranks(
        self,
        queries: Sequence[str],
        relevant: Sequence[Sequence[int]],
        *,
        cutoff: int = 1000,
        among: NDArray[np.bool_] | None = None,
        languages: Sequence[str] | None = None,
    ) -> NDArray[np.int32]:
        """Return the rank of each query's best relevant song; see `TextSearch.ranks`."""
        if len(relevant) != len(queries):
            raise UsageError(f"there are {len(queries):,} queries, but relevant songs of {len(relevant):,}")
        read = self._checked(queries, among, languages)
        ranks = np.zeros(len(queries), np.int32)
        for block in self._blocks(len(queries)):
            scores = self._score(read[block], rows_of(among, block))
            ranks[block] = [rank_of_best(row, wanted) for row, wanted in zip(scores, relevant[block], strict=True)]
        ranks[ranks > cutoff] = 0
        return ranks

    def _all_shares(self, queries: Sequence[Read], songs: NDArray[np.int32]) -> NDArray[np.float32] | None:  # noqa: ARG002
        """Return what each part brought to the scores (queries, k, parts); None of a search without parts."""
        return None

    def _all_spans(self, query: Read, songs: NDArray[np.int32]) -> tuple[Span | None, ...]:
        there = songs[songs >= 0].tolist()
        return self._spans(query, there) + (None,) * (len(songs) - len(there))

    def _blocks(self, n_queries: int) -> Iterator[slice]:
        step = max(1, min(256, _SCORES_AT_ONCE // len(self.songs_)))
        for start in range(0, n_queries, step):
            yield slice(start, min(n_queries, start + step))

    def _checked(
        self, queries: Sequence[str], among: NDArray[np.bool_] | None, languages: Sequence[str] | None
    ) -> list[Read]:
        """Return what is made of queries, once all that was asked can mean something."""
        if not hasattr(self, "songs_"):
            raise NotFittedError(f"{type(self).__name__} has no songs yet; call fit first")
        check_queries(queries, among, languages, len(self.songs_))
        return self._read(queries, languages if languages is not None else [None] * len(queries))


def check_queries(
    queries: Sequence[str], among: NDArray[Any] | None, languages: Sequence[str] | None, n_songs: int
) -> None:
    """Refuse queries that ask for nothing, and parts of other lengths.

    Raises:
        UsageError: a query is empty, or `among` or `languages` do not fit.
    """
    if isinstance(queries, str):
        raise UsageError("queries is one text, expected several; put it in a list")
    for number, query in enumerate(queries):
        if not query.strip():
            raise UsageError(f"query {number} is empty; write what to search for")
    if among is not None and (among.dtype != bool or among.shape not in {(n_songs,), (len(queries), n_songs)}):
        raise UsageError(
            f"among is {among.dtype} of shape {among.shape}, expected true or false for each of {n_songs:,} songs, "
            f"or for each of {len(queries):,} queries and each song"
        )
    if languages is not None and len(languages) != len(queries):
        raise UsageError(f"there are {len(queries):,} queries, but {len(languages):,} languages; give one for each")


def rows_of(among: NDArray[np.bool_] | None, block: slice) -> NDArray[np.bool_] | None:
    """Return what is asked of some queries."""
    return among[block] if among is not None and among.ndim == 2 else among


def row_of(among: NDArray[np.bool_] | None, number: int) -> NDArray[np.bool_] | None:
    """Return what is asked of one query of a block."""
    return among[number] if among is not None and among.ndim == 2 else among

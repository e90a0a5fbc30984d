"""What a search returns, and what every way to search can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from musicdata_baselines.search.corpus import Songs

NO_SONG = -1
"""Stands in the place of a hit where nothing more matched."""


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of a song's text that matched.

    Attributes:
        first_line: from 0, empty lines counted.
        n_lines: of them, one at least.
    """

    first_line: int
    n_lines: int


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """The best songs of some queries, best first; of two with the same score the one with the lower number.

    Attributes:
        songs: (queries, k) int32 numbers of songs, −1 where nothing more matched.
        scores: (queries, k) float32, 0 where nothing more matched.
        spans: one tuple a query with the lines that matched, None where none can be named; () if not
            asked for.
        shares: (queries, k, parts) float32 what each part of a hybrid search brought to a score, together 1, or 0 where
            nothing matched; None of a search without parts, and where no spans were asked for.
    """

    songs: NDArray[np.int32]
    scores: NDArray[np.float32]
    spans: tuple[tuple[Span | None, ...], ...] = ()
    shares: NDArray[np.float32] | None = None


@runtime_checkable
class TextSearch(Protocol):
    """A way to search songs by words."""

    name: str

    def fit(self, songs: Songs) -> Self:
        """Make an index of songs."""

    def search(
        self,
        queries: Sequence[str],
        k: int,
        *,
        among: NDArray[np.bool_] | None = None,
        spans: bool = True,
        languages: Sequence[str] | None = None,
    ) -> Hits:
        """Return the k best songs of each query.

        Args:
            queries: what is searched for.
            k: songs a query; more than there are songs means all of them.
            among: (songs,) or (queries, songs); songs that are False are left out.
            spans: whether the lines that matched are looked for.
            languages: ISO 639-1, one a query; None where nobody knows.

        Raises:
            UsageError: k is below 1, a query is empty, or `among` or `languages` have another length.
            NotFittedError: it has no index yet.
        """

    def ranks(
        self,
        queries: Sequence[str],
        relevant: Sequence[Sequence[int]],
        *,
        cutoff: int = 1000,
        among: NDArray[np.bool_] | None = None,
        languages: Sequence[str] | None = None,
    ) -> NDArray[np.int32]:
        """Return the rank (queries,) of each query's best relevant song, from 1; 0 beyond `cutoff` or if none matched.

        Raises:
            UsageError: as `search`.
        """

"""The system of a paper: the whole song as one vector, of a few thousand songs drawn at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from musicdata.errors import UsageError
from musicdata_baselines.search.dense import DenseSearch, QueryEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.search.corpus import Songs


class WholeSongCosine(DenseSearch):
    """Embeds whole songs and ranks by cosine, as the paper's pseudocode does: the reference for all others.

    It takes no more than `limit` songs, drawn at random; others are never found.

    Args:
        encoder: MiniLM in the paper; or what opens it.
        limit: songs; 0 for all.
        seed: of the draw.
        vectors: as in `DenseSearch`.

    Raises:
        UsageError: `limit` is below 0; in `fit`, as `DenseSearch`.
    """

    def __init__(
        self,
        encoder: QueryEncoder | Callable[[], QueryEncoder],
        limit: int = 5000,
        seed: int = 0,
        vectors: str = "",
    ) -> None:
        if limit < 0:
            raise UsageError(f"limit is {limit}, expected a number of songs, or 0 for all")
        super().__init__(encoder, "song", vectors)
        self.limit, self.seed = limit, seed
        self.name = "whole-song-cosine"

    def _index(self, songs: Songs) -> None:
        super()._index(songs)
        self.drawn_ = np.ones(len(songs), np.bool_)
        if self.limit and len(songs) > self.limit:
            self.drawn_[:] = False
            self.drawn_[np.random.default_rng(self.seed).choice(len(songs), self.limit, replace=False)] = True

    def parameters(self) -> dict[str, Any]:
        """Return all but the encoder."""
        return {"limit": self.limit, "seed": self.seed, "vectors": self.vectors}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the rows that are compared, and the songs that were drawn."""
        return super().arrays() | {"drawn": self.drawn_}

    def restore(self, songs: Songs, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Take the songs, and what `arrays` returned."""
        self.drawn_ = arrays["drawn"]
        return super().restore(songs, {name: array for name, array in arrays.items() if name != "drawn"})

    def _score(self, queries: Sequence[NDArray[np.float32]], among: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        return super()._score(queries, self.drawn_ if among is None else among & self.drawn_)

    def _pool(self, query: NDArray[np.float32], n: int, among: NDArray[np.bool_] | None) -> NDArray[np.int32]:
        return super()._pool(query, n, self.drawn_ if among is None else among & self.drawn_)

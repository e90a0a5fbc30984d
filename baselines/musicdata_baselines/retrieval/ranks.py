"""Exact ranks of the true partners among all candidates, in both directions, without an n × n matrix.

A rank is one more than the number of better candidates, so nothing is sorted: scores are computed tile by tile in
float32 and compared with the partners' scores along the rows (one direction) and the columns (the other). The few
scores too near a partner's for float32 to tell are computed again in float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.errors import ViewError
from musicdata_baselines.retrieval.tiles import TILE_ROWS, PartnerCounts, tiles
from musicdata_baselines.views import check_views

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where the true partner of each query stands among all candidates.

    Attributes:
        better: (n,) candidates whose score is higher than the partner's.
        tied: (n,) other candidates whose score is the partner's.
    """

    better: NDArray[np.int64]
    tied: NDArray[np.int64]

    @property
    def optimistic(self) -> NDArray[np.int64]:
        """Return the ranks (n,), from 1, with every tie won."""
        return 1 + self.better

    @property
    def pessimistic(self) -> NDArray[np.int64]:
        """Return the ranks (n,), from 1, with every tie lost."""
        return 1 + self.better + self.tied

    @property
    def mean(self) -> NDArray[np.float64]:
        """Return the ranks (n,), from 1, with half of the ties lost: the mean over their orders."""
        return 1 + self.better + self.tied / 2


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """Holds the places of both directions: those of b's items when a's ask, and the other way round."""

    a_to_b: Places
    b_to_a: Places


def normalise(x: NDArray[Any]) -> NDArray[np.float64]:
    """Return the rows of an array (n, k) at unit length; a row of zeros stays, and its cosine is 0 with everything."""
    rows: NDArray[np.float64] = np.array(x, dtype=np.float64, order="C")
    _, exponents = np.frexp(np.maximum(rows.max(axis=1), -rows.min(axis=1)))
    # Powers of two are exact, and after them the squares neither overflow nor vanish.
    rows *= np.ldexp(1.0, np.minimum(-exponents, 1022))[:, None]
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    lengths[lengths == 0] = 1
    rows /= lengths[:, None]
    return rows


def count_ranks(a: NDArray[Any], b: NDArray[Any], block_rows: int = TILE_ROWS) -> Ranks:
    """Count the places of each item's partner by cosine, item i of a (n, k) belonging to item i of b (n, k).

    Scores nearer than rounding in float64 can make equal ones, 2 (k + 4) 2⁻⁵², are tied.

    Args:
        a: scores of the first view.
        b: scores of the second.
        block_rows: rows of a tile, 255 at most; the ranks do not depend on it.

    Raises:
        ViewError: fewer than two rows, unequal shapes, a value that is not finite, or a wrong `block_rows`.

    >>> import numpy as np
    >>> ranks = count_ranks(np.array([[1, 0], [0, 1], [1, 1]]), np.array([[1, 0.2], [1, 0], [0, 1]]))
    >>> ranks.a_to_b.mean.tolist(), ranks.b_to_a.mean.tolist()
    ([2.0, 3.0, 2.5], [1.0, 3.0, 2.0])
    """
    a, b = check_scores(a, b)
    if not 1 <= block_rows <= TILE_ROWS:
        raise ViewError(f"block_rows is {block_rows}, expected 1 to {TILE_ROWS}")
    counts = PartnerCounts(normalise(a), normalise(b))
    for rows, columns in tiles(len(a), block_rows):
        counts.add(rows, columns)
    return Ranks(*(Places(better, tied) for better, tied in counts.results()))


def cumulative_ranks(
    a: NDArray[Any], b: NDArray[Any], sizes: Iterable[int], block_rows: int = TILE_ROWS
) -> dict[int, Ranks]:
    """Count, for each size k, the places by cosine of the first k columns; see `count_ranks`.

    Every size has its own product: adding products up from one size to the next saves less than it costs to bring the
    sums to the lengths of the first k columns.

    Raises:
        ViewError: as `count_ranks`, or a size that is not between 1 and the number of columns.
    """
    a, b = check_scores(a, b)
    distinct_sizes = sorted(set(sizes))
    if not distinct_sizes or distinct_sizes[0] < 1 or distinct_sizes[-1] > a.shape[1]:
        raise ViewError(f"sizes are {distinct_sizes}, expected numbers of columns between 1 and {a.shape[1]}")
    return {k: count_ranks(a[:, :k], b[:, :k], block_rows) for k in distinct_sizes}


def check_scores(a: Any, b: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return two views' scores as floating arrays (n, k).

    Raises:
        ViewError: see `check_views`, and where the views have different numbers of columns.
    """
    a, b = check_views([a, b], n_views=2)
    if a.shape[1] != b.shape[1]:
        raise ViewError(
            f"view 0 has {a.shape[1]} columns, view 1 has {b.shape[1]}; give both views' scores of the same components"
        )
    return a, b

"""The weights of a hybrid search, chosen on a grid, with the figures that show why."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

NO_MATTER = 0.002
"""Difference of the MRR below which words are preferred."""


@dataclass(frozen=True, slots=True)
class GridPoint:
    """Weights that were tried for a language.

    Attributes:
        language: ISO 639-1, "" for all that have too few queries for weights of their own.
        weights: one a part, together 1.
        mrr: mean reciprocal rank of the queries, beyond the cutoff 0.
        n_queries: of the language.
        is_chosen: whether it is used.
    """

    language: str
    weights: tuple[float, ...]
    mrr: float
    n_queries: int
    is_chosen: bool


def simplex(n_parts: int, steps: int) -> Iterator[tuple[float, ...]]:
    """Yield all weights of parts in steps of 1 / `steps` that add up to 1.

    >>> list(simplex(2, 2))
    [(0.0, 1.0), (0.5, 0.5), (1.0, 0.0)]
    """
    for bars in combinations(range(steps + n_parts - 1), n_parts - 1):
        ends = (-1, *bars, steps + n_parts - 1)
        yield tuple((ends[i + 1] - ends[i] - 1) / steps for i in range(n_parts))


def choose_points(
    points: NDArray[np.float32],
    values: NDArray[np.float64],
    languages: Sequence[str],
    usable: NDArray[np.bool_],
    words: NDArray[np.bool_],
    least_queries: int,
) -> tuple[GridPoint, ...]:
    """Return every point of every language, one of each chosen.

    Args:
        points: (points, parts) weights.
        values: (queries, points) reciprocal ranks.
        languages: of the queries.
        usable: (queries, parts) whether a part can read the query.
        words: (parts,) whether a part searches by words.
        least_queries: of a language that has weights of its own.
    """
    names = np.array(languages, dtype=object)
    own = [name for name in sorted(set(languages)) if (names == name).sum() >= least_queries]
    rest = ~np.isin(names, own)
    chosen = [_choose("", rest, points, values, usable, words)] if rest.any() else []
    chosen += [_choose(name, names == name, points, values, usable, words) for name in own]
    return tuple(point for grid in chosen for point in grid)


def _choose(
    language: str,
    queries: NDArray[np.bool_],
    points: NDArray[np.float32],
    values: NDArray[np.float64],
    usable: NDArray[np.bool_],
    words: NDArray[np.bool_],
) -> list[GridPoint]:
    # Of languages together a part must serve one at least: in the others it is left out as they are searched.
    tried = np.flatnonzero((points[:, ~usable[queries].any(axis=0)] == 0).all(axis=1))
    means = values[queries][:, tried].mean(axis=0)
    lean = points[tried][:, words].sum(axis=1)
    good = np.flatnonzero(means >= means.max() - NO_MATTER)
    best = max(good.tolist(), key=lambda i: (round(float(lean[i]), 6), means[i], -i))
    n = int(queries.sum())
    return [
        GridPoint(language, tuple(round(float(w), 6) for w in points[place]), float(means[i]), n, i == best)
        for i, place in enumerate(tried.tolist())
    ]

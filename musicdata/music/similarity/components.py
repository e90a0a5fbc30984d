"""Connected components of many items by number: what `groups` does for songs by name, at the size of texts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray


def components(n_items: int, sets: Iterable[Sequence[int]]) -> NDArray[np.int64]:
    """Return the number of each item's component, shape (n_items,); components are numbered by their first items.

    >>> components(5, [[0, 3], [4, 3]]).tolist()
    [0, 1, 2, 0, 0]

    Args:
        n_items: items are 0 … n − 1.
        sets: of items that belong together.
    """
    from scipy import sparse
    from scipy.sparse import csgraph

    tied = [pair for one in sets for pair in pairwise(one)]
    ends = np.array(tied, np.int64).reshape(-1, 2).T
    graph = sparse.coo_array((np.ones(len(tied), bool), (ends[0], ends[1])), shape=(n_items, n_items))
    labels = csgraph.connected_components(graph, directed=False)[1]
    _, first, places = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    named: NDArray[np.int64] = rank[places]
    return named


def in_large(items: Collection[str], sets: Iterable[Sequence[str]], most: float) -> set[str]:
    """Return the items of components of more than `most` items.

    >>> sorted(in_large("abcd", [["a", "b"], ["b", "c"], ["d", "x"]], 2))
    ['a', 'b', 'c']

    Args:
        items: in any order.
        sets: of items that belong together; those that are not among the items are ignored.
        most: items that a component may have.
    """
    place = {item: number for number, item in enumerate(items)}
    labels = components(len(place), ([place[item] for item in one if item in place] for one in sets))
    is_large = np.bincount(labels)[labels] > most if len(labels) else np.zeros(0, bool)
    return {item for item, large in zip(place, is_large.tolist(), strict=True) if large}

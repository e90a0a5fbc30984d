"""Whether texts find their sets better than chance: re-pairings that give every set the texts of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.errors import ViewError
from musicdata_baselines.retrieval.inference import (
    AT_ONCE,
    Significance,
    compare,
    draw_groups,
    draw_repairings,
    require_groups,
)
from musicdata_baselines.retrieval.labels import number_labels
from musicdata_baselines.retrieval.order import reciprocal_ranks_of_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.retrieval.gallery import Gallery, Pool


@dataclass(frozen=True, slots=True)
class SetSignificance(Significance):
    """Compares the MRR of texts that ask with those of re-pairings.

    Attributes:
        n_sets: sets the test was made on; fewer than there are where there were too many.
        n_groups: groups they are from.
    """

    n_sets: int
    n_groups: int


def permute_sets(
    gallery: Gallery,
    asking: NDArray[np.int64],
    pool: Pool,
    groups: Sequence[Any] | NDArray[Any] | None = None,
    n_permutations: int = 10_000,
    seed: int = 0,
    max_sets: int = 1024,
) -> SetSignificance:
    """Compare the MRR of texts with that of re-pairings in which all texts of a set look for another one.

    Sets of a group, such as editions of an album, are no independent evidence: whole groups move, as in
    `permutation_test`. Only sets with asking texts take part, as what is asked for and as candidates.

    Args:
        gallery: sets and texts.
        asking: texts that ask.
        pool: what a set's score is.
        groups: label (sets,) of each set's group; its own where None.
        n_permutations: re-pairings drawn.
        seed: of the draws.
        max_sets: sets the table may have; above it, groups are drawn that fit. Memory is 4 · max_sets² bytes.

    Raises:
        ViewError: no permutations, not one group a set, or fewer than two groups.
    """
    if n_permutations < 1:
        raise ViewError(f"{n_permutations} permutations, expected at least one")
    numbers = number_labels(groups, gallery.n_sets, "groups")
    rng = np.random.default_rng(seed)
    asked = np.unique(gallery.owners[asking])
    sets = asked[draw_groups(numbers[asked], max_sets, rng)]
    sizes = np.unique(numbers[sets], return_counts=True)[1]
    require_groups(len(sizes))
    table, n_texts = _tabulate(gallery, asking, pool, sets)
    rows = np.arange(len(sets))
    step = max(1, AT_ONCE // len(sets))
    null = np.concatenate(
        [
            table[rows, draw_repairings(sizes, min(step, n_permutations - start), rng)].sum(axis=1, dtype=np.float64)
            for start in range(0, n_permutations, step)
        ]
    )
    observed = table[rows, rows].sum(dtype=np.float64)
    return SetSignificance(*compare(observed / n_texts, null / n_texts), n_sets=len(sets), n_groups=len(sizes))


def _tabulate(
    gallery: Gallery, asking: NDArray[np.int64], pool: Pool, sets: NDArray[np.int64]
) -> tuple[NDArray[np.float64], int]:
    """Return the sums (sets, sets) of the reciprocal ranks that texts of one give another, and how many texts ask."""
    place = np.full(gallery.n_sets, -1)
    place[sets] = np.arange(len(sets))
    asking = asking[place[gallery.owners[asking]] >= 0]
    table = np.zeros((len(sets), len(sets)))
    for rows, scores in gallery.blocks(asking, pool):
        np.add.at(table, place[gallery.owners[rows]], reciprocal_ranks_of_all(scores[:, sets], gallery.tie))
    return table, len(asking)

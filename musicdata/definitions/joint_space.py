"""Where the modalities of samples lie beside one another, as a suite learned it of a data set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from musicdata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class JointSpace:
    """Samples as points of one space, a point a modality.

    Attributes:
        sample_ids: (n,) of the samples.
        views: modality → (n, d) float32, each row of length 1, or all 0 where the sample has nothing of it.
        method: how the space was found, for people.
        split: (n,) the part of the data set a sample belongs to; it was learned from ``train``.
        groups: (n,) near-duplicates share one; None where the data set has no groups.
        notes: what not to conclude from it, a sentence each.
        find_doubts: returns, for each pair of modalities, (n,) the share of other groups' samples that fit better than
            the sample's own, judged by models that have not seen it; None where that cannot be told.

    Raises:
        UsageError: an array has another number of rows.
    """

    sample_ids: NDArray[np.str_]
    views: Mapping[str, NDArray[np.float32]]
    method: str
    split: NDArray[np.str_]
    groups: NDArray[np.str_] | None = None
    notes: tuple[str, ...] = ()
    find_doubts: Callable[[], Mapping[Pair, NDArray[np.float64]]] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        beside = [*self.views.values(), self.split, *([] if self.groups is None else [self.groups])]
        if not self.views or any(len(one) != len(self.sample_ids) for one in beside):
            raise UsageError(f"a joint space needs a view, and {len(self.sample_ids):,} rows of each of its arrays")


def unit_rows(table: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return an array (n, d) with every row of length 1; rows of nothing stay 0."""
    rows = np.nan_to_num(np.asarray(table, np.float32), posinf=0, neginf=0)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    made: NDArray[np.float32] = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return made

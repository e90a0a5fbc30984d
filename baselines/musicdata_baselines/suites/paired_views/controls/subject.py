"""What the controls look at: the paired features of a whole data set, and what its files tell from outside."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.errors import ViewError
from musicdata_baselines.views import check_views

if TYPE_CHECKING:
    from numpy.typing import NDArray

Pair = tuple[str, str]
MIN_TRAIN = 20
MIN_TEST_GROUPS = 2


def label(pair: Pair) -> str:
    """Return the pair as people read it, e.g. ``audio–sheet``."""
    return "–".join(pair)


@dataclass(frozen=True)
class Subject:
    """A data set as the controls see it; row i of every array is sample i, in order of sample_id.

    Attributes:
        names: modalities, e.g. ``("audio", "sheet", "lyrics")``.
        views: modality → features (n, p), compressed to at most some hundred columns.
        split: (n,) ``train``, ``valid`` or ``test``.
        sample_ids: (n,) ids, ascending.
        groups: (n,) group of each sample; near-duplicates share one.
        certain_pairs: pairs of modalities whose link is certain by construction.
        metadata: modality → what its files tell without being looked into, e.g. ``{"bytes": (n,)}``.
        lengths: modality → one length a sample (n,).
        tied_pairs: pairs whose files are alike from outside by construction, whether or not their content is, as where
            a page is as wide as the words printed on it; certain pairs are tied without being named here.

    Raises:
        ViewError: arrays of unequal length, a value that is not finite, or a certain pair of unknown modalities.
    """

    names: tuple[str, ...]
    views: dict[str, NDArray[Any]]
    split: NDArray[Any]
    sample_ids: NDArray[Any]
    groups: NDArray[Any]
    certain_pairs: tuple[Pair, ...] = ()
    metadata: dict[str, dict[str, NDArray[Any]]] = field(default_factory=dict)
    lengths: dict[str, NDArray[Any]] = field(default_factory=dict)
    tied_pairs: tuple[Pair, ...] = ()

    def __post_init__(self) -> None:
        check_views([self.views[name] for name in self.names])
        n = len(self.sample_ids)
        beside = {f"metadata of {m}, {c}": v for m, columns in self.metadata.items() for c, v in columns.items()}
        beside |= {f"length of {m}": v for m, v in self.lengths.items()}
        beside |= {f"view {m}": self.views[m] for m in self.names} | {"split": self.split, "groups": self.groups}
        if wrong := {what: len(values) for what, values in beside.items() if len(values) != n}:
            raise ViewError(
                f"there are {n} sample ids, but rows: {wrong}; give one row a sample, in the order of the ids"
            )
        if strange := [pair for pair in (*self.certain_pairs, *self.tied_pairs) if not set(pair) <= set(self.names)]:
            raise ViewError(
                f"pair {strange[0]} is called certain or tied, but the modalities are {', '.join(self.names)}"
            )

    @property
    def pairs(self) -> list[Pair]:
        """List the pairs of modalities in the order the modalities are named."""
        return list(itertools.combinations(self.names, 2))

    def is_certain(self, pair: Pair) -> bool:
        """Say whether the link of a pair is certain by construction."""
        return any(set(pair) == set(certain) for certain in self.certain_pairs)

    def is_tied(self, pair: Pair) -> bool:
        """Say whether the files of a pair are alike from outside by construction."""
        return self.is_certain(pair) or any(set(pair) == set(tied) for tied in self.tied_pairs)

    def rows(self, *splits: str) -> NDArray[np.intp]:
        """Return the rows of one or several splits, ascending."""
        return np.flatnonzero(np.isin(self.split, splits))

    @property
    def too_small(self) -> str:
        """Return why nothing can be learned from train and shown on test, e.g. ``1 group in test``; "" if it can."""
        n_train, n_groups = len(self.rows("train")), len(np.unique(self.groups[self.rows("test")]))
        if n_train < MIN_TRAIN:
            return f"{n_train} items in train, {MIN_TRAIN} are needed"
        return f"{n_groups} groups in test, {MIN_TEST_GROUPS} are needed" if n_groups < MIN_TEST_GROUPS else ""

    @cached_property
    def group_numbers(self) -> NDArray[np.intp]:
        """Return the group of each sample as a number (n,), in order of the groups' names."""
        return np.unique(self.groups, return_inverse=True)[1]

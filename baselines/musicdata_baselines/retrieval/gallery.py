"""Retrieval of sets, such as the songs of an album: a set's score is the best or the mean of its items'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from musicdata_baselines.errors import ViewError
from musicdata_baselines.retrieval.firsts import Firsts
from musicdata_baselines.retrieval.ranks import normalise
from musicdata_baselines.retrieval.tiles import tie_width
from musicdata_baselines.views import check_views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Pool = Literal["best", "mean"]
POOLS: tuple[Pool, ...] = ("best", "mean")

_SCORES_AT_ONCE = 2**22


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Sets of items, and texts that each belong to one of them; everything by cosine.

    Attributes:
        items: (items, k) rows of unit length, set after set.
        starts: (sets,) where each set's items begin.
        texts: (texts, k) rows of unit length.
        owners: (texts,) number of the set that each text belongs to.
    """

    items: NDArray[np.float64]
    starts: NDArray[np.int64]
    texts: NDArray[np.float64]
    owners: NDArray[np.int64]

    @classmethod
    def of(
        cls, items: NDArray[Any], item_sets: NDArray[np.int64], texts: NDArray[Any], text_sets: NDArray[np.int64]
    ) -> Gallery:
        """Return the gallery of items and texts, whose sets are numbered from 0 on.

        Raises:
            ViewError: a value that is not finite, different numbers of columns, or a set without an item.
        """
        (items,), (texts,) = check_views([items], n_views=1, min_rows=1), check_views([texts], n_views=1, min_rows=1)
        if items.shape[1] != texts.shape[1]:
            raise ViewError(f"items have {items.shape[1]} columns, texts {texts.shape[1]}; give the same components")
        counts = np.bincount(item_sets, minlength=int(text_sets.max()) + 1)
        if not counts.all():
            raise ViewError(f"set {int(counts.argmin())} has no item: leave it and its texts out")
        order = np.argsort(item_sets, kind="stable")
        return cls(normalise(items[order]), np.cumsum(counts) - counts, normalise(texts), text_sets)

    @property
    def n_sets(self) -> int:
        """Return how many sets there are to find."""
        return len(self.starts)

    @property
    def tie(self) -> float:
        """Return how near scores count as equal."""
        return 2 * tie_width(self.items.shape[1])

    def scores(self, texts: slice | NDArray[np.int64], pool: Pool) -> NDArray[np.float64]:
        """Return the scores (texts, sets) of some texts with every set."""
        return self._pooled(self.texts[texts], self.items, self.starts, pool)

    def blocks(self, asking: NDArray[np.int64], pool: Pool) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Yield some of the asking texts after others, and their scores (texts, sets)."""
        step = max(1, _SCORES_AT_ONCE // len(self.items))
        for start in range(0, len(asking), step):
            rows = asking[start : start + step]
            yield rows, self.scores(rows, pool)

    def of_sets(self, pool: Pool) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Yield some sets after others, and their scores (sets, texts) with every text."""
        ends = np.append(self.starts[1:], len(self.items))
        step = max(1, int(_SCORES_AT_ONCE // (len(self.texts) * max(1, len(self.items) // self.n_sets))))
        for first in range(0, self.n_sets, step):
            sets = slice(first, min(first + step, self.n_sets))
            begin, end = self.starts[first], ends[sets.stop - 1]
            scores = self._pooled(self.texts, self.items[begin:end], self.starts[sets] - begin, pool)
            yield sets, np.ascontiguousarray(scores.T)

    @staticmethod
    def _pooled(
        texts: NDArray[np.float64], items: NDArray[np.float64], starts: NDArray[np.int64], pool: Pool
    ) -> NDArray[np.float64]:
        if pool == "best":
            return np.maximum.reduceat(texts @ items.T, starts, axis=1)
        sizes = np.diff(starts, append=len(items))
        means = np.add.reduceat(items, starts, axis=0) / sizes[:, None]
        return np.asarray(texts @ means.T)


def find_sets(gallery: Gallery, asking: NDArray[np.int64], pool: Pool) -> Firsts:
    """Return where each asking text's own set stands among all sets."""
    before, size = np.empty((2, len(asking)), np.int64)
    done = 0
    for rows, scores in gallery.blocks(asking, pool):
        own = scores[np.arange(len(rows)), gallery.owners[rows], None]
        part = slice(done, done + len(rows))
        before[part] = np.count_nonzero(scores > own + gallery.tie, axis=1)
        size[part] = np.count_nonzero(scores >= own - gallery.tie, axis=1) - before[part]
        done += len(rows)
    return Firsts(before, size, np.ones_like(before))


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """What sets that ask find, for the sets that have a text.

    Attributes:
        sets: (queries,) numbers of the sets.
        firsts: where the first of each one's texts stands among all texts.
        precision: (queries,) share of its own among the first R, R being how many texts it has; expected over ties.
    """

    sets: NDArray[np.int64]
    firsts: Firsts
    precision: NDArray[np.float64]


def find_texts(gallery: Gallery, pool: Pool) -> Texts:
    """Return where the texts of each set stand among all texts."""
    of_set = np.bincount(gallery.owners, minlength=gallery.n_sets)
    asking = np.flatnonzero(of_set)
    before, size, relevant = np.zeros((3, gallery.n_sets), np.int64)
    precision = np.zeros(gallery.n_sets)
    for sets, scores in gallery.of_sets(pool):
        for number, row in zip(range(sets.start, sets.stop), scores, strict=True):
            if not of_set[number]:
                continue
            own = gallery.owners == number
            best = row[own].max()
            tied = row >= best - gallery.tie
            before[number] = np.count_nonzero(row > best + gallery.tie)
            size[number], relevant[number] = np.count_nonzero(tied) - before[number], np.count_nonzero(tied & own)
            precision[number] = _precision(row, own, int(of_set[number]), gallery.tie)
    return Texts(asking, Firsts(before, size, relevant).take(asking), precision[asking])


def _precision(scores: NDArray[np.float64], own: NDArray[np.bool_], n_own: int, tie: float) -> float:
    """Return the expected share of own texts among the first `n_own`."""
    last = np.partition(scores, len(scores) - n_own)[len(scores) - n_own]
    above = scores > last + tie
    tied = (scores >= last - tie) & ~above
    drawn = n_own - int(np.count_nonzero(above))
    expected = int(np.count_nonzero(tied & own)) * drawn / max(1, int(np.count_nonzero(tied)))
    return float((np.count_nonzero(above & own) + expected) / n_own)

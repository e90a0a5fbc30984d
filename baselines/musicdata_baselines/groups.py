"""Batches of items in groups, such as the songs and the reviews of albums, with their neighbours and false partners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.errors import ViewError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

NONE = -1
"""In place of the row of a false partner: there is none."""

_REDRAWS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Rows of the two views, all (rows,): row i of each is of one group.

    Attributes:
        x: rows of the first view; `y` of the second.
        near_x: another row of the same group, the same where there is no other; `near_y` likewise.
        others: (rows, false pairs) places in the batch of another group, `NONE` where the draws met none.
    """

    x: NDArray[np.int64]
    y: NDArray[np.int64]
    near_x: NDArray[np.int64]
    near_y: NDArray[np.int64]
    others: NDArray[np.int64]


class Neighbourhoods:
    """The items of two views, by the group that they share.

    An epoch has every item of the second view once, with an item of the first drawn anew from its group.

    Args:
        x: group (rows of the first view,) of each item.
        y: group (rows of the second view,) of each item.

    Raises:
        ViewError: fewer than two groups have items of both views.
    """

    def __init__(self, x: Sequence[Any] | NDArray[Any], y: Sequence[Any] | NDArray[Any]) -> None:
        groups, numbers = np.unique(np.concatenate([np.asarray(x), np.asarray(y)]), return_inverse=True)
        self._x = _Members(numbers[: len(x)], len(groups))
        self._y = _Members(numbers[len(x) :], len(groups))
        self._group = numbers[len(x) :]
        self.asking = np.flatnonzero(self._x.counts[self._group] > 0)
        if len(np.unique(self._group[self.asking])) < 2:
            raise ViewError("fewer than two groups have items of both views: there is nothing to tell them from")

    def epoch(self, batch_size: int, n_false: int, draw: np.random.Generator) -> Iterator[Batch]:
        """Yield the batches of an epoch, equal and as near to `batch_size` as can be, in an order drawn anew."""
        order = draw.permutation(self.asking)
        for y in np.array_split(order, max(1, round(len(order) / batch_size))):
            group = self._group[y]
            x = self._x.draw(group, draw)
            yield Batch(
                x=x,
                y=y,
                near_x=self._x.draw_other(x, group, draw),
                near_y=self._y.draw_other(y, group, draw),
                others=draw_others(group, n_false, draw),
            )


class _Members:
    """The items of one view by group: `order` lists them group after group."""

    def __init__(self, numbers: NDArray[np.int64], n_groups: int) -> None:
        self.counts = np.bincount(numbers, minlength=n_groups)
        self.order = np.argsort(numbers, kind="stable")
        self.starts = np.cumsum(self.counts) - self.counts
        self.place = np.empty(len(numbers), np.int64)  # of each item among those of its group
        self.place[self.order] = np.arange(len(numbers)) - np.repeat(self.starts, self.counts)

    def draw(self, group: NDArray[np.int64], draw: np.random.Generator) -> NDArray[np.int64]:
        """Return an item of each group."""
        drawn: NDArray[np.int64] = self.order[self.starts[group] + draw.integers(0, self.counts[group])]
        return drawn

    def draw_other(
        self, items: NDArray[np.int64], group: NDArray[np.int64], draw: np.random.Generator
    ) -> NDArray[np.int64]:
        """Return another item of each one's group; the item itself where it is alone."""
        size = self.counts[group]
        step = draw.integers(0, np.maximum(size - 1, 1)) + (size > 1)
        near: NDArray[np.int64] = self.order[self.starts[group] + (self.place[items] + step) % size]
        return near


def draw_others(group: NDArray[np.int64], n_false: int, draw: np.random.Generator) -> NDArray[np.int64]:
    """Return places (rows, n_false) of rows of another group; `NONE` where several draws met none."""
    drawn = draw.integers(0, len(group), size=(len(group), n_false))
    for _ in range(_REDRAWS):
        clash = group[drawn] == group[:, None]
        if not clash.any():
            return drawn
        drawn[clash] = draw.integers(0, len(group), size=int(clash.sum()))
    drawn[group[drawn] == group[:, None]] = NONE
    return drawn

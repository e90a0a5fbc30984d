"""The ranking loss of two-branch networks: true pairs nearer than false ones, in both directions, by a margin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from musicdata_baselines.groups import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAST = 1e-12  # of a squared distance: the root's gradient is infinite at zero


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part of the loss counts.

    Attributes:
        forward: λ1, an item's own partner nearer to it than others, x asking.
        backward: λ2, likewise with y asking.
        near_x: λ3, items of a group nearer to each other than to others, in the first view; `near_y` λ4, in the second.
    """

    forward: float = 1.0
    backward: float = 1.0
    near_x: float = 0.0
    near_y: float = 0.0


@dataclass(frozen=True, slots=True)
class Embedded:
    """A batch in the joint space, rows of unit length: row i of each is of one group, such as an album.

    Attributes:
        x: (rows, k) of the first view, such as songs; `y` (rows, k) of the second, such as reviews.
        near_x: (rows, k) another item of the same group as `x`, None where none were drawn; `near_y` likewise of `y`.
        lone_x: (rows,) whether the group has one item of the first view only, so that `near_x` is `x`; `lone_y`.
    """

    x: torch.Tensor
    y: torch.Tensor
    near_x: torch.Tensor | None = None
    near_y: torch.Tensor | None = None
    lone_x: torch.Tensor | None = None
    lone_y: torch.Tensor | None = None

    @property
    def xs(self) -> list[torch.Tensor]:
        """List the items of the first view: `x`, and `near_x` where there is one."""
        return [self.x] if self.near_x is None else [self.x, self.near_x]

    @property
    def ys(self) -> list[torch.Tensor]:
        """List the items of the second view, likewise."""
        return [self.y] if self.near_y is None else [self.y, self.near_y]


def ranking_loss(batch: Embedded, others: torch.Tensor, margin: float, weights: Weights) -> torch.Tensor:
    """Return the loss of a batch, each of its four sums as a mean over the triplets.

    λ1 Σ [m + d(x, y) − d(x, y′)]₊ + λ2 Σ [m + d(x, y) − d(x′, y)]₊ + λ3 Σ [m + d(x, x°) − d(x, x′)]₊
    + λ4 Σ [m + d(y, y°) − d(y, y′)]₊, d the Euclidean distance, y′ and x′ of another group, x° and y° neighbours of the
    same: Wang, Li & Lazebnik, Learning deep structure-preserving image-text embeddings, CVPR 2016, eq. 5. Where
    neighbours were drawn, each of them makes true pairs with both items of the other view: neighbourhood sampling of
    Wang, Li, Huang & Lazebnik, Learning two-branch neural networks for image-text matching tasks, TPAMI 2018, 3.4.

    Args:
        batch: what the networks made of it.
        others: (rows, false pairs) rows of another group, `NONE` where there is none.
        margin: m.
        weights: λ1 to λ4.
    """
    total = batch.x.sum() * 0.0  # a batch without false pairs has a gradient too: zero
    pairs = [(x, y) for x in batch.xs for y in batch.ys]
    for x, y in pairs:
        for weight, anchor, partner in ((weights.forward, x, y), (weights.backward, y, x)):
            if weight:
                total = total + weight / len(pairs) * _hinge(distances(anchor, partner), others, margin)
    for weight, item, near, lone in _neighbourhoods(batch, weights):
        total = total + weight * _hinge(_beside(item, near), others, margin, left_out=lone)
    return total


def _neighbourhoods(
    batch: Embedded, weights: Weights
) -> Iterator[tuple[float, torch.Tensor, torch.Tensor, torch.Tensor | None]]:
    if weights.near_x and batch.near_x is not None:
        yield weights.near_x, batch.x, batch.near_x, batch.lone_x
    if weights.near_y and batch.near_y is not None:
        yield weights.near_y, batch.y, batch.near_y, batch.lone_y


def distances(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return the Euclidean distances (rows of a, rows of b) between rows of unit length; the gradient is finite."""
    return (2 - 2 * a @ b.T).clamp(min=_LEAST).sqrt()


def _beside(item: torch.Tensor, near: torch.Tensor) -> torch.Tensor:
    """Return the distances between the items, with those to the neighbours on the diagonal."""
    between = distances(item, item)
    own = (item - near).square().sum(dim=1).clamp(min=_LEAST).sqrt()
    is_own = torch.eye(len(item), dtype=torch.bool, device=item.device)
    return torch.where(is_own, own[:, None], between)


def _hinge(
    between: torch.Tensor, others: torch.Tensor, margin: float, left_out: torch.Tensor | None = None
) -> torch.Tensor:
    """Return the mean of [m + dᵢᵢ − dᵢⱼ]₊ over the rows i and their others j."""
    counts = others != NONE
    if left_out is not None:
        counts = counts & ~left_out[:, None]
    excess = margin + between.diagonal()[:, None] - between.gather(1, others.clamp(min=0))
    return torch.where(counts, excess.clamp(min=0), 0.0).sum() / counts.sum().clamp(min=1)

"""The ranking loss against its formula, written out slowly, and what a gradient may not be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from musicdata_baselines.deep.ranking import Embedded, Weights, ranking_loss
from musicdata_baselines.deep.words import LazyAdam, Words
from musicdata_baselines.groups import NONE

MARGIN = 0.3
WEIGHTS = Weights(forward=1.0, backward=0.7, near_x=0.4, near_y=0.2)


def points(rows: int, seed: int, k: int = 5) -> torch.Tensor:
    drawn = torch.from_numpy(np.random.default_rng(seed).standard_normal((rows, k)))
    return torch.nn.functional.normalize(drawn, dim=1)


def batch(rows: int = 9, *, neighbours: bool = True) -> tuple[Embedded, torch.Tensor]:
    others = np.random.default_rng(9).integers(0, rows, (rows, 4))
    others[others == np.arange(rows)[:, None]] = NONE
    x, y, near_x, near_y = (points(rows, seed) for seed in range(4))
    lone = torch.zeros(rows, dtype=torch.bool)
    lone[2] = True
    near_x[2] = x[2]
    if not neighbours:
        return Embedded(x, y), torch.from_numpy(others)
    return Embedded(x, y, near_x, near_y, lone, torch.zeros(rows, dtype=torch.bool)), torch.from_numpy(others)


def slow(embedded: Embedded, others: NDArray[np.int64], weights: Weights) -> float:
    """Return the loss triplet by triplet."""
    x, y = embedded.x.numpy(), embedded.y.numpy()
    near_x = embedded.near_x.numpy() if embedded.near_x is not None else None
    near_y = embedded.near_y.numpy() if embedded.near_y is not None else None
    triplets = [(i, j) for i in range(len(x)) for j in others[i] if j != NONE]

    def mean(values: list[float]) -> float:
        return float(np.mean([max(0.0, MARGIN + value) for value in values])) if values else 0.0

    def d(a: NDArray[Any], b: NDArray[Any]) -> float:
        return float(np.linalg.norm(a - b))

    xs = [x] if near_x is None else [x, near_x]
    ys = [y] if near_y is None else [y, near_y]
    total = 0.0
    for u in xs:
        for v in ys:
            total += weights.forward * mean([d(u[i], v[i]) - d(u[i], v[j]) for i, j in triplets]) / len(xs) / len(ys)
            total += weights.backward * mean([d(u[i], v[i]) - d(u[j], v[i]) for i, j in triplets]) / len(xs) / len(ys)
    if near_x is not None and near_y is not None:
        total += weights.near_x * mean([d(x[i], near_x[i]) - d(x[i], x[j]) for i, j in triplets if i != 2])
        total += weights.near_y * mean([d(y[i], near_y[i]) - d(y[i], y[j]) for i, j in triplets])
    return total


@pytest.mark.parametrize("neighbours", [True, False])
@pytest.mark.parametrize("weights", [WEIGHTS, Weights(), Weights(backward=0.0)])
def test_the_loss_is_that_of_the_formula(neighbours: bool, weights: Weights) -> None:
    embedded, others = batch(neighbours=neighbours)
    assert float(ranking_loss(embedded, others, MARGIN, weights)) == pytest.approx(
        slow(embedded, others.numpy(), weights), abs=1e-9
    )


def test_the_order_of_a_batch_does_not_matter() -> None:
    embedded, others = batch()
    order = torch.from_numpy(np.random.default_rng(1).permutation(len(embedded.x)))
    place = torch.argsort(order)
    moved = Embedded(*(getattr(embedded, name)[order] for name in ("x", "y", "near_x", "near_y", "lone_x", "lone_y")))
    renamed = torch.where(others[order] == NONE, NONE, place[others[order].clamp(min=0)])
    assert float(ranking_loss(moved, renamed, MARGIN, WEIGHTS)) == pytest.approx(
        float(ranking_loss(embedded, others, MARGIN, WEIGHTS)), abs=1e-12
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_are_finite_where_points_fall_together(dtype: torch.dtype) -> None:
    together = torch.zeros(6, 4, dtype=dtype)
    together[:, 0] = 1
    x = together.clone().requires_grad_()
    lone = torch.zeros(6, dtype=torch.bool)
    loss = ranking_loss(Embedded(x, together, x, together, lone, lone), batch(6)[1], MARGIN, WEIGHTS)
    loss.backward()
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()
    assert float(loss.detach()) == pytest.approx(MARGIN * (1 + 0.7 + 0.4 + 0.2), rel=1e-4)


def test_a_batch_without_false_partners_moves_nothing() -> None:
    x = points(4, 0).requires_grad_()
    loss = ranking_loss(Embedded(x, points(4, 1)), torch.full((4, 3), NONE), MARGIN, WEIGHTS)
    loss.backward()
    assert float(loss.detach()) == 0
    assert x.grad is not None
    assert not x.grad.any()


def test_the_unidirectional_loss_leaves_reviews_that_ask_alone() -> None:
    embedded, others = batch(neighbours=False)
    both, one = (float(ranking_loss(embedded, others, MARGIN, w)) for w in (Weights(), Weights(backward=0.0)))
    assert 0 < one < both


def test_words_move_as_sparse_adam_moves_them() -> None:
    torch.manual_seed(0)
    ours = Words(20, 3)
    theirs = torch.nn.Embedding(20, 3, sparse=True)
    theirs.weight.data = ours.weight.data.clone()
    lazy, sparse = LazyAdam(ours, 0.1), torch.optim.SparseAdam(theirs.parameters(), lr=0.1)
    for number in range(5):
        tokens, target = torch.randint(0, 15, (8,)), torch.randn(8, 3)
        vectors, places = ours(tokens)
        for optimizer, made in ((lazy, vectors[places]), (sparse, theirs(tokens))):
            optimizer.zero_grad()
            if optimizer is lazy:
                ours.rows = torch.unique(tokens), vectors
            ((made - target) ** 2).sum().backward()
            optimizer.step()
        torch.testing.assert_close(ours.weight.data, theirs.weight.data, msg=f"step {number}")
    assert (ours.weight[15:] == theirs.weight[15:]).all()

"""Contrastive losses against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from musicdata_baselines.deep.contrastive import info_nce_loss, margin_loss


def pair(rows: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, rows, 4, generator=generator, dtype=torch.float64)
    return a, b


def cosines(a: torch.Tensor, b: torch.Tensor) -> np.ndarray:
    x, y = (v.numpy() / np.linalg.norm(v.numpy(), axis=1, keepdims=True) for v in (a, b))
    return np.asarray(x @ y.T)


def test_info_nce_is_the_mean_cross_entropy_of_both_directions() -> None:
    a, b = pair()
    exponentials = np.exp(cosines(a, b) / 0.1)
    forward = -np.log(np.diag(exponentials) / exponentials.sum(axis=1)).mean()
    backward = -np.log(np.diag(exponentials) / exponentials.sum(axis=0)).mean()
    assert info_nce_loss(a, b, 0.1).item() == pytest.approx((forward + backward) / 2)


def test_the_hinge_over_all_others_is_the_mean_of_both_directions() -> None:
    a, b = pair()
    found = cosines(a, b)
    terms = [
        max(0.0, 0.3 + found[other] - found[i, i])
        for i in range(6)
        for j in range(6)
        if i != j
        for other in ((i, j), (j, i))
    ]
    assert margin_loss(a, b, 0.3, "all").item() == pytest.approx(np.mean(terms))


def test_the_hinge_over_one_other_draws_every_other_but_never_its_own() -> None:
    a, b = pair(3)
    found = cosines(a, b)
    hinge = {(i, j): max(0.0, 2.0 + found[i, j] - found[i, i]) for i in range(3) for j in range(3)}
    back = {(i, j): max(0.0, 2.0 + found[j, i] - found[i, i]) for i in range(3) for j in range(3)}
    others = [[(i + shift + 1) % 3 for i, shift in enumerate(shifts)] for shifts in np.ndindex(2, 2, 2)]
    possible = {
        round((sum(hinge[i, j] for i, j in enumerate(js)) + sum(back[i, j] for i, j in enumerate(js))) / 6, 9)
        for js in others
    }
    torch.manual_seed(0)
    drawn = {round(margin_loss(a, b, 2.0, "one").item(), 9) for _ in range(200)}
    assert drawn == possible


def test_a_separated_batch_costs_nothing() -> None:
    x = torch.eye(4)
    assert margin_loss(x, x, 0.3, "all").item() == 0.0
    assert margin_loss(x, x, 0.3, "one").item() == 0.0
    assert info_nce_loss(x, x, 0.01).item() < 1e-6


def test_a_zero_row_has_a_finite_gradient() -> None:
    a, b = pair()
    a[0] = 0.0
    a.requires_grad_()
    (info_nce_loss(a, b) + margin_loss(a, b, 0.3, "all")).backward()
    assert torch.isfinite(a.grad).all()

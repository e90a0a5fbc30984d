"""Losses that compare every item of a batch with others: symmetric InfoNCE and the bidirectional hinge."""

from __future__ import annotations

from typing import Literal

import torch
from torch.nn import functional

Negatives = Literal["one", "all"]


def info_nce_loss(a: torch.Tensor, b: torch.Tensor, temperature: float = 0.07) -> torch.Tensor:
    """Return the symmetric InfoNCE loss: the cross-entropy of finding each row's own counterpart in the batch.

    −½ (mean log softmax(S)ᵢᵢ + mean log softmax(Sᵀ)ᵢᵢ), S the cosines divided by the temperature: van den Oord, Li &
    Vinyals, Representation learning with contrastive predictive coding, 2018, eq. 4; symmetric as in Radford et al.,
    ICML 2021, fig. 3.

    Args:
        a: shape (rows, units).
        b: shape (rows, units); row i belongs to a's row i.
        temperature: of the softmax, above zero.
    """
    similarities = _cosines(a, b) / temperature
    own = torch.arange(len(a), device=a.device)
    return (functional.cross_entropy(similarities, own) + functional.cross_entropy(similarities.T, own)) / 2


def margin_loss(a: torch.Tensor, b: torch.Tensor, margin: float = 0.3, negatives: Negatives = "one") -> torch.Tensor:
    """Return the bidirectional hinge loss: an item must be nearer to its own by `margin` than to others.

    Mean of max(0, margin + d(aᵢ, bᵢ) − d(aᵢ, bⱼ)) and the same from b to a, d = 1 − cosine, j ≠ i: He, Wang & Livescu,
    Multi-view recurrent neural acoustic word embeddings, ICLR 2017, eq. 2.

    Args:
        a: shape (rows, units), two rows or more.
        b: shape (rows, units); row i belongs to a's row i.
        margin: as a difference of cosines.
        negatives: whether j is one other row, drawn anew each time, or every other row of the batch.
    """
    cosines = _cosines(a, b)
    own = cosines.diagonal()
    rows = torch.arange(len(a), device=a.device)
    if negatives == "one":
        other = (rows + torch.randint(1, len(a), (len(a),)).to(a.device)) % len(a)
        return (_hinge(margin, own, cosines[rows, other]) + _hinge(margin, own, cosines[other, rows])) / 2
    others = ~torch.eye(len(a), dtype=torch.bool, device=a.device)
    from_a = _hinge(margin, own[:, None].expand_as(cosines)[others], cosines[others])
    return (from_a + _hinge(margin, own[None, :].expand_as(cosines)[others], cosines[others])) / 2


def _cosines(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return functional.normalize(a, dim=1) @ functional.normalize(b, dim=1).T


def _hinge(margin: float, own: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return functional.relu(margin + other - own).mean()

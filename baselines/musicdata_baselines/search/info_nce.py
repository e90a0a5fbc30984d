"""The contrastive loss of pairs of vectors, and its derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def info_nce(
    queries: Floats, targets: Floats, groups: NDArray[np.int64], temperature: float
) -> tuple[float, Floats, Floats]:
    r"""Return the symmetric InfoNCE loss of pairs, and its derivatives by queries and by targets.

    .. math:: L = -\frac{1}{2n} \sum_i \left(\log \frac{e^{q_i t_i / τ}}{\sum_j e^{q_i t_j / τ}}
              + \log \frac{e^{q_i t_i / τ}}{\sum_j e^{q_j t_i / τ}}\right)

    (van den Oord et al. 2018, arXiv 1807.03748; both ways as in CLIP, arXiv 2103.00020.) Other pairs of the same group
    are right answers too, and left out of the sums.

    Args:
        queries: (n, width) of unit length.
        targets: (n, width) of unit length, the partner of each.
        groups: (n,) of the pairs.
        temperature: τ, above 0.
    """
    n = len(queries)
    scores = queries @ targets.T / temperature
    scores[(groups[:, None] == groups) & ~np.eye(n, dtype=bool)] = -np.inf
    slopes = np.zeros_like(scores)
    loss = 0.0
    for axis in (1, 0):
        shifted = scores - scores.max(axis=axis, keepdims=True)
        shares = np.exp(shifted)
        sums = shares.sum(axis=axis, keepdims=True)
        loss -= float((np.diag(shifted) - np.log(sums.ravel())).sum()) / (2 * n)
        slopes += shares / sums
    slopes[np.diag_indices(n)] -= 2
    slopes /= 2 * n * temperature
    return loss, slopes @ targets, slopes.T @ queries


def to_unit_length(rows: Floats) -> tuple[Floats, Floats]:
    """Return rows (n, width) at unit length, and their lengths (n, 1); rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    return rows / lengths, lengths


def back_through_length(slopes: Floats, units: Floats, lengths: Floats) -> Floats:
    """Return the derivatives by rows, from those by the rows at unit length."""
    along = (slopes * units).sum(axis=1, keepdims=True)
    return np.asarray((slopes - units * along) / lengths)

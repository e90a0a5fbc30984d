"""What GCCA and MCCA share: the eigenproblem of several whitened views, one block a pair of views."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.linear.estimator import Wanted
    from musicdata_baselines.linear.problem import Problem


def solve_blocks(problem: Problem, wanted: Wanted, *, with_diagonal: bool) -> tuple[NDArray[np.float64], list[Any]]:
    """Return the largest eigenvalues of the matrix of blocks Wₐᵀ Rₐᵦ Wᵦ, and their vectors cut by view.

    Its size is the sum of the views' ranks, whatever the number of rows.

    Args:
        problem: with the whitened views.
        wanted: how many.
        with_diagonal: keep the blocks of a view with itself; else they are zero.

    Raises:
        ViewError: there are fewer components than asked for.
    """
    edges = np.cumsum([0, *(whitener.rank for whitener in problem.whiteners)]).tolist()
    cuts = [slice(*edge) for edge in pairwise(edges)]
    matrix = problem.backend.zeros(edges[-1], edges[-1])
    for a, b in combinations(range(len(cuts)), 2):
        matrix[cuts[a], cuts[b]] = problem.between(a, b)
    if with_diagonal:
        for view, cut in enumerate(cuts):
            matrix[cut, cut] = problem.whitened_within(view)
    k = wanted.among(problem.rank)
    values, vectors = problem.backend.eigh(matrix, k)
    parts = [vectors[cut] for cut in cuts]
    norms = np.array([problem.backend.numpy((part**2).sum(0)) for part in parts])
    usable = (values > problem.negligible) & (norms > problem.negligible**2).all(axis=0)
    kept = wanted.keep(usable, "has no part in one of the views")
    return values[:kept].copy(), [part[:, :kept] for part in parts]


def mean_correlations(problem: Problem, parts: list[Any]) -> NDArray[np.float64]:
    """Return each component's correlation, in the ridge's metric, averaged over the pairs of views."""
    correlations = []
    for a, b in combinations(range(len(parts)), 2):
        covariance = (parts[a] * (problem.between(a, b) @ parts[b])).sum(0)
        correlations.append(
            problem.backend.numpy(covariance / ((parts[a] ** 2).sum(0) * (parts[b] ** 2).sum(0)) ** 0.5)
        )
    mean: NDArray[np.float64] = np.mean(correlations, axis=0)
    return mean.clip(max=1.0)

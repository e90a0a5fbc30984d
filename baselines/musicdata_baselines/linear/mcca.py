"""Multiset canonical correlation analysis (SUMCOR): the largest sum of covariances between any number of views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.linear.estimator import LinearEstimator, Solution
from musicdata_baselines.linear.multiset import mean_correlations, solve_blocks

if TYPE_CHECKING:
    from musicdata_baselines.linear.estimator import Wanted
    from musicdata_baselines.linear.problem import Problem


class MCCA(LinearEstimator):
    """Finds linear combinations of every view with the largest sum of covariances between them.

    max Σᵥ≠ᵤ wᵥᵀ Rᵥᵤ wᵤ subject to Σᵥ wᵥᵀ Cᵥ wᵥ = V, the number of views, Cᵥ = (1 − c) Rᵥᵥ + c I: the SUMCOR of Horst,
    Generalized canonical correlations and their applications to experimental data, J. Clin. Psychology 17, 1961, and
    Kettenring, Canonical analysis of several sets of variables, Biometrika 58, 1971, under the constraint that makes
    it an eigenproblem. Without a ridge its directions are those of `GCCA`; the scales are not: a view that takes
    little part in a component has small scores there, while GCCA gives all of them variance one. With a ridge the
    directions differ too, as GCCA also counts what a view has in common with itself.

    Args:
        n_components: combinations a view; as many as the views have in common when None.
        shrinkage: the ridge c, from 0 to 1.
        weighting: of the scores: ``none``, ``correlation`` (score × correlation), or an exponent g (× correlation^g).
        device: ``auto``, ``cpu`` or ``cuda``.

    Attributes:
        eigenvalues_: one a component: the sum of covariances, divided by the number of views.
        canonical_correlations_: one a component: the mean correlation over the pairs of views.

    Raises:
        ViewError: when fitted: a view is not finite, is constant, has as many columns as rows while shrinkage is 0, or
            there are fewer components than asked for.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(100, 3))
        >>> model = MCCA(n_components=1).fit([x, x[:, :2], x[:, 1:] ** 3])
        >>> [scores.shape for scores in model.transform([x, x[:, :2], x[:, 1:] ** 3])]
        [(100, 1), (100, 1), (100, 1)]
    """

    ARRAYS = (*LinearEstimator.ARRAYS, "eigenvalues_")

    def _solve(self, problem: Problem, wanted: Wanted) -> Solution:
        eigenvalues, parts = solve_blocks(problem, wanted, with_diagonal=False)
        scaled = [part * len(parts) ** 0.5 for part in parts]
        return Solution(scaled, mean_correlations(problem, parts), problem.rank, {"eigenvalues_": eigenvalues})

"""Generalised canonical correlation analysis (MAXVAR): one shared representation of any number of views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.linear.estimator import LinearEstimator, Solution
from musicdata_baselines.linear.multiset import mean_correlations, solve_blocks

if TYPE_CHECKING:
    from musicdata_baselines.linear.estimator import Wanted
    from musicdata_baselines.linear.problem import Problem


class GCCA(LinearEstimator):
    """Finds the shared representation G that lies nearest to linear combinations of every view.

    min over G, Wᵥ of Σᵥ ‖G − Xᵥ Wᵥ‖² (with a ridge c on standardised columns) with GᵀG = I; equally, each component of
    G maximises the sum of its squared correlations with the views: Horst, Relations among m sets of measures,
    Psychometrika 26, 1961; Carroll, Generalization of canonical correlation analysis to three or more sets of
    variables, Proc. APA 1968; Kettenring, Canonical analysis of several sets of variables, Biometrika 58, 1971
    (MAXVAR). Solved as an eigenproblem of the size of all features together, whatever the number of rows. Every
    view's score has unit training variance (with a ridge: wᵀ C w = 1), however little of G the view explains; `MCCA`
    leaves the scales as they are. Of two views the correlations are those of `CCA`, exactly so without a ridge.

    Args:
        n_components: columns of G; as many as the views have in common when None.
        shrinkage: the ridge c of C = (1 − c) R + c I, from 0 to 1.
        weighting: of the scores: ``none``, ``correlation`` (score × correlation), or an exponent g (× correlation^g).
        device: ``auto``, ``cpu`` or ``cuda``.

    Attributes:
        eigenvalues_: one a component: without a ridge, the sum over views of the squared correlation with G.
        canonical_correlations_: one a component: the mean correlation over the pairs of views.

    Raises:
        ViewError: when fitted: a view is not finite, is constant, has as many columns as rows while shrinkage is 0, or
            there are fewer components than asked for.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(100, 3))
        >>> model = GCCA(n_components=1).fit([x, x[:, :2], x[:, 1:] ** 3])
        >>> [scores.shape for scores in model.transform([x, x[:, :2], x[:, 1:] ** 3])]
        [(100, 1), (100, 1), (100, 1)]
    """

    ARRAYS = (*LinearEstimator.ARRAYS, "eigenvalues_")

    def _solve(self, problem: Problem, wanted: Wanted) -> Solution:
        eigenvalues, parts = solve_blocks(problem, wanted, with_diagonal=True)
        scaled = [part / (part**2).sum(0) ** 0.5 for part in parts]
        return Solution(scaled, mean_correlations(problem, parts), problem.rank, {"eigenvalues_": eigenvalues})

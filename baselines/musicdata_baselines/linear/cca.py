"""Canonical correlation analysis of two views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.linear.estimator import LinearEstimator, Solution

if TYPE_CHECKING:
    from musicdata_baselines.linear.estimator import Wanted
    from musicdata_baselines.linear.problem import Problem


class CCA(LinearEstimator):
    """Finds the linear combinations of two views that correlate most.

    max aᵀ R₁₂ b subject to aᵀ C₁ a = bᵀ C₂ b = 1, Cᵥ = (1 − c) Rᵥᵥ + c I, each component uncorrelated with those before
    it: Hotelling, Relations between two sets of variates, Biometrika 28, 1936; the ridge c is that of Vinod,
    Canonical ridge and econometrics of joint production, J. Econometrics 4, 1976, on standardised columns, so that it
    does not depend on their scale. Solved by Cholesky whitening and the singular values of C₁^(−½) R₁₂ C₂^(−½),
    exactly, so that the first k components of a fit are the fit of k components. Scores have unit training variance
    (with a ridge: aᵀ C a = 1); for retrieval multiply them with their correlation: Li, Chinchali & Topcu, CSA:
    data-efficient mapping of unimodal features to multimodal features, ICLR 2025.

    Args:
        n_components: pairs of canonical variates; all there are when None.
        shrinkage: the ridge c, from 0 to 1; 1 is partial least squares.
        weighting: of the scores: ``none``, ``correlation`` (score × correlation), or an exponent g (× correlation^g).
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ViewError: when fitted: a view is not finite, is constant, has as many columns as rows while shrinkage is 0, or
            there are fewer components than asked for.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(100, 3))
        >>> model = CCA(n_components=2).fit([x, x @ [[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]]])
        >>> model.canonical_correlations_.round(6).tolist()
        [1.0, 1.0]
    """

    N_VIEWS = 2

    def _solve(self, problem: Problem, wanted: Wanted) -> Solution:
        left, correlations, right = problem.backend.svd(problem.between(0, 1), wanted.among(problem.rank))
        kept = wanted.keep(correlations > problem.negligible, "correlates with nothing")
        return Solution([left[:, :kept], right[:, :kept]], correlations[:kept].clip(max=1.0), problem.rank)

"""Chooses ridge and weighting of a linear estimator by retrieval on held-out views."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import UsageError
from musicdata_baselines.retrieval import mean_mrr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.linear.estimator import LinearEstimator
    from musicdata_baselines.linear.moments import Moments

SHRINKAGES = (0.01, 0.03, 0.1, 0.3, 0.6, 0.9)
EXPONENTS = (0.0, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen.

    Attributes:
        estimator: fitted with it.
        shrinkage: the ridge.
        exponent: the power of the correlation that scores are weighted with.
        valid_mrr: mean reciprocal rank on the validation views, both directions, mean over pairs of views.
        tried: (shrinkage, exponent) → that figure, of all that was tried.
    """

    estimator: LinearEstimator
    shrinkage: float
    exponent: float
    valid_mrr: float
    tried: dict[tuple[float, float], float]


def choose(
    make: type[LinearEstimator],
    moments: Moments,
    valid: Sequence[NDArray[Any]],
    *,
    shrinkages: Sequence[float] = SHRINKAGES,
    exponents: Sequence[float] = EXPONENTS,
    n_components: int | None = None,
    device: str = "auto",
) -> Choice:
    """Fit one estimator a ridge to the same moments; keep the ridge and exponent with the best MRR on validation views.

    Equal figures go to the earlier ridge, then to the earlier exponent.

    Args:
        make: an estimator class.
        moments: of the training views.
        valid: validation views.
        shrinkages: ridges that are tried.
        exponents: powers of the correlation that are tried.
        n_components: at most; fewer where the views have fewer.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        UsageError: there is nothing to try.
        ViewError: the views cannot be fitted.
    """
    if not shrinkages or not exponents:
        raise UsageError("choose needs at least one shrinkage and one exponent to try")
    fitted = {
        shrinkage: make(shrinkage=shrinkage, device=device).fit_moments(moments, at_most=n_components)
        for shrinkage in shrinkages
    }
    tried = {
        (shrinkage, exponent): mrr
        for shrinkage, estimator in fitted.items()
        for exponent, mrr in _try(estimator, valid, exponents).items()
    }
    shrinkage, exponent = max(tried, key=lambda key: tried[key])
    best = fitted[shrinkage]
    # Transform applies the weighting, so that nothing need be fitted again.
    best.set_params(n_components=best.n_components_, weighting=float(exponent))
    return Choice(best, float(shrinkage), float(exponent), tried[shrinkage, exponent], tried)


def _try(estimator: LinearEstimator, valid: Sequence[NDArray[Any]], exponents: Iterable[float]) -> dict[float, float]:
    """Return the MRR of each exponent."""
    scores = estimator.transform(valid)
    mrrs = {}
    for exponent in exponents:
        importance = estimator.importance(exponent)
        weighted = [score * importance for score in scores]
        mrrs[exponent] = float(np.mean([mean_mrr(a, b) for a, b in combinations(weighted, 2)]))
    return mrrs

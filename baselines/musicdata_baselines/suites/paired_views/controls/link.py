"""The model by which controls judge whether two views belong together: ridge CCA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata_baselines.linear.cca import CCA

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.subject import Pair, Subject

    Array = NDArray[np.float64]

SHRINKAGE = 0.05


def fit_link(
    a: NDArray[Any],
    b: NDArray[Any],
    weighting: str = "correlation",
    shrinkage: float = SHRINKAGE,
    limit: int | None = None,
) -> CCA:
    """Return CCA fitted to paired rows, on the processor: a control says the same on every machine.

    Args:
        a: (n, p) of the first view.
        b: (n, q) of the second.
        weighting: of the scores, see `CCA`.
        shrinkage: the ridge.
        limit: components at most; all there are when None.
    """
    n_components = None if limit is None else min(limit, a.shape[1], b.shape[1])
    return CCA(n_components, shrinkage, weighting, device="cpu").fit([a, b])


def score_pair(
    subject: Subject, pair: Pair, rows: NDArray[np.intp], fitted_to: NDArray[np.intp]
) -> tuple[Array, Array]:
    """Return the scores (rows, k) of both views of some rows, by weighted CCA fitted to others."""
    a, b = (subject.views[name] for name in pair)
    first, second = fit_link(a[fitted_to], b[fitted_to]).transform([a[rows], b[rows]])
    return first, second

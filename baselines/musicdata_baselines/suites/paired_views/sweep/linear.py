"""The linear part of a sweep: one CCA a run serves every number of components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata_baselines import backend
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.moments import Moments
from musicdata_baselines.suites.paired_views.sweep.figures import Measured, measure_scores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.sweep.data import Material, Run

RIDGE = 1e-4  # the paper: "a small positive constant", without a number
# The link is asked for with a ridge that serves few pairs as well as many: with fewer pairs than columns a small one
# finds nothing on the test part, whatever is there.
LINK_SHRINKAGE = 0.9
PLAIN, WEIGHTED = "CCA", "CCA weighted"

Scores = tuple["NDArray[Any]", "NDArray[Any]"]


@dataclass(frozen=True, slots=True)
class Fitted:
    """One run's test scores, (rows, components) each, plain and weighted with their correlations."""

    scores: dict[str, Scores]

    @property
    def n_components(self) -> int:
        """Return how many components there are."""
        return int(self.scores[PLAIN][0].shape[1])


def fit(material: Material, run: Run, at_most: int, device: str, shrinkage: float = RIDGE / (1 + RIDGE)) -> Fitted:
    """Fit CCA to the train part of a run and return the scores of its test part.

    Raises:
        ViewError: the views have nothing in common, or a value is not finite.
    """
    views = [material.audio, material.lyrics]
    moments = Moments.of([view[run.train] for view in views], backend=backend.choose(device))
    model = CCA(shrinkage=shrinkage, weighting="none", device=device).fit_moments(moments, at_most=at_most)
    a, b = model.transform([view[run.test] for view in views])
    importance = model.importance(1.0)
    return Fitted({PLAIN: (a, b), WEIGHTED: (a * importance, b * importance)})


def measure_fitted(
    fitted: Fitted, run: Run, components: Sequence[int], categories: NDArray[Any] | None
) -> Iterator[Measured]:
    """Yield the figures of the first k components, for every k there are as many of."""
    of_test = categories[run.test] if categories is not None else None
    for method, (a, b) in fitted.scores.items():
        for k in components:
            if k <= fitted.n_components:
                yield Measured(method, k, run.name, measure_scores(a[:, :k], b[:, :k], of_test))

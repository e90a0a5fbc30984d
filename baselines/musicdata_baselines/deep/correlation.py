"""What the deep CCAs have in common: a linear CCA of the networks' outputs at the end, and two architectures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from torch import nn

from musicdata.errors import UsageError
from musicdata.wording import choice
from musicdata_baselines.deep.estimator import DeepEstimator
from musicdata_baselines.deep.losses import MIN_RIDGE
from musicdata_baselines.deep.networks import BestMLP, build_paper_mlp
from musicdata_baselines.errors import ViewError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from numpy.typing import NDArray

    from musicdata_baselines.linear.estimator import LinearEstimator

ARCHITECTURES = {"paper": build_paper_mlp, "best": BestMLP}


class DeepCorrelation(DeepEstimator):
    """The base of the deep CCAs. Their losses fix only a subspace; a linear CCA finds the axes in it.

    A subclass names that linear CCA in `LINEAR`; its constructor stores ``architecture``, ``ridge`` and ``weighting``
    too.

    Attributes:
        linear_: the linear CCA of the training views' encodings; `transform` returns its scores.
    """

    LINEAR: ClassVar[type[LinearEstimator]]

    architecture: str
    ridge: float
    weighting: str | float

    @property
    def canonical_correlations_(self) -> NDArray[Any]:
        """Return the correlations of the training views' encodings, one a component."""
        return self.linear_.canonical_correlations_

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.architecture not in ARCHITECTURES:
            raise UsageError(f"architecture {self.architecture!r} is unknown{choice(self.architecture, ARCHITECTURES)}")
        if not MIN_RIDGE <= self.ridge < float("inf"):
            raise UsageError(f"ridge is {self.ridge}, expected a number of at least {MIN_RIDGE}")

    def _summarise(self, arrays: list[NDArray[Any]]) -> None:
        if (n_rows := len(arrays[-1])) <= self.n_components:
            raise ViewError(
                f"{n_rows} rows for n_components={self.n_components}; there must be more rows than components"
            )
        super()._summarise(arrays)

    def _build(self) -> nn.ModuleList:
        build = ARCHITECTURES[self.architecture]
        return nn.ModuleList([build(n_features, self.n_components) for n_features in self.n_features_in_])

    def score(self, views: Sequence[Any]) -> float:
        """Return the mean correlation between the scores of the views, over components and pairs of views.

        Raises:
            NotFittedError: `fit` was not called.
            ViewError: a view does not fit those trained on.
        """
        return float(self.linear_.score(self._encode(self._read(views))))

    def _finish(self, inputs: list[torch.Tensor]) -> None:
        # The linear CCA blends standardised covariances with the identity; this is that blend for the loss's ridge.
        self.linear_ = self.LINEAR(shrinkage=self.ridge / (1 + self.ridge), weighting=self.weighting, device="cpu")
        self.linear_.fit(self._encode(inputs))

    def _scores(self, inputs: list[torch.Tensor]) -> list[NDArray[Any]]:
        return self.linear_.transform(self._encode(inputs))

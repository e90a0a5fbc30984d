"""Weighted linear CCA, and a network that only adds to it what helps on held-out pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from musicdata_baselines.deep.contrastive import info_nce_loss
from musicdata_baselines.deep.estimator import DeepEstimator
from musicdata_baselines.deep.info_nce import require_temperature
from musicdata_baselines.deep.networks import ResidualTower
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.moments import Moments
from musicdata_baselines.linear.selection import choose

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ResidualCCA(DeepEstimator):
    """Finds networks that correct the scores of a correlation-weighted ridge CCA, which they begin as.

    zᵥ = sᵥ + gᵥ ∘ φᵥ(xᵥ): s the scores of linear CCA times a power of their correlations (Li, Chinchali & Topcu, CSA:
    data-efficient mapping of unimodal features to multimodal features, ICLR 2025), g gates that begin at zero, φ
    networks; g and φ are trained with symmetric InfoNCE as in `InfoNCE`. Before the first epoch it is the linear CCA,
    to the last bit; with `valid`, therefore, it is never worse on those views than that.

    Args:
        n_components: of the linear CCA, at most.
        shrinkage: of the linear CCA. None chooses shrinkage and weighting on `valid`, and is 0.3 without.
        weighting: of the scores, as `CCA` has it; not used where it is chosen.
        temperature: of the softmax.
        epochs: passes over the pairs, at most.
        batch_size: pairs a step, about: batches are cut equal.
        learning_rate: of AdamW.
        seed: of weights, batches and dropout; the same seed gives the same bytes on one machine's processor.
        device: ``auto``, ``cpu`` or ``cuda``.

    Attributes:
        linear_: the linear CCA it begins as.

    Raises:
        ViewError: when fitted: a view is not finite, is too short, or does not fit the other.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(200, 4))
        >>> views = [x, np.hstack([x[:, :2], np.abs(x[:, 2:])])]
        >>> train, valid = [view[:100] for view in views], [view[100:] for view in views]
        >>> model = ResidualCCA(n_components=4, epochs=20, device="cpu").fit(train, valid=valid)
        >>> model.score(valid) >= model.history_[0]["valid_mrr"]
        True
    """

    LINEAR = CCA

    def __init__(
        self,
        n_components: int = 60,
        shrinkage: float | None = None,
        weighting: str | float = "correlation",
        temperature: float = 0.07,
        epochs: int = 100,
        batch_size: int = 1000,
        learning_rate: float = 3e-3,
        seed: int = 0,
        device: str = "auto",
    ) -> None:
        self.n_components = n_components
        self.shrinkage = shrinkage
        self.weighting = weighting
        self.temperature = temperature
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.seed = seed
        self.device = device

    @property
    def canonical_correlations_(self) -> NDArray[Any]:
        """Return the correlations of the linear CCA on the training views, one a component."""
        return self.linear_.canonical_correlations_

    def _check_parameters(self) -> None:
        super()._check_parameters()
        require_temperature(self.temperature)

    def _begin(self, arrays: list[NDArray[Any]], held_out: list[NDArray[Any]] | None) -> None:
        moments = Moments.of(arrays)
        if self.shrinkage is None and held_out is not None:
            self.linear_ = choose(CCA, moments, held_out, n_components=self.n_components, device="cpu").estimator
            return
        shrinkage = 0.3 if self.shrinkage is None else self.shrinkage
        most = CCA(shrinkage=shrinkage, device="cpu").fit_moments(moments).n_components_
        n_components = min(self.n_components, most)
        self.linear_ = CCA(n_components, shrinkage, self.weighting, device="cpu").fit_moments(moments)

    def _build(self) -> nn.ModuleList:
        importance = self.linear_.importance()
        parts = zip(self.linear_.weights_, self.linear_.scales_, self.scales_, strict=True)
        weights = [torch.from_numpy(weight * importance * (ours / its)[:, None]) for weight, its, ours in parts]
        return nn.ModuleList([ResidualTower(weight, torch.from_numpy(importance)) for weight in weights])

    def _inputs(self, arrays: list[NDArray[Any]]) -> list[torch.Tensor]:
        """Return features and linear scores side by side, float64."""
        scores = self.linear_.transform(arrays)
        features = super()._inputs(arrays)
        return [torch.cat([x, torch.from_numpy(s)], dim=1) for x, s in zip(features, scores, strict=True)]

    def _loss(self, outputs: list[torch.Tensor]) -> torch.Tensor:
        return info_nce_loss(outputs[0], outputs[1], self.temperature)

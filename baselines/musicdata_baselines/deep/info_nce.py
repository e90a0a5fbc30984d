"""Two towers trained to find each other's items: symmetric InfoNCE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from musicdata.errors import UsageError
from musicdata_baselines.deep.contrastive import info_nce_loss
from musicdata_baselines.deep.estimator import DeepEstimator
from musicdata_baselines.deep.networks import BestMLP

if TYPE_CHECKING:
    import torch


class InfoNCE(DeepEstimator):
    """Finds one network a view so that in a batch each item's own counterpart is the most similar one.

    min over φ₁, φ₂ of the cross-entropy of softmax(cos(φ₁(xᵢ), φ₂(yⱼ)) / temperature) over j, and over i: van den Oord,
    Li & Vinyals, Representation learning with contrastive predictive coding, 2018; two towers and both directions as in
    Radford et al., Learning transferable visual models from natural language supervision, ICML 2021.

    Args:
        n_components: outputs of each network.
        temperature: of the softmax.
        epochs: passes over the pairs, at most.
        batch_size: pairs a step, about: batches are cut equal.
        learning_rate: of AdamW.
        seed: of weights, batches and dropout; the same seed gives the same bytes on one machine's processor.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ViewError: when fitted: a view is not finite, is too short, or does not fit the other.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(100, 3))
        >>> model = InfoNCE(n_components=8, epochs=20, device="cpu").fit([x, np.abs(x)])
        >>> model.score([x, np.abs(x)]) > 0.2  # chance is 0.05
        True
    """

    def __init__(
        self,
        n_components: int = 60,
        temperature: float = 0.07,
        epochs: int = 100,
        batch_size: int = 1000,
        learning_rate: float = 3e-3,
        seed: int = 0,
        device: str = "auto",
    ) -> None:
        self.n_components = n_components
        self.temperature = temperature
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.seed = seed
        self.device = device

    def _check_parameters(self) -> None:
        super()._check_parameters()
        require_temperature(self.temperature)

    def _build(self) -> nn.ModuleList:
        return nn.ModuleList([BestMLP(n_features, self.n_components) for n_features in self.n_features_in_])

    def _loss(self, outputs: list[torch.Tensor]) -> torch.Tensor:
        return info_nce_loss(outputs[0], outputs[1], self.temperature)


def require_temperature(temperature: float) -> None:
    """Refuse a temperature that is no positive number.

    Raises:
        UsageError: it is not.
    """
    if not 0 < temperature < float("inf"):
        raise UsageError(f"temperature is {temperature}, expected a number above 0; 0.07 is usual")

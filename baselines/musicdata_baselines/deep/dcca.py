"""Deep canonical correlation analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.deep.correlation import DeepCorrelation
from musicdata_baselines.deep.losses import cca_loss
from musicdata_baselines.linear.cca import CCA

if TYPE_CHECKING:
    import torch


class DCCA(DeepCorrelation):
    """Finds one network a view so that what they make of an item correlates most.

    max over φ₁, φ₂ of Σᵢ ρᵢ²(φ₁(X₁), φ₂(X₂)), ρᵢ the canonical correlations of a batch: Andrew, Arora, Bilmes &
    Livescu, Deep canonical correlation analysis, ICML 2013; networks and batches as in Yu, Tang, Raposo & Chen, Deep
    cross-modal correlation learning for audio and lyrics in music retrieval, ACM TOMM 2019, Table II. Deep CCA falls
    off when it is trained long, so give `valid`; the paper trains 400 epochs without.

    Args:
        n_components: outputs of each network; there must be more rows, and a batch wants several times as many.
        architecture: ``paper`` for 1024 and 1024 sigmoid units, ``best`` for a linear map beside 512 and 512 GELU units
            with batch norm and dropout.
        epochs: passes over the pairs, at most.
        batch_size: pairs a step, about: batches are cut equal.
        learning_rate: of AdamW.
        ridge: added to each variance, relative to the mean one; in the loss and in the linear CCA at the end.
        weighting: of the scores, as `CCA` has it.
        seed: of weights, batches and dropout; the same seed gives the same bytes on one machine's processor.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ViewError: when fitted: a view is not finite, is too short, or does not fit the others.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(200, 4))
        >>> views = [x, np.abs(x) + 0.1]  # no linear map finds x's sign-free link
        >>> a, b = DCCA(n_components=2, epochs=30, learning_rate=0.01, device="cpu").fit_transform(views)
        >>> bool(np.corrcoef(a[:, 0], b[:, 0])[0, 1] > 0.9)
        True
    """

    LINEAR = CCA

    def __init__(
        self,
        n_components: int = 60,
        architecture: str = "best",
        epochs: int = 100,
        batch_size: int = 1000,
        learning_rate: float = 3e-3,
        ridge: float = 0.3,
        weighting: str | float = "correlation",
        seed: int = 0,
        device: str = "auto",
    ) -> None:
        self.n_components = n_components
        self.architecture = architecture
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.ridge = ridge
        self.weighting = weighting
        self.seed = seed
        self.device = device

    def _loss(self, outputs: list[torch.Tensor]) -> torch.Tensor:
        return cca_loss(outputs[0], outputs[1], self.ridge)

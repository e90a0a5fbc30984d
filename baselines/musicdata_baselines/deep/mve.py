"""Multi-view embedding: two towers trained with a bidirectional hinge."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from torch import nn

from musicdata.errors import UsageError
from musicdata_baselines.deep.contrastive import Negatives, margin_loss
from musicdata_baselines.deep.estimator import DeepEstimator
from musicdata_baselines.deep.networks import build_mve_tower

if TYPE_CHECKING:
    import torch


class MVE(DeepEstimator):
    """Finds one network a view so that an item is nearer to its own counterpart, by a margin, than to others.

    min over φ₁, φ₂ of the mean of max(0, margin + d(φ₁(xᵢ), φ₂(yᵢ)) − d(φ₁(xᵢ), φ₂(yⱼ))) and of the same from y to x,
    with d = 1 − cosine: He, Wang & Livescu, Multi-view recurrent neural acoustic word embeddings, ICLR 2017, as used by
    Yu, Tang, Raposo & Chen, Deep cross-modal correlation learning for audio and lyrics in music retrieval, ACM TOMM
    2019, section VI-A: three layers of 512, 256 and 128 tanh units, margin 0.3, one other item an item, 1280 epochs.
    Where that paper varies the components (Tables III to VIII), the last layer has as many units.

    Args:
        n_components: units of the last layer; the paper's 128, or 10 to 100.
        margin: as a difference of cosines.
        negatives: ``one`` other item an item, drawn anew each epoch, or ``all`` other items of the batch.
        epochs: passes over the pairs, at most.
        batch_size: pairs a step, about: batches are cut equal.
        learning_rate: of AdamW.
        seed: of weights, batches and other items; the same seed gives the same bytes on one machine's processor.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ViewError: when fitted: a view is not finite, is too short, or does not fit the other.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(100, 3))
        >>> model = MVE(n_components=8, epochs=50, device="cpu").fit([x, np.abs(x)])
        >>> model.score([x, np.abs(x)]) > 0.1  # chance is 0.05
        True
    """

    PATIENCE = 100  # it begins slowly

    def __init__(
        self,
        n_components: int = 128,
        margin: float = 0.3,
        negatives: Negatives = "one",
        epochs: int = 1280,
        batch_size: int = 1000,
        learning_rate: float = 1e-3,
        seed: int = 0,
        device: str = "auto",
    ) -> None:
        self.n_components = n_components
        self.margin = margin
        self.negatives = negatives
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.seed = seed
        self.device = device

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.negatives not in get_args(Negatives):
            raise UsageError(f"negatives is {self.negatives!r}, expected {' or '.join(get_args(Negatives))}")
        if not 0 <= self.margin <= 2:
            raise UsageError(f"margin is {self.margin}, expected a difference of cosines, from 0 to 2")

    def _build(self) -> nn.ModuleList:
        return nn.ModuleList([build_mve_tower(n_features, self.n_components) for n_features in self.n_features_in_])

    def _loss(self, outputs: list[torch.Tensor]) -> torch.Tensor:
        return margin_loss(outputs[0], outputs[1], self.margin, self.negatives)

"""Deep generalised canonical correlation analysis: DCCA for any number of views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.deep.correlation import DeepCorrelation
from musicdata_baselines.deep.losses import gcca_loss
from musicdata_baselines.linear.gcca import GCCA

if TYPE_CHECKING:
    import torch


class DGCCA(DeepCorrelation):
    """Finds one network a view so that one shared representation G lies near what all of them make of an item.

    min over φᵥ, Uᵥ, G of Σᵥ ‖G − φᵥ(Xᵥ) Uᵥ‖² with GᵀG = I, that is, max of the largest eigenvalues of the summed
    projections on the φᵥ(Xᵥ): Benton, Khayrallah, Gujral, Reisinger, Zhang & Arora, Deep generalized canonical
    correlation analysis, RepL4NLP 2019, section 3. Give `valid`, as with `DCCA`.

    Args:
        n_components: outputs of each network; there must be more rows, and a batch wants several times as many.
        architecture: ``paper`` for 1024 and 1024 sigmoid units, ``best`` for a linear map beside 512 and 512 GELU units
            with batch norm and dropout.
        epochs: passes over the items, at most.
        batch_size: items a step, about: batches are cut equal.
        learning_rate: of AdamW.
        ridge: added to each variance, relative to the mean one; in the loss and in the linear GCCA at the end.
        weighting: of the scores, as `GCCA` has it.
        seed: of weights, batches and dropout; the same seed gives the same bytes on one machine's processor.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ViewError: when fitted: a view is not finite, is too short, or does not fit the others.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(200, 3))
        >>> model = DGCCA(n_components=2, epochs=3, device="cpu").fit([x, np.abs(x), x**2])
        >>> [scores.shape for scores in model.transform([x, np.abs(x), x**2])]
        [(200, 2), (200, 2), (200, 2)]
    """

    LINEAR = GCCA
    N_VIEWS = None

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
        return gcca_loss(outputs, self.ridge)

"""Deep CCA of spectrograms and texts: the audio network is trained from the ground up with the correlation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from torch import nn

from musicdata_baselines.deep.correlation import ARCHITECTURES, DeepCorrelation
from musicdata_baselines.deep.losses import cca_loss
from musicdata_baselines.deep.networks import N_FRAMES, SPECTROGRAMS, build_cnn
from musicdata_baselines.errors import ViewError
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.views import check_views

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from numpy.typing import NDArray


class JointTrainDCCA(DeepCorrelation):
    """Finds a convolutional network of spectrograms and a network of texts whose outputs correlate most.

    The objective is `DCCA`'s; view 0 goes through the convolutions of Table I and then the sub-DNN of Table II: Yu,
    Tang, Raposo & Chen, Deep cross-modal correlation learning for audio and lyrics in music retrieval, ACM TOMM 2019,
    section IV-B. View 0 has shape (rows, coefficients, 161 frames), or (rows, sub-sequences, coefficients, 161) where a
    recording is decimated into several; coefficients are 20 (MFCC) or 96 (log-mel). View 1 has shape (rows, features).
    Each sub-sequence is a training pair with its item's text. What a query of several sub-sequences is, the paper does
    not say: here an item's encoding is their mean, for the linear CCA at the end and in `transform`.

    Args:
        n_components: outputs of each network; there must be more rows, and a batch wants several times as many.
        architecture: of the fully connected layers, ``paper`` or ``best``, as for `DCCA`; the convolutions are the
            paper's.
        epochs: passes over the sub-sequences, at most; the paper has 200.
        batch_size: sub-sequences a step, about: batches are cut equal.
        learning_rate: of AdamW.
        ridge: added to each variance, relative to the mean one; in the loss and in the linear CCA at the end.
        weighting: of the scores, as `CCA` has it.
        seed: of weights, batches and dropout; the same seed gives the same bytes on one machine's processor.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ViewError: when fitted: a view is not finite, or has another shape than these.

    Example:
        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> views = [rng.normal(size=(8, 2, 20, 161)), rng.normal(size=(8, 5))]
        >>> [scores.shape for scores in JointTrainDCCA(n_components=2, epochs=1, device="cpu").fit_transform(views)]
        [(8, 2), (8, 2)]
    """

    LINEAR = CCA

    def __init__(
        self,
        n_components: int = 60,
        architecture: str = "paper",
        epochs: int = 200,
        batch_size: int = 1000,
        learning_rate: float = 1e-3,
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

    def _check(self, views: Sequence[Any], *, fitted: bool = False) -> list[NDArray[Any]]:
        """Return the sub-sequences (rows × sub-sequences, coefficients, frames) and the texts (rows, features)."""
        allowed = [(len(self.means_[0]), N_FRAMES)] if fitted else list(SPECTROGRAMS)
        shape = np.shape(views[0]) if len(views) else ()
        if len(shape) not in {3, 4} or shape[-2:] not in allowed or 0 in shape:
            raise ViewError(
                f"view 0 has shape {shape}, expected (rows, coefficients, frames) or (rows, sub-sequences, "
                f"coefficients, frames), the last two being {' or '.join(map(str, allowed))}"
            )
        widths = [int(np.prod(shape[1:])), self.n_features_in_[1]] if fitted else None
        audio, text = check_views(views, n_views=2, widths=widths, min_rows=1 if fitted else 2)
        return [audio.reshape(-1, *shape[-2:]), text]

    def _build(self) -> nn.ModuleList:
        n_coefficients = len(self.means_[0])
        build = ARCHITECTURES[self.architecture]
        n_audio = SPECTROGRAMS[n_coefficients, N_FRAMES]
        audio = nn.Sequential(build_cnn(n_coefficients), build(n_audio, self.n_components))
        return nn.ModuleList([audio, build(self.n_features_in_[1], self.n_components)])

    def _training_rows(self, inputs: list[torch.Tensor]) -> list[torch.Tensor]:
        audio, text = inputs
        return [audio, text.repeat_interleave(len(audio) // len(text), dim=0)]

    def _encode(self, inputs: list[torch.Tensor]) -> list[NDArray[Any]]:
        audio, text = super()._encode(inputs)
        return [audio.reshape(len(text), -1, audio.shape[1]).mean(axis=1), text]

    def _loss(self, outputs: list[torch.Tensor]) -> torch.Tensor:
        return cca_loss(outputs[0], outputs[1], self.ridge)

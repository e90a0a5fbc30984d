"""Networks of the deep estimators, layer by layer as the papers have them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

N_FRAMES = 161
SPECTROGRAMS = {
    (20, N_FRAMES): 1536,  # MFCC
    (96, N_FRAMES): 3072,  # log-mel
}
"""Shape (coefficients, frames) of the sub-sequences the audio network reads → features it makes of one."""
_POOLS = {
    20: ((2, 2), (3, 3), (3, 3)),
    96: ((4, 2), (3, 3), (4, 3)),
}
_CHANNELS = {20: (48, 96, 192), 96: (48, 96, 192, 192)}


def build_mlp(
    sizes: Sequence[int], activation: Callable[[], nn.Module], *, batch_norm: bool = False, dropout: float = 0.0
) -> nn.Sequential:
    """Return fully connected layers of the given sizes, input first; the last layer is linear.

    Args:
        sizes: features of the input, of each hidden layer, of the output.
        activation: follows every layer but the last.
        batch_norm: whether hidden layers are normalised before their activation.
        dropout: probability with which a hidden unit is left out in training.
    """
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(sizes[:-1]):
        layers += [nn.Linear(n_in, n_out)]
        layers += [nn.BatchNorm1d(n_out)] if batch_norm else []
        layers += [activation()]
        layers += [nn.Dropout(dropout)] if dropout else []
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


def build_paper_mlp(n_in: int, n_out: int) -> nn.Sequential:
    """Return the sub-DNN of Yu, Tang, Raposo & Chen 2019, Table II: twice 1024 sigmoid units, `n_out` linear ones."""
    return build_mlp((n_in, 1024, 1024, n_out), nn.Sigmoid)


class BestMLP(nn.Module):
    """What generalised best of what was tried: a linear map beside 512 and 512 GELU units, with dropout.

    The linear map finds soon what linear CCA finds, the hidden layers add to it. Leaving out inputs is what keeps a
    thousand pairs from being learned by heart.
    """

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.3)
        self.linear = nn.Linear(n_in, n_out)
        self.hidden = build_mlp((n_in, 512, 512, n_out), nn.GELU, batch_norm=True, dropout=0.2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return shape (rows, n_out) from (rows, n_in)."""
        x = self.dropout(x)
        return self.linear(x) + self.hidden(x)

    def begin_as(self, weights: torch.Tensor) -> None:
        """Make it the linear map with the given weights, shape (n_in, n_out): what the hidden layers add is zero."""
        last = self.hidden[-1]
        with torch.no_grad():
            self.linear.weight.copy_(weights.T)
            for parameter in (self.linear.bias, last.weight, last.bias):
                parameter.zero_()


def build_mve_tower(n_in: int, n_out: int = 128) -> nn.Sequential:
    """Return the tower of MVE, same paper, VI-A: 512, 256 and `n_out` units, batch norm before and tanh after each."""
    layers: list[nn.Module] = []
    for before, after in pairwise((n_in, 512, 256, n_out)):
        layers += [nn.BatchNorm1d(before), nn.Linear(before, after), nn.Tanh()]
    return nn.Sequential(*layers)


def build_cnn(n_coefficients: int) -> nn.Sequential:
    """Return the audio network: spectrograms of shape (rows, coefficients, 161 frames) → features (rows, 1536 or 3072).

    For 20 MFCCs it is Table I of the same paper; every convolution is 3 × 3 and keeps the size, batch norm and ReLU
    follow every one but the last, which has batch norm alone: Table I says nothing of it. For 96 mel bands the paper
    says four convolutions, the first three followed by pooling, 3072 features; pooling time as in Table I and frequency
    by 4, 3 and 4 gives them: 2 × 8 × 192.

    Args:
        n_coefficients: 20 or 96.
    """
    layers: list[nn.Module] = [nn.Unflatten(1, (1, n_coefficients))]
    channels, pools = _CHANNELS[n_coefficients], _POOLS[n_coefficients]
    for number, (n_in, n_out) in enumerate(pairwise((1, *channels))):
        layers += [nn.Conv2d(n_in, n_out, 3, padding=1), nn.BatchNorm2d(n_out)]
        layers += [nn.ReLU()] if number < len(channels) - 1 else []
        layers += [nn.MaxPool2d(pools[number])] if number < len(pools) else []
    return nn.Sequential(*layers, nn.Flatten())

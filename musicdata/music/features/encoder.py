"""A small audio-sheet encoder: a note's sound and its crop, each by a convolutional tower, in one space of 32 numbers.

After the audio-sheet retrieval networks of Dorfer et al. (*Learning audio-sheet music correspondences*, TISMIR
2018), at the size of one note. The loss is the symmetric InfoNCE (van den Oord et al., arXiv 1807.03748) of a batch
of notes,

    L = -1/2n Σᵢ [log softmax_j(aᵢ·sⱼ / τ)ᵢ + log softmax_j(sᵢ·aⱼ / τ)ᵢ],

in which notes of the same clef, pitch and length are not held against each other: their crops are the same picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from musicdata.music.features.deep import one_thread

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH = 32
TEMPERATURE = 0.1
LEARNING_RATE = 1e-3
_NOTES_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Views:
    """What some notes sound and look like.

    Attributes:
        sounds: log-mel patches in dB, shape (notes, bands, frames).
        crops: ink, uint8, shape (notes, 100, 32).
    """

    sounds: NDArray[np.float32]
    crops: NDArray[np.uint8]


class _Tower(nn.Module):
    """Halves a picture three times and maps what is left to a unit vector."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for into, out in ((1, 8), (8, 16), (16, 32)):
            layers += [nn.Conv2d(into, out, 3, stride=2, padding=1), nn.ReLU()]
            height, width = -(-height // 2), -(-width // 2)
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Linear(32 * height * width, WIDTH))

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return functional.normalize(self.layers(pictures[:, None]), dim=1)


class Encoder:
    """Two towers, trained to put the sound and the picture of a note in the same place.

    Args:
        sounds_shape: (bands, frames) of the sounds.
        crops_shape: (height, width) of the crops.
        seed: of the first weights and of the order of the batches.
    """

    def __init__(self, sounds_shape: tuple[int, int], crops_shape: tuple[int, int], seed: int) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._towers = nn.ModuleDict({"audio": _Tower(*sounds_shape), "sheet": _Tower(*crops_shape)})
        self._order = torch.Generator().manual_seed(seed)
        self._mean_db = self._scale_db = 0.0

    def fit(self, views: Views, kinds: NDArray[np.int64], *, epochs: int, batch_size: int) -> list[float]:
        """Train on the notes and return the mean loss of each epoch.

        Args:
            views: the notes.
            kinds: number of each note's kind; notes of one kind are not held against each other, shape (notes,).
            epochs: passes over the notes.
            batch_size: notes in a step.
        """
        self._mean_db, self._scale_db = float(views.sounds.mean()), float(views.sounds.std()) or 1.0
        optimizer = torch.optim.Adam(self._towers.parameters(), LEARNING_RATE)
        losses = []
        with one_thread():
            for _ in range(epochs):
                order = torch.randperm(len(kinds), generator=self._order).numpy()
                batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
                losses.append(float(np.mean([self._step(optimizer, views, kinds, batch) for batch in batches])))
        return losses

    def _step(self, optimizer: Any, views: Views, kinds: NDArray[np.int64], batch: NDArray[np.int64]) -> float:
        audio, sheet = self._forward(Views(views.sounds[batch], views.crops[batch]))
        loss = info_nce(audio, sheet, torch.from_numpy(kinds[batch]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    def _forward(self, views: Views) -> tuple[torch.Tensor, torch.Tensor]:
        sounds = torch.from_numpy((views.sounds - np.float32(self._mean_db)) / np.float32(self._scale_db))
        crops = torch.from_numpy(views.crops.astype(np.float32) / 255)
        return self._towers["audio"](sounds), self._towers["sheet"](crops)

    def encode(self, views: Views) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the embeddings of sounds and crops, each of shape (notes, `WIDTH`) and of length 1."""
        encoded = []
        with one_thread(), torch.inference_mode():
            for start in range(0, len(views.crops), _NOTES_AT_ONCE):
                some = slice(start, start + _NOTES_AT_ONCE)
                encoded.append(
                    [vectors.numpy() for vectors in self._forward(Views(views.sounds[some], views.crops[some]))]
                )
        audio, sheet = (np.concatenate(parts) for parts in zip(*encoded, strict=True))
        return audio, sheet


def info_nce(audio: torch.Tensor, sheet: torch.Tensor, kinds: torch.Tensor) -> torch.Tensor:
    """Return the symmetric InfoNCE of unit vectors of shape (n, width), leaving out pairs of one kind."""
    scores = audio @ sheet.T / TEMPERATURE
    same = (kinds[:, None] == kinds) & ~torch.eye(len(kinds), dtype=torch.bool)
    scores = scores.masked_fill(same, -torch.inf)
    own = torch.arange(len(kinds))
    return (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)) / 2

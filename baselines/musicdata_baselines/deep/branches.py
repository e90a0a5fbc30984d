"""The branches of two-branch networks: from an item's features, or a text's words, to a point of the joint space."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from musicdata_baselines.deep.words import Words

PADDING = 0
"""Token id that fills up texts that are too short for their batch; no text has it."""


class Projection(nn.Module):
    """Fully connected layers to the joint space: two with a ReLU between, or a linear one; rows of unit length."""

    def __init__(self, n_in: int, n_hidden: int, n_out: int, *, linear: bool) -> None:
        super().__init__()
        layers = [nn.Linear(n_in, n_out)]
        self.layers = nn.Sequential(
            *(layers if linear else [nn.Linear(n_in, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_out)])
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return shape (rows, n_out) from (rows, n_in)."""
        return functional.normalize(self.layers(x), dim=1)


class MeanWords(nn.Module):
    """The mean of a text's words, whose vectors are learned: Rush et al., eq. 11."""

    def __init__(self, vocabulary: int, width: int, projection: Projection) -> None:
        super().__init__()
        self.words = Words(vocabulary, width)
        self.projection = projection

    def forward(self, tokens: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
        """Return shape (texts, n_out) from the token ids of all texts end to end and where each begins."""
        vectors, places = self.words(tokens)
        return self.projection(functional.embedding_bag(places, vectors, offsets, mode="mean"))


class RecurrentWords(nn.Module):
    """The last states of an LSTM over a text's words, both ways, whose vectors are learned: Rush et al., eq. 12-14."""

    def __init__(self, vocabulary: int, width: int, n_units: int, most_tokens: int, projection: Projection) -> None:
        super().__init__()
        self.most_tokens = most_tokens
        self.words = Words(vocabulary, width)
        self.lstm = nn.LSTM(width, n_units, batch_first=True, bidirectional=True)
        self.projection = projection

    def forward(self, tokens: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
        """Return shape (texts, n_out) from the token ids of all texts end to end and where each begins.

        Texts are read up to `most_tokens`; one without tokens is read as padding.
        """
        ends = torch.cat([offsets[1:], offsets.new_tensor([len(tokens)])])
        lengths = (ends - offsets).clamp(max=self.most_tokens)
        place = torch.arange(max(1, int(lengths.max())), device=tokens.device)
        is_there = place < lengths[:, None]
        where = (offsets[:, None] + place).clamp(max=max(len(tokens) - 1, 0))
        padded = torch.where(is_there, tokens[where] if len(tokens) else PADDING, PADDING)
        vectors, places = self.words(padded)
        packed = nn.utils.rnn.pack_padded_sequence(
            functional.embedding(places, vectors), lengths.clamp(min=1).cpu(), batch_first=True, enforce_sorted=False
        )
        _, (hidden, _) = self.lstm(packed)
        return self.projection(torch.cat([hidden[0], hidden[1]], dim=1))

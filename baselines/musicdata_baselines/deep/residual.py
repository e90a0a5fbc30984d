"""Weighted linear CCA, and networks that begin as it and count for as much as they help on held-out pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from musicdata_baselines.deep.contrastive import info_nce_loss
from musicdata_baselines.deep.estimator import DeepEstimator
from musicdata_baselines.deep.info_nce import require_temperature
from musicdata_baselines.deep.networks import BestMLP
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.moments import Moments
from musicdata_baselines.linear.selection import choose
from musicdata_baselines.retrieval import mean_mrr, normalise

if TYPE_CHECKING:
    from numpy.typing import NDArray


GATES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)


class ResidualCCA(DeepEstimator):
    """Finds networks that begin as a correlation-weighted ridge CCA, and sets them beside it.

    Linear CCA gives scores sᵥ, times a power of their correlations: Li, Chinchali & Topcu, CSA: data-efficient mapping
    of unimodal features to multimodal features, ICLR 2025. Networks φᵥ begin as the same linear maps, their hidden
    layers adding zero, and are trained with symmetric InfoNCE as in `InfoNCE`. An item is zᵥ = [sᵥ, g |sᵥ| φᵥ / |φᵥ|],
    so that cos z = (cos s + g² cos φ) / (1 + g²). The gate g is chosen on `valid` after each epoch, from `GATES`; the
    first is 0, the linear CCA to the last bit, so that it is never worse on those views than that. The scores are kept
    beside the networks, not added to, because they know the training pairs by heart: a network that is trained to
    correct them there finds nothing to correct. Without `valid` the gate is 1.

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
        gate_: g; where it is 0, `transform` returns the linear scores, else twice as many columns.

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
    FACTS = (*DeepEstimator.FACTS, "gate_")

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
        networks = nn.ModuleList([BestMLP(n_features, len(importance)) for n_features in self.n_features_in_])
        for number, network in enumerate(networks):
            rescaled = self.scales_[number] / self.linear_.scales_[number]
            network.begin_as(torch.from_numpy(self.linear_.weights_[number] * importance * rescaled[:, None]))
        return networks

    def _inputs(self, arrays: list[NDArray[Any]]) -> list[torch.Tensor]:
        """Return what the networks read, then the linear scores."""
        return super()._inputs(arrays) + [torch.from_numpy(scores) for scores in self.linear_.transform(arrays)]

    def _training_rows(self, inputs: list[torch.Tensor]) -> list[torch.Tensor]:
        return inputs[:2]

    def _loss(self, outputs: list[torch.Tensor]) -> torch.Tensor:
        return info_nce_loss(outputs[0], outputs[1], self.temperature)

    def _finish(self, inputs: list[torch.Tensor]) -> None:  # noqa: ARG002  # a hook
        self.gate_ = 1.0

    def _evaluate(self, inputs: list[torch.Tensor], held_out: list[torch.Tensor]) -> float:  # noqa: ARG002  # a hook
        """Choose the gate; return the MRR with it."""
        linear, deep = self._parts(held_out)
        mrrs = {gate: mean_mrr(*_open(linear, deep, gate)) for gate in GATES}
        self.gate_ = max(mrrs, key=lambda gate: mrrs[gate])
        return mrrs[self.gate_]

    def _scores(self, inputs: list[torch.Tensor]) -> list[NDArray[Any]]:
        return _open(*self._parts(inputs), self.gate_)

    def _parts(self, inputs: list[torch.Tensor]) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
        """Return the linear scores and the networks' outputs."""
        return [scores.numpy() for scores in inputs[2:]], self._encode(inputs[:2])


def _open(linear: list[NDArray[Any]], deep: list[NDArray[Any]], gate: float) -> list[NDArray[Any]]:
    """Return linear scores and the networks' outputs, made as long and times the gate, side by side."""
    if gate == 0:
        return linear
    lengths = [gate * np.linalg.norm(s, axis=1, keepdims=True) for s in linear]
    return [np.hstack([s, length * normalise(f)]) for s, f, length in zip(linear, deep, lengths, strict=True)]

"""What every deep estimator has in common: standardised inputs, one training loop, a state of arrays and JSON."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import torch

from musicdata.errors import UsageError
from musicdata_baselines.deep.devices import choose
from musicdata_baselines.deep.saving import below, network_arrays, restore_networks
from musicdata_baselines.deep.standardising import standardise, summarise
from musicdata_baselines.deep.training import Schedule, encode, seeded, train
from musicdata_baselines.errors import ModelFileError, ViewError
from musicdata_baselines.estimator import Estimator
from musicdata_baselines.retrieval import mean_mrr
from musicdata_baselines.views import check_views

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from torch import nn

    from musicdata_baselines.linear.estimator import LinearEstimator

_LINEAR = "linear_."


class DeepEstimator(Estimator):
    """The base of the deep estimators: one network a view, trained together on standardised views.

    A subclass builds the networks (`_build`) and says what they are trained for (`_loss`); its constructor stores at
    least ``n_components``, ``epochs``, ``batch_size``, ``learning_rate``, ``seed`` and ``device``.

    Attributes:
        history_: one entry an epoch: ``epoch``, ``loss``, ``valid_mrr``.
        best_epoch_: the epoch whose networks were kept.
        n_features_in_: features of each view.
        means_: of each view's columns.
        scales_: their standard deviations; 1 where a column is constant.
        networks_: one network a view.
    """

    ARRAYS = ("means_", "scales_")
    FACTS: tuple[str, ...] = ("n_features_in_", "history_", "best_epoch_")
    LINEAR: ClassVar[type[LinearEstimator] | None] = None
    N_VIEWS: ClassVar[int | None] = 2
    WEIGHT_DECAY = 1e-2
    PATIENCE = 20  # epochs without a better one on held-out views

    n_components: int
    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    device: str
    networks_: nn.ModuleList
    linear_: LinearEstimator

    @abstractmethod
    def _build(self) -> nn.ModuleList:
        """Return untrained networks for views of `n_features_in_` features."""

    @abstractmethod
    def _loss(self, outputs: list[torch.Tensor]) -> torch.Tensor:
        """Return what training makes small."""

    def fit(self, views: Sequence[Any], valid: Sequence[Any] | None = None) -> Self:
        """Train on the views, arrays of shape (rows, features) with the same items in the same rows.

        Args:
            views: what is trained on.
            valid: held-out views. With them the epoch with the best MRR on them is kept, and training ends when there
                has been no better one for a while; without, the last of `epochs` is.

        Raises:
            ViewError: a view cannot be used.
            UsageError: a parameter makes no sense, or training diverged.
            DeviceError: the device is unknown or not there.
        """
        self._check_parameters()
        schedule = Schedule(self.epochs, self.batch_size, self.learning_rate, self.WEIGHT_DECAY, self.PATIENCE)
        device = choose(self.device)
        arrays = self._check(views)
        self._summarise(arrays)
        held_out = self._check(valid, fitted=True) if valid is not None else None
        self._begin(arrays, held_out)
        inputs = self._inputs(arrays)
        valid_inputs = self._inputs(held_out) if held_out is not None else []
        with seeded(self.seed, device):
            self.networks_ = self._build().to(device)
            rows = [rows.to(device) for rows in self._training_rows(inputs)]
            evaluate = partial(self._evaluate, inputs, valid_inputs) if valid_inputs else None
            self.history_, self.best_epoch_ = train(self.networks_, rows, self._loss, schedule, evaluate)
        if evaluate:
            evaluate()  # what goes with the networks of the best epoch
        else:
            self._finish(inputs)
        return self

    def transform(self, views: Sequence[Any]) -> list[NDArray[Any]]:
        """Return one float64 array of shape (rows, n_components) a view.

        Raises:
            NotFittedError: `fit` was not called.
            ViewError: a view does not fit those trained on.
        """
        return self._scores(self._read(views))

    def score(self, views: Sequence[Any]) -> float:
        """Return the mean reciprocal rank of retrieval between the views, both directions, mean of every two views."""
        return _mean_mrr(self.transform(views))

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Return the fitted arrays and facts; those of the networks and of the linear part are named after them."""
        arrays, facts = super().state()
        arrays |= network_arrays(self.networks_)
        if self.LINEAR is not None:
            linear, linear_facts = self.linear_.state()
            arrays |= {_LINEAR + name: value for name, value in linear.items()}
            facts |= {"linear_": linear_facts, "linear_params_": self.linear_.get_params()}
        return arrays, facts

    def restore(self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> Self:
        """Set the fitted state that `state` returned."""
        super().restore(arrays, facts)
        if self.LINEAR is not None:
            self.linear_ = self.LINEAR(**facts["linear_params_"]).restore(below(_LINEAR, arrays), facts["linear_"])
        self.networks_ = restore_networks(self._build, arrays)
        return self

    def check_state(self) -> None:
        """Refuse a restored state that `fit` cannot have left.

        Raises:
            ModelFileError: the parts do not go together: an item of zeros does not go through.
        """
        if self.LINEAR is not None:
            self.linear_.check_state()
        if not all((scale > 0).all() for scale in self.scales_):
            raise ModelFileError(f"a scale of the {type(self).__name__} is not above zero")
        try:
            shapes = [(1, *mean.shape[:1], -1)[: mean.ndim + 1] for mean in self.means_]
            item = [np.zeros((1, width)) for width in self.n_features_in_]
            self._scores(self._inputs([x.reshape(shape) for x, shape in zip(item, shapes, strict=True)]))
        except (RuntimeError, ValueError, ViewError) as error:
            raise ModelFileError(f"the parts of the {type(self).__name__} do not go together: {error}") from error

    def _check_parameters(self) -> None:
        """Refuse parameters that make no sense.

        Raises:
            UsageError: one does not.
        """
        if not isinstance(self.n_components, int) or self.n_components < 1:
            raise UsageError(f"n_components is {self.n_components!r}, expected a whole number of at least 1")

    def _read(self, views: Sequence[Any]) -> list[torch.Tensor]:
        """Return the inputs of the fitted networks, which are brought to the device."""
        self.require_fitted()
        self.networks_.to(choose(self.device))
        return self._inputs(self._check(views, fitted=True))

    def _check(self, views: Sequence[Any], *, fitted: bool = False) -> list[NDArray[Any]]:
        """Return the views as the networks read them, before standardising."""
        if fitted:
            return check_views(views, widths=self.n_features_in_, min_rows=1)
        return check_views(views, n_views=self.N_VIEWS)

    def _begin(self, arrays: list[NDArray[Any]], held_out: list[NDArray[Any]] | None) -> None:
        """Fit what comes before the networks to the views; `held_out` are those of validation."""

    def _summarise(self, arrays: list[NDArray[Any]]) -> None:
        self.n_features_in_ = [int(np.prod(array.shape[1:])) for array in arrays]
        summaries = [summarise(array) for array in arrays]
        self.means_, self.scales_ = [mean for mean, _ in summaries], [scale for _, scale in summaries]

    def _inputs(self, arrays: list[NDArray[Any]]) -> list[torch.Tensor]:
        """Return what the networks read, float32, on the processor."""
        return [
            torch.from_numpy(standardise(array, mean, scale))
            for array, mean, scale in zip(arrays, self.means_, self.scales_, strict=True)
        ]

    def _training_rows(self, inputs: list[torch.Tensor]) -> list[torch.Tensor]:
        """Return the inputs with one row a training pair."""
        return inputs

    def _encode(self, inputs: list[torch.Tensor]) -> list[NDArray[Any]]:
        """Return the networks' outputs, one row an item."""
        return [encode(network, rows) for network, rows in zip(self.networks_, inputs, strict=True)]

    def _finish(self, inputs: list[torch.Tensor]) -> None:
        """Fit what follows the networks to the training views."""

    def _evaluate(self, inputs: list[torch.Tensor], held_out: list[torch.Tensor]) -> float:
        """Finish; return the MRR on held-out views."""
        self._finish(inputs)
        return _mean_mrr(self._scores(held_out))

    def _scores(self, inputs: list[torch.Tensor]) -> list[NDArray[Any]]:
        return self._encode(inputs)


def _mean_mrr(scores: list[NDArray[Any]]) -> float:
    return float(np.mean([mean_mrr(a, b) for a, b in combinations(scores, 2)]))

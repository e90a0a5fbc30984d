"""A two-branch network for groups of items, such as the songs and the reviews of albums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import torch
from torch import nn

from musicdata.errors import UsageError
from musicdata_baselines.deep import ranking_training
from musicdata_baselines.deep.branches import MeanWords, Projection, RecurrentWords
from musicdata_baselines.deep.devices import choose
from musicdata_baselines.deep.ranking import Weights
from musicdata_baselines.deep.ranking_training import Ranking, View
from musicdata_baselines.deep.saving import network_arrays, restore_networks
from musicdata_baselines.deep.standardising import standardise, summarise
from musicdata_baselines.deep.training import Schedule, seeded
from musicdata_baselines.errors import ModelFileError, ViewError
from musicdata_baselines.estimator import Estimator
from musicdata_baselines.groups import Neighbourhoods
from musicdata_baselines.retrieval import mean_mrr
from musicdata_baselines.views import Sequences, check_views

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Text = Literal["vectors", "mean", "lstm"]
_TEXTS = ("vectors", "mean", "lstm")
_NO_PATIENCE = 1


class TwoBranch(Estimator):
    """Finds one network a view so that items of a group are nearer to each other than to those of other groups.

    min over φ₁, φ₂ of λ1 Σ [m + d(x, y) − d(x, y′)]₊ + λ2 Σ [m + d(x, y) − d(x′, y)]₊ + λ3 Σ [m + d(x, x°) − d(x, x′)]₊
    + λ4 Σ [m + d(y, y°) − d(y, y′)]₊, where d is the Euclidean distance of points on the unit sphere, x and y are of a
    group, x° and y° others of it, x′ and y′ of another one: Wang, Li & Lazebnik, Learning deep structure-preserving
    image-text embeddings, CVPR 2016; for audio and reviews Rush et al., Learning to rank with text-music embeddings,
    2021. Views are standardised; a branch is two fully connected layers with a ReLU between. A step of an epoch has
    `batch_size` items of the second view, each with one of the first drawn from its group. With neighbourhood sampling
    another item of either view is drawn from the group, and all four pairs count: Wang, Li, Huang & Lazebnik, Learning
    two-branch neural networks for image-text matching tasks, TPAMI 2018. Adam; that of words is lazy: it moves the
    words of a batch only.

    Args:
        n_components: dimensions of the joint space.
        text: what the second view is: ``vectors`` as they are, or token ids (`Sequences`), of whose trained words the
            ``mean`` is taken or that an ``lstm`` reads, both ways.
        linear: one linear layer in place of two.
        forward: λ1, the first view asking.
        backward: λ2, the second view asking; 0 for the unidirectional loss.
        near_x: λ3, for neighbours in the first view; above 0 it needs `neighbours`.
        near_y: λ4, in the second.
        neighbours: neighbourhood sampling.
        margin: m.
        false_pairs: drawn for every true one.
        hidden: units of the first layer.
        words: dimensions of a word.
        lstm: units of the LSTM each way.
        vocabulary: token ids there are; 0 is padding.
        most_tokens: tokens of a text that the LSTM reads.
        epochs: passes over the items of the second view; the last one is kept.
        max_steps: steps after which training ends, wherever it is; None for no limit.
        batch_size: items a step, about: batches are cut equal.
        learning_rate: of Adam.
        seed: of weights, batches and false pairs; the same seed gives the same bytes on one machine's processor.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ViewError: when fitted: a view is not finite, a token is not in the vocabulary, or fewer than two groups have
            both views.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(100, 3))
        >>> model = TwoBranch(n_components=8, epochs=60, device="cpu").fit([x, np.abs(x)])
        >>> model.score([x, np.abs(x)]) > 0.2  # chance is 0.05
        True
    """

    ARRAYS = ("means_", "scales_")
    FACTS = ("n_features_in_", "history_", "n_steps_")

    networks_: nn.ModuleList

    def __init__(  # noqa: PLR0913, PLR0917 - the paper has as many
        self,
        n_components: int = 128,
        text: Text = "vectors",
        linear: bool = False,
        forward: float = 1.0,
        backward: float = 1.0,
        near_x: float = 0.0,
        near_y: float = 0.0,
        neighbours: bool = False,
        margin: float = 0.05,
        false_pairs: int = 10,
        hidden: int = 256,
        words: int = 256,
        lstm: int = 256,
        vocabulary: int = 60_000,
        most_tokens: int = 200,
        epochs: int = 200,
        max_steps: int | None = None,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        seed: int = 0,
        device: str = "auto",
    ) -> None:
        self.n_components = n_components
        self.text = text
        self.linear = linear
        self.forward = forward
        self.backward = backward
        self.near_x = near_x
        self.near_y = near_y
        self.neighbours = neighbours
        self.margin = margin
        self.false_pairs = false_pairs
        self.hidden = hidden
        self.words = words
        self.lstm = lstm
        self.vocabulary = vocabulary
        self.most_tokens = most_tokens
        self.epochs = epochs
        self.max_steps = max_steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.seed = seed
        self.device = device

    def fit(self, views: Sequence[Any], groups: Sequence[Any] | None = None) -> Self:
        """Train on two views.

        Args:
            views: items of the first view (rows, features), and of the second, (rows, features) or `Sequences`.
            groups: group of each item of the first view, and of the second; when None, row i of both views is group i.

        Raises:
            ViewError: a view cannot be used.
            UsageError: a parameter makes no sense, or training diverged.
            DeviceError: the device is unknown or not there.
        """
        self._check_parameters()
        schedule = Schedule(self.epochs, self.batch_size, self.learning_rate, 0.0, _NO_PATIENCE)
        device = choose(self.device)
        x, y = self._check(views, are_paired=groups is None, least=2)
        of_x, of_y = (np.arange(len(x)), np.arange(len(y))) if groups is None else groups
        if (len(of_x), len(of_y)) != (len(x), len(y)):
            raise ViewError(
                f"{len(of_x)} and {len(of_y)} groups for {len(x)} and {len(y)} items: one an item is needed"
            )
        neighbourhoods = Neighbourhoods(of_x, of_y)
        summaries = [summarise(x), summarise(y) if isinstance(y, np.ndarray) else (np.empty(0), np.empty(0))]
        self.means_, self.scales_ = [mean for mean, _ in summaries], [scale for _, scale in summaries]
        self.n_features_in_ = [x.shape[1], y.shape[1] if isinstance(y, np.ndarray) else self.vocabulary]
        with seeded(self.seed, device):
            self.networks_ = self._build().to(device)
            inputs = [View.of(view, device) for view in self._inputs([x, y])]
            trained = ranking_training.train(
                self.networks_, inputs, neighbourhoods, self._ranking(), schedule, self.max_steps, self.seed
            )
        self.history_, self.n_steps_ = trained
        return self

    def transform(self, views: Sequence[Any]) -> list[NDArray[Any]]:
        """Return one float64 array of shape (rows, n_components) a view, rows of unit length.

        Raises:
            NotFittedError: `fit` was not called.
            ViewError: a view does not fit those trained on.
        """
        self.require_fitted()
        return self._encode(self._check(views, are_paired=False, least=1))

    def score(self, views: Sequence[Any]) -> float:
        """Return the mean reciprocal rank of retrieval between paired views, mean of both directions."""
        a, b = self.transform(views)
        return float(mean_mrr(a, b))

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Return the fitted arrays and facts; those of the networks are named after them."""
        arrays, facts = super().state()
        return arrays | network_arrays(self.networks_), facts

    def restore(self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> Self:
        """Set the fitted state that `state` returned."""
        super().restore(arrays, facts)
        self.networks_ = restore_networks(self._build, arrays)
        return self

    def check_state(self) -> None:
        """Refuse a restored state that `fit` cannot have left.

        Raises:
            ModelFileError: the parts do not go together: an item of zeros does not go through.
        """
        if not all((scale > 0).all() for scale in self.scales_):
            raise ModelFileError(f"a scale of the {type(self).__name__} is not above zero")
        item = [np.zeros((1, width)) for width in self.n_features_in_]
        try:
            self._encode([item[0], item[1] if self.text == "vectors" else Sequences.of([[1]])])
        except (RuntimeError, ValueError, IndexError) as error:
            raise ModelFileError(f"the parts of the {type(self).__name__} do not go together: {error}") from error

    def _check_parameters(self) -> None:
        whole = ("n_components", "false_pairs", "hidden", "words", "lstm", "vocabulary", "most_tokens")
        for name in whole if self.max_steps is None else (*whole, "max_steps"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise UsageError(f"{name} is {value!r}, expected a whole number of at least 1")
        for name in ("forward", "backward", "near_x", "near_y", "margin"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise UsageError(f"{name} is {getattr(self, name)!r}, expected a number of at least 0")
        if self.text not in _TEXTS:
            raise UsageError(f"text is {self.text!r}; there are {', '.join(_TEXTS)}")
        if (self.near_x or self.near_y) and not self.neighbours:
            raise UsageError("near_x and near_y compare neighbours, and none are drawn; set neighbours=True")

    def _ranking(self) -> Ranking:
        weights = Weights(self.forward, self.backward, self.near_x, self.near_y)
        return Ranking(weights, self.margin, self.false_pairs, with_neighbours=self.neighbours)

    def _build(self) -> nn.ModuleList:
        """Return untrained networks."""
        n_audio, n_text = self.n_features_in_
        if self.text == "vectors":
            return nn.ModuleList([self._project(n_audio), self._project(n_text)])
        if self.text == "mean":
            words: nn.Module = MeanWords(self.vocabulary, self.words, self._project(self.words))
        else:
            words = RecurrentWords(
                self.vocabulary, self.words, self.lstm, self.most_tokens, self._project(2 * self.lstm)
            )
        return nn.ModuleList([self._project(n_audio), words])

    def _project(self, n_in: int) -> Projection:
        return Projection(n_in, self.hidden, self.n_components, linear=self.linear)

    def _check(self, views: Sequence[Any], *, are_paired: bool, least: int) -> list[Any]:
        """Return the views as arrays, or as the sequences they are."""
        if len(views) != 2:
            raise ViewError(f"{len(views)} views were given, expected 2: a list, one a modality")
        widths = getattr(self, "n_features_in_", None) if least == 1 else None
        checked = [
            view
            if number and self.text != "vectors"
            else check_views([view], n_views=1, widths=widths and widths[number : number + 1], min_rows=least)[0]
            for number, view in enumerate(views)
        ]
        if self.text != "vectors":
            self._check_tokens(checked[1])
        if are_paired and len(checked[0]) != len(checked[1]):
            raise ViewError(f"the views have {len(checked[0])} and {len(checked[1])} rows, and no groups were given")
        return checked

    def _check_tokens(self, tokens: Any) -> None:
        if not isinstance(tokens, Sequences):
            raise ViewError(
                f"view 1 is {type(tokens).__name__}, expected Sequences of token ids where text is {self.text}"
            )
        if len(tokens.values) and int(tokens.values.max()) >= self.vocabulary:
            raise ViewError(
                f"view 1 has token {int(tokens.values.max())}; the vocabulary ends at {self.vocabulary - 1}"
            )

    def _inputs(self, views: list[Any]) -> list[Any]:
        return [
            standardise(view, mean, scale) if isinstance(view, np.ndarray) else view
            for view, mean, scale in zip(views, self.means_, self.scales_, strict=True)
        ]

    def _encode(self, views: list[Any]) -> list[NDArray[Any]]:
        device = choose(self.device)
        self.networks_.to(device).eval()
        inputs = [View.of(view, device) for view in self._inputs(views)]
        with torch.inference_mode():
            return [view.encode(network) for network, view in zip(self.networks_, inputs, strict=True)]

"""WSABIE: linear maps of two views, trained to rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from musicdata.errors import UsageError
from musicdata_baselines.errors import ModelFileError, ViewError
from musicdata_baselines.estimator import Estimator
from musicdata_baselines.groups import NONE, Neighbourhoods
from musicdata_baselines.retrieval import mean_mrr
from musicdata_baselines.retrieval.order import harmonic_numbers
from musicdata_baselines.views import check_views

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.groups import Batch

_STEADY = 1e-8  # added to AdaGrad's root
_SHORTEST = 1e-12


class WSABIE(Estimator):
    """Finds one linear map a view so that an item's own partner ranks before others.

    min over V, W of Σ L(rank of y for x) + Σ L(rank of x for y), scores cos(Vx, Wy), L(k) = 1 + 1/2 + … + 1/k: Weston,
    Bengio & Usunier, Large scale image annotation: learning to rank with joint word-image embeddings, ECML 2010. The
    rank is estimated as they do (WARP): partners of other groups are tried one after the other until one violates the
    margin at the n-th try, and counts as rank ⌊(items − 1)/n⌋. Three things differ from the paper: both directions
    count, scores are cosines in place of products of maps whose norm is bounded, and the tries are items of the same
    batch. Views are standardised; AdaGrad.

    Args:
        n_components: dimensions of the joint space.
        margin: as a difference of cosines.
        tries: partners tried at most.
        epochs: passes over the items of the second view; the last one is kept.
        max_steps: steps after which training ends, wherever it is; None for no limit.
        batch_size: items a step, about: batches are cut equal.
        learning_rate: of AdaGrad.
        seed: of maps, batches and tries; the same seed gives the same bytes on one machine.

    Raises:
        ViewError: when fitted: a view is not finite, or fewer than two groups have both views.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(100, 3))
        >>> model = WSABIE(n_components=3, epochs=200).fit([x, x @ [[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]]])
        >>> model.score([x, x @ [[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]]]) > 0.2  # chance is 0.05
        True
    """

    ARRAYS = ("means_", "scales_", "maps_")
    FACTS = ("history_", "n_steps_")

    def __init__(
        self,
        n_components: int = 128,
        margin: float = 0.1,
        tries: int = 10,
        epochs: int = 20,
        max_steps: int | None = None,
        batch_size: int = 128,
        learning_rate: float = 0.05,
        seed: int = 0,
    ) -> None:
        self.n_components = n_components
        self.margin = margin
        self.tries = tries
        self.epochs = epochs
        self.max_steps = max_steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.seed = seed

    def fit(self, views: Sequence[Any], groups: Sequence[Any] | None = None) -> Self:
        """Train on two views.

        Args:
            views: items of the first view (rows, features), and of the second.
            groups: group of each item of the first view, and of the second; when None, row i of both views is group i.

        Raises:
            ViewError: a view cannot be used.
            UsageError: a parameter makes no sense.
        """
        self._check_parameters()
        if groups is None:
            arrays = check_views(views, n_views=2)
            groups = [np.arange(len(arrays[0]))] * 2
        else:
            arrays = [check_views([view], n_views=1)[0] for view in views]
        self.means_ = [array.mean(axis=0, dtype=np.float64) for array in arrays]
        self.scales_ = [_scale(array, mean) for array, mean in zip(arrays, self.means_, strict=True)]
        draw = np.random.default_rng(self.seed)
        self.maps_ = [
            draw.standard_normal((array.shape[1], self.n_components)) / np.sqrt(array.shape[1]) for array in arrays
        ]
        self._train(arrays, Neighbourhoods(*groups), draw)
        return self

    def transform(self, views: Sequence[Any]) -> list[NDArray[Any]]:
        """Return one float64 array of shape (rows, n_components) a view, rows of unit length.

        Raises:
            NotFittedError: `fit` was not called.
            ViewError: a view does not fit those trained on.
        """
        self.require_fitted()
        if len(views) != 2:
            raise ViewError(f"{len(views)} views were given, expected 2: a list, one a modality")
        widths = [len(mean) for mean in self.means_]
        arrays = [
            check_views([view], n_views=1, widths=[width], min_rows=1)[0]
            for view, width in zip(views, widths, strict=True)
        ]
        return [_unit(self._standard(array, v) @ self.maps_[v])[0] for v, array in enumerate(arrays)]

    def score(self, views: Sequence[Any]) -> float:
        """Return the mean reciprocal rank of retrieval between paired views, mean of both directions."""
        a, b = self.transform(views)
        return float(mean_mrr(a, b))

    def check_state(self) -> None:
        """Refuse a restored state that `fit` cannot have left.

        Raises:
            ModelFileError: the shapes do not go together.
        """
        shapes = [[v.shape for v in part] for part in (self.means_, self.scales_, self.maps_)]
        wanted = [[shape[:1] for shape in shapes[2]]] * 2
        if len(shapes[2]) != 2 or shapes[:2] != wanted or not all((s > 0).all() for s in self.scales_):
            raise ModelFileError(
                f"means, scales and maps of the WSABIE have shapes {shapes}, or a scale is not above 0"
            )

    def _check_parameters(self) -> None:
        for name in ("n_components", "tries", "epochs", "batch_size"):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 1:
                raise UsageError(f"{name} is {getattr(self, name)!r}, expected a whole number of at least 1")
        for name in ("margin", "learning_rate"):
            if not 0 < getattr(self, name) < float("inf"):
                raise UsageError(f"{name} is {getattr(self, name)!r}, expected a number above 0")

    def _standard(self, array: NDArray[Any], view: int) -> NDArray[np.float64]:
        return np.asarray((array - self.means_[view]) / self.scales_[view])

    def _train(self, arrays: list[NDArray[Any]], neighbourhoods: Neighbourhoods, draw: np.random.Generator) -> None:
        squares = [np.zeros_like(one) for one in self.maps_]
        losses = harmonic_numbers(max(map(len, arrays)))
        self.history_: list[dict[str, Any]] = []
        self.n_steps_ = 0
        for number in range(1, self.epochs + 1):
            total, count = 0.0, 0
            for batch in neighbourhoods.epoch(self.batch_size, self.tries, draw):
                if self.n_steps_ == self.max_steps:
                    break
                total += self._step(arrays, batch, losses, squares)
                count += 1
                self.n_steps_ += 1
            if count:
                self.history_.append({"epoch": number, "loss": total / count})

    def _step(
        self, arrays: list[NDArray[Any]], batch: Batch, losses: NDArray[np.float64], squares: list[NDArray[np.float64]]
    ) -> float:
        rows = [self._standard(arrays[0][batch.x], 0), self._standard(arrays[1][batch.y], 1)]
        (a, of_a), (b, of_b) = (_unit(part @ one) for part, one in zip(rows, self.maps_, strict=True))
        loss, gradient = warp(a @ b.T, batch.others, self.margin, (losses[: len(arrays[1])], losses[: len(arrays[0])]))
        for view, (by_unit, unit, length) in enumerate(((gradient @ b, a, of_a), (gradient.T @ a, b, of_b))):
            along = (by_unit * unit).sum(axis=1, keepdims=True)
            by_map = rows[view].T @ ((by_unit - along * unit) / length)
            squares[view] += by_map**2
            self.maps_[view] -= self.learning_rate * by_map / (np.sqrt(squares[view]) + _STEADY)
        return loss


def warp(
    cosines: NDArray[np.float64],
    others: NDArray[np.int64],
    margin: float,
    losses: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> tuple[float, NDArray[np.float64]]:
    """Return the loss of a batch, both directions, and its gradient by the cosines.

    Args:
        cosines: (rows, rows), the partners' on the diagonal.
        others: (rows, tries) partners in the order they are tried, `NONE` where there is none.
        margin: as a difference of cosines.
        losses: L(0), L(1), … up to L of the number of other items, of the second view and of the first; what counts is
            the share of the last.
    """
    n = len(cosines)
    own, rows = cosines.diagonal(), np.arange(n)
    gradient = np.zeros_like(cosines)
    total = 0.0
    for of_rank, table, by_table in zip(losses, (cosines, cosines.T), (gradient, gradient.T), strict=True):
        excess = margin + table[rows[:, None], others.clip(min=0)] - own[:, None]
        violates = (excess > 0) & (others != NONE)
        asking = np.flatnonzero(violates.any(axis=1))
        tries = violates[asking].argmax(axis=1)
        weight = of_rank[(len(of_rank) - 1) // (tries + 1)] / of_rank[-1] / n
        total += float((weight * excess[asking, tries]).sum())
        np.add.at(by_table, (asking, others[asking, tries]), weight)
        np.add.at(by_table, (asking, asking), -weight)
    return total, gradient


def _unit(rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rows at unit length, and their lengths (rows, 1); a row of zeros stays."""
    lengths = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    return rows / np.maximum(lengths, _SHORTEST), np.maximum(lengths, _SHORTEST)


def _scale(array: NDArray[Any], mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard deviation of each column; 1 where it is constant."""
    scale = np.asarray(np.sqrt(np.square(array - mean).mean(axis=0)))
    scale[scale <= 1e-12 * np.abs(mean)] = 1.0
    return scale

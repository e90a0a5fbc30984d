"""Principal components of a view too wide for its covariance: exact where it is small, else by random sketches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from musicdata.errors import UsageError
from musicdata_baselines import backend
from musicdata_baselines.errors import ModelFileError, ViewError
from musicdata_baselines.estimator import Model
from musicdata_baselines.linear.moments import Moments
from musicdata_baselines.linear.problem import fix_signs
from musicdata_baselines.linear.row_space import RowSpace
from musicdata_baselines.views import require_finite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    Blocks = Callable[[], Iterable[NDArray[Any]]]

EXACT_ROWS = 4096  # up to which rows kept in memory are solved exactly
EXACT_COLUMNS = 3072  # likewise columns, of any number of rows: its covariance takes 72 MiB
_BLOCK_ROWS = 1024
_NEGLIGIBLE = 1e-12  # share of the variance below which a component is rounding


class RandomizedPCA(Model):
    """Finds the directions of largest variance of one view, in memory O(features × (n_components + oversampling)).

    max tr(Vᵀ Σ V) subject to VᵀV = I. An array of at most `EXACT_ROWS` rows, blocks whose rows take no more memory than
    a sketch, and at most `EXACT_COLUMNS` features are solved exactly. All else is by subspace iteration from a random
    start, one pass over the rows each (Halko, Martinsson & Tropp, Finding structure with randomness, SIAM Review 53,
    2011, algorithm 4.4), so that no array of features × features is made.

    Args:
        n_components: directions, at most: there are fewer where the data have lower rank.
        n_passes: over the rows for a sketch, from 3; more find directions of nearly equal variance better.
        oversampling: directions more than wanted that a sketch carries.
        seed: of the random start.
        device: ``auto``, ``cpu`` or ``cuda``.

    Attributes:
        components_: shape (n_components_, features), orthonormal; float64 if the view is, else float32.
        mean_: of each column, float64.
        explained_variance_ratio_: share of the variance along each component, falling.
        n_components_: directions there are.
        n_features_in_: features.

    Raises:
        ViewError: when fitted: a value is not finite, no column varies, or there are fewer than two rows.
        UsageError: a parameter makes no sense.

    Example:
        >>> import numpy as np
        >>> x = np.random.default_rng(0).normal(size=(50, 3)) @ np.eye(3, 2000)
        >>> RandomizedPCA(n_components=3).fit(x).explained_variance_ratio_.sum().round(6)
        np.float64(1.0)
    """

    ARRAYS = ("components_", "mean_", "explained_variance_ratio_")
    FACTS = ("n_components_", "n_features_in_")

    def __init__(
        self, n_components: int, n_passes: int = 4, oversampling: int = 16, seed: int = 0, device: str = "auto"
    ) -> None:
        self.n_components = n_components
        self.n_passes = n_passes
        self.oversampling = oversampling
        self.seed = seed
        self.device = device

    def fit(self, array: Any) -> Self:
        """Fit to an array of shape (rows, features), flattened past the first axis."""
        self._check_parameters()
        return self._fit_array(_as_rows(array))

    def fit_blocks(self, blocks: Blocks) -> Self:
        """Fit to blocks of rows that can be gone through again and again.

        Args:
            blocks: returns the blocks, arrays of shape (rows, features), the same at each call; uint8 and float32 are
                computed with in float32.
        """
        self._check_parameters()
        kept = self._keep(blocks)
        return self._fit_array(kept) if kept is not None else self._fit_passes(blocks)

    def _keep(self, blocks: Blocks) -> NDArray[Any] | None:
        """Return all rows if they take no more memory than a sketch would; None if they do."""
        kept: list[NDArray[Any]] = []
        for block in _checked(blocks):
            kept.append(block)
            sketch_bytes = 2 * block.shape[1] * (self.n_components + self.oversampling) * _working_type(block).itemsize
            if sum(one.nbytes for one in kept) > sketch_bytes or sum(map(len, kept)) > EXACT_ROWS:
                return None
        return np.concatenate(kept)

    def _fit_array(self, array: NDArray[Any]) -> Self:
        n_rows, width = array.shape
        if n_rows < 2:
            raise ViewError(f"{n_rows} rows, at least 2 are needed")
        if n_rows <= EXACT_ROWS and (n_rows < width or width > EXACT_COLUMNS):
            return self._fit_rows(array)
        return self._fit_passes(lambda: (array[i : i + _BLOCK_ROWS] for i in range(0, n_rows, _BLOCK_ROWS)))

    def _fit_passes(self, blocks: Blocks) -> Self:
        width = next(iter(_checked(blocks))).shape[1]
        return self._fit_covariance(blocks, width) if width <= EXACT_COLUMNS else self._fit_sketch(blocks)

    def _fit_rows(self, array: NDArray[Any]) -> Self:
        """Solve by the eigenvectors of rows × rows."""
        space = RowSpace(array, 0, backend.choose(self.device), standardise=False, rank=self.n_components)
        directions = space.weights(np.eye(len(space.singular_values)))
        return self._set(directions, space.singular_values**2, space.sum_of_squares, space.mean, _working_type(array))

    def _fit_covariance(self, blocks: Blocks, width: int) -> Self:
        """Solve by the eigenvectors of features × features, in one pass."""
        device = backend.choose(self.device)
        moments = Moments([width], device)
        for block in _checked(blocks):
            dtype = _working_type(block)
            moments.update([block.astype(dtype, copy=False)])
        total = float(device.numpy(moments.cross.diagonal()).sum())
        _require_variance(total, moments.n_rows, moments.means, dtype)
        values, vectors = device.eigh(moments.cross, min(self.n_components, width))
        return self._set(device.numpy(vectors), values, total, moments.means, dtype)

    def _fit_sketch(self, blocks: Blocks) -> Self:
        """Solve in the subspace that passes over the rows turn towards the largest variance."""
        device = backend.choose(self.device)
        first = next(iter(_checked(blocks)))
        dtype, width = _working_type(first), first.shape[1]
        size = min(self.n_components + self.oversampling, width)
        start = np.random.default_rng(self.seed).standard_normal((width, size))
        basis = device.orthonormalise(device.cast(start, dtype))
        mean, n_rows, total = _summarise(blocks)
        _require_variance(total, n_rows, mean, dtype)
        centre = device.cast(mean, dtype)
        for _ in range(self.n_passes - 2 if size < width else 0):
            turned = device.cast(np.zeros((width, size)), dtype)
            for block in _again(blocks, n_rows):
                rows = device.cast(block, dtype) - centre
                turned += rows.T @ (rows @ basis)
            basis = device.orthonormalise(turned)
        gram = device.zeros(size, size)
        for block in _again(blocks, n_rows):
            device.add_gram(gram, device.array((device.cast(block, dtype) - centre) @ basis))
        values, vectors = device.eigh(gram, min(self.n_components, size))
        directions = device.numpy(basis @ device.cast(device.numpy(vectors), dtype))
        return self._set(directions, values, total, mean, dtype)

    def _set(
        self,
        directions: NDArray[Any],
        values: NDArray[np.float64],
        total: float,
        mean: NDArray[np.float64],
        dtype: np.dtype[Any],
    ) -> Self:
        """Keep directions (features, components) and the sums of squares along them."""
        kept = int((values > _NEGLIGIBLE * total).sum())
        (signed,) = fix_signs([directions[:, :kept]])
        self.components_ = np.ascontiguousarray(signed.T, dtype=dtype)
        self.mean_ = mean
        self.explained_variance_ratio_ = values[:kept] / total
        self.n_components_ = kept
        self.n_features_in_ = len(mean)
        return self

    def transform(self, array: Any) -> NDArray[Any]:
        """Return the coordinates along the components, shape (rows, n_components_), in the type of `components_`.

        Raises:
            NotFittedError: `fit` was not called.
            ViewError: the array has another number of features, or a value is not finite.
        """
        self.require_fitted()
        array = _as_rows(array)
        if array.shape[1] != self.n_features_in_:
            raise ViewError(
                f"the array has {array.shape[1]} features; the components were fitted on {self.n_features_in_}"
            )
        device, dtype = backend.choose(self.device), self.components_.dtype
        centre, directions = device.cast(self.mean_, dtype), device.cast(self.components_, dtype).T
        out = np.empty((len(array), self.n_components_), dtype)
        for start in range(0, len(array), _BLOCK_ROWS):
            rows = slice(start, start + _BLOCK_ROWS)
            out[rows] = device.numpy((device.cast(array[rows], dtype) - centre) @ directions)
        return out

    def check_state(self) -> None:
        """Refuse a restored state that `fit` cannot have left.

        Raises:
            ModelFileError: an array has another shape than it must have.
        """
        self._check_parameters()
        k, width = self.n_components_, self.n_features_in_
        for name, expected in (("components_", (k, width)), ("mean_", (width,)), ("explained_variance_ratio_", (k,))):
            array = getattr(self, name)
            if array.shape != expected or array.dtype.kind != "f":
                raise ModelFileError(
                    f"{name} has shape {array.shape} and type {array.dtype}, expected {expected}, floats"
                )

    def _check_parameters(self) -> None:
        for name, least in (("n_components", 1), ("n_passes", 3), ("oversampling", 0), ("seed", 0)):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
                raise UsageError(f"{name} is {value!r}, expected a whole number of at least {least}")


def _as_rows(array: Any) -> NDArray[Any]:
    rows = np.asarray(array)
    if rows.ndim < 2 or rows.size == 0 or rows.dtype.kind not in "biuf":
        raise ViewError(
            f"an array of shape {rows.shape} and type {rows.dtype} came; expected numbers, (rows, features)"
        )
    rows = rows.reshape(len(rows), -1)
    require_finite(rows, 0)
    return rows


def _checked(blocks: Blocks) -> Iterator[NDArray[Any]]:
    """Yield the blocks that have rows, and refuse those of another width than the first."""
    width = None
    for number, block in enumerate(blocks()):
        if len(block) == 0:
            continue
        try:
            rows = _as_rows(block)
        except ViewError as error:
            raise ViewError(f"block {number}: {error}") from error
        width = width or rows.shape[1]
        if rows.shape[1] != width:
            raise ViewError(f"block {number} has {rows.shape[1]} features; those before it had {width}")
        yield rows
    if width is None:
        raise ViewError("no block of rows was given")


def _again(blocks: Blocks, n_rows: int) -> Iterator[NDArray[Any]]:
    """Yield the blocks of a later pass, and refuse if their rows are not as many as in the first."""
    seen = 0
    for block in _checked(blocks):
        seen += len(block)
        yield block
    if seen != n_rows:
        raise ViewError(
            f"the blocks had {n_rows} rows in the first pass and {seen} in a later one; they must be the same"
        )


def _summarise(blocks: Blocks) -> tuple[NDArray[np.float64], int, float]:
    """Return the mean of each column, the number of rows, and the sum of squared deviations of all columns."""
    mean, n_rows, total = np.zeros(1), 0, 0.0
    for block in _checked(blocks):
        of_block = block.mean(axis=0, dtype=np.float64)
        of_block += (block - of_block).mean(axis=0)  # what the rounding of a long sum has left
        n_rows += len(block)
        apart = of_block - mean if n_rows > len(block) else np.zeros_like(of_block)
        total += float(((block - of_block) ** 2).sum()) + float((apart**2).sum()) * len(block) * (
            1 - len(block) / n_rows
        )
        mean = of_block - apart * (1 - len(block) / n_rows)
    return mean, n_rows, total


def _require_variance(total: float, n_rows: int, mean: NDArray[np.float64], dtype: np.dtype[Any]) -> None:
    """Refuse a view whose deviations from its mean are but rounding."""
    if total <= n_rows * float(np.square(4 * np.finfo(dtype).eps * mean).sum()):
        raise ViewError(f"the view is constant in all of its {len(mean)} columns; there is nothing to fit")


def _working_type(array: NDArray[Any]) -> np.dtype[Any]:
    return np.result_type(array.dtype, np.float32)

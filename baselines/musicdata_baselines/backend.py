"""Where the linear estimators compute: NumPy and SciPy on the processor, or the same code on torch tensors on a card.

A backend's arrays are its own (NumPy's, or torch tensors), float64 unless said otherwise. Of a symmetric matrix only
the upper triangle need be right.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import linalg
from scipy.linalg import blas, lapack

from musicdata_baselines.errors import DeviceError

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

DEVICES = ("auto", "cpu", "cuda")
_SQUARABLE = 1e-2  # singular values down to this share of the largest may be found from squares
_PANEL = 256  # columns of a triangle that are added at once


class Backend:
    """Computes with BLAS and LAPACK. float32 views are multiplied in float32; every sum over blocks is float64."""

    name = "cpu"

    def array(self, values: NDArray[Any]) -> Any:
        """Return the values as a float64 array of this backend."""
        return np.asarray(values, dtype=np.float64)

    def cast(self, values: NDArray[Any], dtype: DTypeLike) -> Any:
        """Return the values as an array of this backend; `dtype` is the precision that will do."""
        return np.asarray(values, dtype=dtype)

    def numpy(self, array: Any) -> NDArray[Any]:
        """Return an array of this backend as NumPy's."""
        return np.asarray(array)

    def zeros(self, rows: int, columns: int) -> Any:
        """Return zeros of shape (rows, columns)."""
        return np.zeros((rows, columns), order="F")

    def buffer(self, rows: int, columns: int, dtype: DTypeLike) -> Any:
        """Return an array to stack views of that type in; its precision is that of their cross products."""
        return np.empty((rows, columns), dtype=dtype)

    def centre(self, view: NDArray[Any], out: Any) -> NDArray[np.float64]:
        """Write view − mean (rounded to the precision of `out`) to `out`; return what was subtracted."""
        with np.errstate(over="ignore", invalid="ignore"):
            shift = _means(view).astype(out.dtype)
            np.subtract(view, shift, out=out)
        return shift.astype(np.float64)

    def column_means(self, array: Any) -> NDArray[np.float64]:
        """Return the mean of each column."""
        return _means(array).astype(np.float64)

    def add_gram(self, total: Any, rows: Any, sign: float = 1.0) -> bool:
        """Add sign · rowsᵀ rows to the upper triangle of `total`; if it leaves the range of float32, return False."""
        if rows.dtype == np.float64:
            blas.dsyrk(sign, rows.T, beta=1.0, c=total, overwrite_c=True)
            return True
        product = blas.ssyrk(sign, rows.T)
        if not _is_safe(product.diagonal(), rows):
            return False
        for start in range(0, len(total), _PANEL):
            stop = start + _PANEL
            total[:stop, start:stop] += product[:stop, start:stop]
        return True

    def cholesky(self, matrix: Any) -> Any | None:
        """Return upper triangular U with UᵀU = matrix, which may be overwritten; None if it is not positive."""
        upper, info = lapack.dpotrf(matrix, lower=False, clean=False, overwrite_a=True)
        return upper if info == 0 else None

    def solve_triangular(self, upper: Any, right: Any, *, transposed: bool = False) -> Any:
        """Return U⁻¹ right, or U⁻ᵀ right."""
        return linalg.solve_triangular(upper, right, trans="T" if transposed else "N", check_finite=False)

    def eigh(self, matrix: Any, k: int) -> tuple[NDArray[np.float64], Any]:
        """Return the k largest eigenvalues, falling, and their vectors (columns); the matrix may be overwritten."""
        n = len(matrix)
        part = {"driver": "evd"} if k == n else {"driver": "evr", "subset_by_index": [n - k, n - 1]}
        values, vectors = linalg.eigh(matrix, lower=False, overwrite_a=True, check_finite=False, **part)
        return values[::-1], vectors[:, ::-1]

    def svd(self, matrix: Any, k: int) -> tuple[Any, NDArray[np.float64], Any]:
        """Return the k largest singular values, falling, with their left and right vectors: U, s, V."""
        if 4 * k <= min(matrix.shape):
            left, values, right = self._svd_by_eigenvectors(matrix, k)
            if values[-1] > _SQUARABLE * values[0]:
                return left, values, right
        left, values, right = self._full_svd(matrix)
        return left[:, :k], values[:k], right[:, :k]

    def _svd_by_eigenvectors(self, matrix: Any, k: int) -> tuple[Any, NDArray[np.float64], Any]:
        """Find the right subspace from the smaller of MᵀM and MMᵀ, values and vectors from M: a third of the time.

        A singular vector loses 1 / (2 s) of the digits that `_full_svd` has, its value none.
        """
        if matrix.shape[0] < matrix.shape[1]:
            right, values, left = self._svd_by_eigenvectors(matrix.T, k)
            return left, values, right
        gram = self.zeros(matrix.shape[1], matrix.shape[1])
        self.add_gram(gram, matrix)
        subspace = self.eigh(gram, k)[1]
        left, values, rotation = self._full_svd(matrix @ subspace)
        return left, values, subspace @ rotation

    def _full_svd(self, matrix: Any) -> tuple[Any, NDArray[np.float64], Any]:
        left, values, right = linalg.svd(matrix, full_matrices=False, check_finite=False)
        return left, values, right.T

    def orthonormalise(self, columns: Any) -> Any:
        """Return orthonormal columns that span those given, which may be overwritten."""
        return linalg.qr(columns, mode="economic", overwrite_a=True, check_finite=False)[0]

    def mirror(self, matrix: Any) -> Any:
        """Return the symmetric matrix with this upper triangle."""
        return np.triu(matrix) + np.triu(matrix, 1).T


def _means(array: NDArray[Any]) -> NDArray[Any]:
    """Return the column means by a product with ones, several times as fast as a sum over rows."""
    means: NDArray[Any] = np.full(len(array), 1 / len(array), dtype=array.dtype) @ array
    return means


def _is_safe(squares: NDArray[np.float32], rows: NDArray[np.float32]) -> bool:
    """Say whether no sum of squares left the range of float32; a column of zeros is safe."""
    if not np.isfinite(squares).all():
        return False
    tiny = squares < 1e-30
    return not tiny.any() or not rows[:, tiny].any()


class TorchBackend(Backend):
    """Computes on torch tensors, all in float64: a data centre card needs no second precision.

    Args:
        device: as torch names it, ``cuda`` or ``cpu``.
    """

    def __init__(self, device: str) -> None:
        import torch

        self.torch = torch
        self.name = device

    def array(self, values: NDArray[Any]) -> Any:
        """Return a float64 tensor on the device."""
        return self._tensor(values).double()

    def cast(self, values: NDArray[Any], dtype: DTypeLike) -> Any:  # noqa: ARG002
        """Return a float64 tensor on the device, whatever would do."""
        return self.array(values)

    def numpy(self, array: Any) -> NDArray[Any]:
        """Return a tensor as an array."""
        values: NDArray[Any] = array.cpu().numpy()
        return values

    def zeros(self, rows: int, columns: int) -> Any:
        """Return a tensor of zeros."""
        return self.torch.zeros(rows, columns, dtype=self.torch.float64, device=self.name)

    def buffer(self, rows: int, columns: int, dtype: DTypeLike) -> Any:  # noqa: ARG002
        """Return a float64 tensor, whatever the type of the views."""
        return self.zeros(rows, columns)

    def centre(self, view: NDArray[Any], out: Any) -> NDArray[np.float64]:
        """Write view − mean to `out`; return the mean."""
        out.copy_(self._tensor(view))
        shift = out.mean(0)
        out -= shift
        return self.numpy(shift)

    def column_means(self, array: Any) -> NDArray[np.float64]:
        """Return the mean of each column."""
        return self.numpy(array.mean(0))

    def add_gram(self, total: Any, rows: Any, sign: float = 1.0) -> bool:
        """Add sign · rowsᵀ rows to all of `total`."""
        total.addmm_(rows.T, rows, alpha=sign)
        return True

    def cholesky(self, matrix: Any) -> Any | None:
        """Return the upper triangular U with UᵀU = matrix; None if it is not positive."""
        upper, info = self.torch.linalg.cholesky_ex(matrix, upper=True)
        return upper if int(info) == 0 else None

    def solve_triangular(self, upper: Any, right: Any, *, transposed: bool = False) -> Any:
        """Return U⁻¹ right, or U⁻ᵀ right."""
        if transposed:
            return self.torch.linalg.solve_triangular(upper.T, right, upper=False)
        return self.torch.linalg.solve_triangular(upper, right, upper=True)

    def eigh(self, matrix: Any, k: int) -> tuple[NDArray[np.float64], Any]:
        """Return the k largest eigenvalues, falling, and their vectors (columns)."""
        values, vectors = self.torch.linalg.eigh(matrix, UPLO="U")
        return self.numpy(values[-k:].flip(0)), vectors[:, -k:].flip(1)

    def _full_svd(self, matrix: Any) -> tuple[Any, NDArray[np.float64], Any]:
        left, values, right = self.torch.linalg.svd(matrix, full_matrices=False)
        return left, self.numpy(values), right.T

    def orthonormalise(self, columns: Any) -> Any:
        """Return orthonormal columns that span those given."""
        return self.torch.linalg.qr(columns)[0]

    def mirror(self, matrix: Any) -> Any:
        """Return the symmetric matrix with this upper triangle."""
        return matrix.triu() + matrix.triu(1).T

    def _tensor(self, values: NDArray[Any]) -> Any:
        return self.torch.from_numpy(np.require(values, requirements=["C", "W"])).to(self.name)


def choose(device: str) -> Backend:
    """Return the backend of ``auto``, ``cpu`` or ``cuda``; ``auto`` is the card where torch sees one.

    Raises:
        DeviceError: the device is unknown, or there is no card, or no torch to use it.
    """
    if device not in DEVICES:
        raise DeviceError(f"device {device!r} is unknown; there are {', '.join(DEVICES)}")
    if device == "cpu":
        return Backend()
    if importlib.util.find_spec("torch") is None:
        if device == "cuda":
            raise DeviceError("device 'cuda' needs torch: pip install 'musicdata[deep]', or use 'cpu' or 'auto'")
        return Backend()
    import torch

    if torch.cuda.is_available():
        return TorchBackend("cuda")
    if device == "cuda":
        raise DeviceError("device 'cuda' was asked for, but PyTorch finds no CUDA card; use 'cpu' or 'auto'")
    return Backend()

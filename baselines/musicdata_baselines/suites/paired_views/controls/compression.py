"""Brings views to some hundred columns, so that a control can fit dozens of models to them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.subject import Subject

WIDTH = 128
_CONSTANT = 1e-6  # a column's standard deviation against its largest value; float32 has seven digits


def informative_columns(view: NDArray[Any]) -> NDArray[np.intp]:
    """Return the columns of a view (n, p) that vary by more than the rounding of float32."""
    largest = np.abs(view).max(axis=0)
    return np.flatnonzero(view.std(axis=0, dtype=np.float64) > _CONSTANT * largest)


def standardise(view: NDArray[Any], rows: NDArray[np.intp] | None = None) -> NDArray[np.float64]:
    """Return the informative columns of a view, standardised over the rows given, or over all.

    Returns:
        (n, informative columns); mean 0 and standard deviation 1 over the rows.
    """
    kept = np.asarray(view[:, informative_columns(view)], dtype=np.float64)
    seen = kept if rows is None else kept[rows]
    deviation = seen.std(axis=0)
    varying = deviation > 0
    standard: NDArray[np.float64] = (kept[:, varying] - seen.mean(axis=0)[varying]) / deviation[varying]
    return standard


def compress(subject: Subject, width: int = WIDTH) -> Subject:
    """Return the subject with views of at most `width` principal components, found on the train split.

    No view keeps more columns than a fifth of the train split has rows, for what is fitted to more cannot be held out.
    """
    train = subject.rows("train")
    width = max(2, min(width, len(train) // 5))
    return dataclasses.replace(
        subject, views={name: _principal_components(view, train, width) for name, view in subject.views.items()}
    )


def _principal_components(view: NDArray[Any], train: NDArray[np.intp], width: int) -> NDArray[np.float64]:
    """Return the scores (n, at most width) on the components of the correlation matrix.

    Views whose columns are uncorrelated are principal components already. Their order is that of their variance, which
    standardising would throw away; the first of them are kept.
    """
    columns = standardise(view, train)
    n, p = len(train), columns.shape[1]
    if p <= width:
        return columns
    correlations = columns[train].T @ columns[train] / n
    if ((correlations**2).sum() - p) / (p * (p - 1)) < 2 / n:
        variance = view[:, informative_columns(view)][train].var(axis=0, dtype=np.float64)
        return columns[:, np.sort(np.argsort(-variance[variance > 0], kind="stable")[:width])]
    vectors = np.linalg.eigh(correlations)[1][:, : -width - 1 : -1]
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(width)])
    return np.asarray(columns @ (vectors * signs))

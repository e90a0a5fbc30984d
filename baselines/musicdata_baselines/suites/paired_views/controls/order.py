"""Control: features that know which row they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from musicdata_baselines.suites.paired_views.controls.compression import standardise
from musicdata_baselines.suites.paired_views.controls.folds import fold_by_group
from musicdata_baselines.suites.paired_views.results import ControlResult, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.subject import Subject

    Array = NDArray[np.float64]

CONTROL = "id order"
MIN_IN_ORDER = 0.8
MIN_GROUPS = 50
_NEIGHBOURS = 0.01  # share of the data set within which rows are neighbours
_LAGS = 12
_RIDGES = (1e-4, 1e-2)  # of a column's variance


def check_order(subject: Subject, seed: int = 0) -> list[ControlResult]:
    """Look for features, or linear combinations of them, that know the order of the ids; one refuses.

    Ids are sorted, and honest features do differ between the corpora, languages and composers that follow one another,
    so that a position in the whole data set can be guessed. The order of neighbours cannot: of rows within 1 % of the
    data set, and of different groups, 80 % or more are in the right order only where a feature counts the rows.
    """
    return [_check(subject, name, seed) for name in subject.names]


def _check(subject: Subject, name: str, seed: int) -> ControlResult:
    columns, groups = standardise(subject.views[name]), subject.group_numbers
    n_groups = len(np.unique(groups))
    if n_groups < MIN_GROUPS or not columns.shape[1]:
        return ControlResult(CONTROL, name, f"{name}: not looked for, {n_groups} groups (asked: {MIN_GROUPS})", {})
    single = _share_in_order(columns, groups)
    alone = float(np.maximum(single, 1 - single).max())
    combined = float(_share_in_order(_predict_positions(columns, groups, seed), groups).max())
    summary = (
        f"{name}: neighbouring ids in the right order, by the most telling feature {alone:.0%}, by all together "
        f"{combined:.0%} (chance 50 %, asked: below {MIN_IN_ORDER:.0%})"
    )
    findings: tuple[Finding, ...] = ()
    if max(alone, combined) >= MIN_IN_ORDER:
        message = f"{summary}: the features of {name} give their rows away; remove what counts or names them"
        findings = (Finding(CONTROL, message, refuses=True),)
    return ControlResult(CONTROL, name, summary, {"single": alone, "combined": combined}, findings)


def _share_in_order(columns: Array, groups: NDArray[Any]) -> Array:
    """Return for each column (n, p) the share (p,) of neighbours of different groups that ascend; ties count half."""
    farthest = max(3, round(_NEIGHBOURS * len(columns)))
    ascending = []
    for lag in np.unique(np.linspace(1, farthest, _LAGS).round().astype(int)).tolist():
        apart = groups[lag:] != groups[:-lag]
        if apart.any():
            ascending.append(0.5 + 0.5 * np.sign(columns[lag:] - columns[:-lag])[apart].mean(axis=0))
    return np.asarray(np.mean(ascending, axis=0))


def _predict_positions(columns: Array, groups: NDArray[Any], seed: int) -> Array:
    """Return each row's position as ridge regressions on the rows of the other folds have it, (n, ridges)."""
    n, p = columns.shape
    position = np.linspace(-1, 1, n)
    gram, product = columns.T @ columns, columns.T @ position
    predicted = np.empty((n, len(_RIDGES)))
    for held_out in fold_by_group(groups, seed):
        x = columns[held_out]
        kept_gram, kept_product = gram - x.T @ x, product - x.T @ position[held_out]
        for number, ridge in enumerate(_RIDGES):
            factor = cho_factor(kept_gram + ridge * n * np.eye(p), overwrite_a=True)
            predicted[held_out, number] = x @ cho_solve(factor, kept_product)
    return predicted

"""Control: items whose views stand in each other's place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.suites.paired_views.controls.subject import label
from musicdata_baselines.suites.paired_views.results import ControlResult, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.subject import Pair, Subject

CONTROL = "swapped modalities"
MIN_GAP = 20.0
_FEWEST = 3


def check_swapped(subject: Subject) -> list[ControlResult]:
    """Look for items of which each of two views of equal width looks like the other modality; three or more refuse.

    A row looks like the modality under whose independent normal distributions, one a feature, it is likelier. Median
    and quartiles give these, so that the swapped rows do not. Where the modalities hardly differ, nothing can be told.
    """
    return [_check(subject, pair) for pair in subject.pairs]


def _check(subject: Subject, pair: Pair) -> ControlResult:
    first, second = pair
    a, b = (np.asarray(subject.views[name], dtype=np.float64) for name in pair)
    if a.shape[1] != b.shape[1]:
        return ControlResult(CONTROL, label(pair), f"{label(pair)}: cannot be swapped, they are of unequal width", {})
    of_a, of_b = _describe(a), _describe(b)
    in_place = _log_likelihood(a, of_a) + _log_likelihood(b, of_b) - _log_likelihood(a, of_b) - _log_likelihood(b, of_a)
    gap = float(np.median(in_place))
    if gap < MIN_GAP:
        summary = f"{label(pair)}: cannot tell, their features are distributed alike (median gap {gap:.1f} nats)"
        return ControlResult(CONTROL, label(pair), summary, {"gap": gap})
    rows = np.flatnonzero(in_place < -MIN_GAP / 2)
    summary = f"{label(pair)}: {len(rows)} items look swapped (asked: fewer than {_FEWEST}), median gap {gap:.3g} nats"
    findings: tuple[Finding, ...] = ()
    if len(rows) >= _FEWEST:
        ids = tuple(str(i) for i in subject.sample_ids[rows[np.argsort(in_place[rows])]][:20])
        message = f"{first} and {second} are swapped in {len(rows)} items, e.g. {ids[0]}"
        findings = (Finding(CONTROL, message, refuses=True, items=ids),)
    return ControlResult(CONTROL, label(pair), summary, {"gap": gap, "n_swapped": len(rows)}, findings)


def _describe(view: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return middle and width of each column; a column that hardly varies gets a hundredth of the usual width."""
    low, middle, high = np.quantile(view, [0.25, 0.5, 0.75], axis=0)
    width = (high - low) / 1.349
    return middle, np.maximum(width, max(0.01 * float(np.median(width)), np.finfo(np.float64).tiny))


def _log_likelihood(view: NDArray[Any], described: tuple[NDArray[Any], NDArray[Any]]) -> NDArray[np.float64]:
    """Return the log-likelihood (n,) of the rows, up to a constant; no feature counts for more than six deviations."""
    middle, width = described
    deviations = np.minimum(np.abs(view - middle) / width, 6)
    total: NDArray[np.float64] = -(deviations**2 / 2).sum(axis=1) - np.log(width).sum()
    return total

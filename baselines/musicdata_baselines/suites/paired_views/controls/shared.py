"""Control: one number in two modalities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import rankdata

from musicdata_baselines.suites.paired_views.controls.compression import compress
from musicdata_baselines.suites.paired_views.controls.link import fit_link
from musicdata_baselines.suites.paired_views.controls.subject import label
from musicdata_baselines.suites.paired_views.results import ControlResult, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.subject import Pair, Subject

CONTROL = "shared numbers"
SAME = 0.9999
SAME_COMBINED = 0.999
_DISTINCT = 0.2
_FEWEST = 20
_FITTED = 0.7  # features of both views together, against rows they are fitted to
_MIN_HELD_OUT = 50
_COMPONENTS = 5
_SHRINKAGE = 1e-3  # more of it blurs the number with its neighbours


def check_shared_numbers(subject: Subject) -> list[ControlResult]:
    """Look for features of two modalities, or combinations of features, that are one number; one pair of them refuses.

    A hash of the id, the number of a group or a pasted feature is, whatever its scale. Features that put all items in
    the same order are the same number; those of fewer than twenty distinct values, or one in five, are left out, for
    they can agree by chance. Combinations, which is what compression leaves of a feature, are found by CCA on the
    train split and have rank correlation 0.999 or more on the others.
    """
    ranks = {name: _rank_columns(subject.views[name]) for name in subject.names}
    compressed = compress(subject)
    return [_check(subject, compressed, pair, (ranks[pair[0]], ranks[pair[1]])) for pair in subject.pairs]


def _check(
    subject: Subject, compressed: Subject, pair: Pair, ranks: tuple[dict[int, Any], dict[int, Any]]
) -> ControlResult:
    single, where = _most_alike(pair, ranks)
    combined = _highest_correlation(subject, compressed, pair)
    summary = (
        f"{label(pair)}: the most alike features have rank correlation {single:.4f} (asked: below {SAME}), the most "
        f"alike combinations {combined:.4f} on held-out items (asked: below {SAME_COMBINED})"
    )
    findings: tuple[Finding, ...] = ()
    if single >= SAME or combined >= SAME_COMBINED:
        where = where if single >= SAME else f"combinations of features of {pair[0]} and of {pair[1]}"
        message = f"{where} are the same number, which gives the pairs away; remove it ({summary})"
        findings = (Finding(CONTROL, message, refuses=True),)
    return ControlResult(CONTROL, label(pair), summary, {"single": single, "combined": combined}, findings)


def _most_alike(pair: Pair, ranks: tuple[dict[int, Any], dict[int, Any]]) -> tuple[float, str]:
    """Return the highest rank correlation between features of both views, and which features have it."""
    if not all(ranks):
        return 0.0, ""
    a, b = (np.stack(list(columns.values()), axis=1) for columns in ranks)
    agreement = np.abs(a.T @ b)
    i, j = np.unravel_index(int(agreement.argmax()), agreement.shape)
    features = [list(columns)[number] for columns, number in zip(ranks, (i, j), strict=True)]
    where = f"feature {features[0]} of {pair[0]} and feature {features[1]} of {pair[1]}"
    return min(1.0, float(agreement[i, j])), where


def _rank_columns(view: NDArray[Any]) -> dict[int, NDArray[np.float64]]:
    """Return the ranks (n,) of each column with many distinct values, centred and at unit length."""
    ranked = {}
    for number, column in enumerate(view.T):
        if len(np.unique(column)) >= max(_FEWEST, _DISTINCT * len(column)):
            ranks = rankdata(column)
            ranks -= ranks.mean()
            ranked[number] = ranks / np.sqrt(ranks @ ranks)
    return ranked


def _highest_correlation(subject: Subject, compressed: Subject, pair: Pair) -> float:
    """Return the highest rank correlation of CCA's first components outside the train split; 0 where too little is."""
    train, held_out = subject.rows("train"), subject.rows("valid", "test")
    if len(held_out) < _MIN_HELD_OUT:
        return 0.0
    width = sum(subject.views[name].shape[1] for name in pair)
    a, b = ((subject if width <= _FITTED * len(train) else compressed).views[name] for name in pair)
    model = fit_link(a[train], b[train], "none", _SHRINKAGE, _COMPONENTS)
    # By rank: two corpora that each view tells apart at a glance correlate as well, but not within each.
    scores = [rankdata(view, axis=0) for view in model.transform([a[held_out], b[held_out]])]
    return max(abs(float(np.corrcoef(x, y)[0, 1])) for x, y in zip(scores[0].T, scores[1].T, strict=True))

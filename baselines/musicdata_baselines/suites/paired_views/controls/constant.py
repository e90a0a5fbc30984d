"""Control: a modality that says the same of every item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.suites.paired_views.controls.compression import informative_columns
from musicdata_baselines.suites.paired_views.results import ControlResult, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.subject import Subject

CONTROL = "constant modality"
MIN_COLUMNS = 2
MAX_EQUAL = 0.9


def check_constant(subject: Subject) -> list[ControlResult]:
    """Look for modalities with fewer than two columns that vary, or with nine of ten rows equal; both refuse.

    Looked at are all rows, and those of the train split alone, from which models have to learn.
    """
    return [_check(subject, name) for name in subject.names]


def is_constant(subject: Subject, name: str) -> bool:
    """Say whether a modality is too nearly constant for the other controls to look at it."""
    n_columns, equal = _describe(subject, name)
    return n_columns < MIN_COLUMNS or equal >= MAX_EQUAL


def _describe(subject: Subject, name: str) -> tuple[int, float]:
    """Return how many columns vary, and the share of the most frequent row, as the worse of all rows and train."""
    looked_at = [rows for rows in (subject.views[name], subject.views[name][subject.rows("train")]) if len(rows)]
    return min(len(informative_columns(rows)) for rows in looked_at), max(_equal_share(rows) for rows in looked_at)


def _check(subject: Subject, name: str) -> ControlResult:
    n_columns, equal = _describe(subject, name)
    summary = (
        f"{name}: {n_columns} of {subject.views[name].shape[1]} features vary (asked: at least {MIN_COLUMNS}), "
        f"the most frequent row is {equal:.1%} of all (asked: below {MAX_EQUAL:.0%})"
    )
    findings: tuple[Finding, ...] = ()
    if is_constant(subject, name):
        findings = (Finding(CONTROL, f"{summary}; look at the files and at the feature stage of {name}", refuses=True),)
    return ControlResult(CONTROL, name, summary, {"n_informative": n_columns, "equal_share": equal}, findings)


def _equal_share(view: NDArray[Any]) -> float:
    """Return the share of rows equal to the most frequent one, up to the rounding of float32.

    Where more than half of the rows are equal, that row is the median of every column; where they are fewer, the share
    found is at most a half, and of no consequence here.
    """
    middle = np.median(view, axis=0)
    near = np.abs(view - middle) <= 1e-6 * np.abs(view).max(axis=0)
    return float(near.all(axis=1).mean())

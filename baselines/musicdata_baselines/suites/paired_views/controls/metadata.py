"""Controls: does what the files tell from outside, or their length alone, give the pairs away?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines import retrieval
from musicdata_baselines.retrieval.inference import permutation_test
from musicdata_baselines.suites.paired_views.controls.compression import standardise
from musicdata_baselines.suites.paired_views.controls.link import fit_link
from musicdata_baselines.suites.paired_views.controls.pairing import describe
from musicdata_baselines.suites.paired_views.controls.subject import label
from musicdata_baselines.suites.paired_views.results import ControlResult, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.subject import Pair, Subject

METADATA = "metadata only"
LENGTH = "length only"
FAMILY_LEVEL = 0.001  # of all probes of a data set together: one honest data set in a thousand is refused
_FEW = 999
_LOOK_AGAIN = 0.02


def check_metadata(subject: Subject, seed: int = 0) -> list[ControlResult]:
    """Compare CCA on the files' metadata alone (each column and its logarithm) with chance, for every pair.

    See `check_lengths` for what refuses.
    """
    described = {
        name: np.stack(list(columns.values()), axis=1) for name, columns in subject.metadata.items() if columns
    }
    return _check(subject, METADATA, described, seed)


def check_lengths(subject: Subject, seed: int = 0) -> list[ControlResult]:
    """Compare CCA on one length a modality with chance, for every pair.

    A pair that is found by it refuses: p below 0.001, divided among all probes. Of pairs that are certain or tied by
    construction it is only reported: a longer melody makes a longer sound and a wider page.
    """
    return _check(subject, LENGTH, {name: values[:, None] for name, values in subject.lengths.items()}, seed)


def _check(subject: Subject, control: str, described: dict[str, NDArray[Any]], seed: int) -> list[ControlResult]:
    views = {name: standardise(_add_logarithms(values), subject.rows("train")) for name, values in described.items()}
    varying = {name for name, view in views.items() if view.shape[1]}
    n_free = sum(not subject.is_tied(pair) for pair in subject.pairs)
    level = FAMILY_LEVEL / max(1, 2 * n_free)
    return [
        _probe(subject, control, pair, [views[name] for name in pair], level, seed)
        if varying.issuperset(pair)
        else ControlResult(control, label(pair), f"{label(pair)}: not probed, a modality has none that varies", {})
        for pair in subject.pairs
    ]


def _probe(
    subject: Subject, control: str, pair: Pair, views: list[NDArray[Any]], level: float, seed: int
) -> ControlResult:
    train, test = subject.rows("train"), subject.rows("test")
    model = fit_link(views[0][train], views[1][train])
    # One or two scores have hardly a direction; a constant beside them makes the cosine fall with their distance.
    a, b = (np.hstack([scores, np.ones((len(test), 1))]) for scores in model.transform([view[test] for view in views]))
    result = permutation_test(a, b, subject.groups[test], _FEW, seed)
    if result.p_value < _LOOK_AGAIN:
        result = permutation_test(a, b, subject.groups[test], max(10_000, int(2 / level)), seed)
    tied = subject.is_tied(pair)
    condition = "tied by construction: reported" if tied else f"asked: p ≥ {level:.2g}"
    chance = retrieval.chance(len(test)).mrr
    compared = f"MRR {result.observed_mrr:.4f}, chance {chance:.4f}, p = {result.p_value:.2g}"
    summary = f"{label(pair)}: {control}, {compared} ({condition})"
    findings: tuple[Finding, ...] = ()
    if not tied and result.p_value < level:
        message = f"{summary}: pairs are found without looking into the files"
        findings = (Finding(control, message, refuses=True),)
    return ControlResult(control, label(pair), summary, describe(result) | {"chance_mrr": chance}, findings)


def _add_logarithms(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return the columns (n, m) and the logarithms of those that are never negative, (n, up to 2 m)."""
    values = np.asarray(values, dtype=np.float64)
    return np.hstack([values, np.log1p(values[:, (values >= 0).all(axis=0)])])

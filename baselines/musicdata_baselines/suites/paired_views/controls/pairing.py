"""Controls: real pairs against re-paired ones, and a model of re-paired ones against chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines import retrieval
from musicdata_baselines.retrieval.inference import draw_repairings, permutation_test
from musicdata_baselines.suites.paired_views.controls.link import fit_link, score_pair
from musicdata_baselines.suites.paired_views.controls.subject import label
from musicdata_baselines.suites.paired_views.results import ControlResult, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.retrieval.inference import PermutationResult
    from musicdata_baselines.suites.paired_views.controls.subject import Pair, Subject

REAL = "real pairs"
SHUFFLED = "shuffled pairs"
SIGNIFICANCE = 0.01
_PERMUTATIONS = 1999
_SHUFFLES = 3
_SHUFFLED_PERMUTATIONS = 499
_SHUFFLED_LEVEL = 0.005
_CLEARLY = 1.25  # times chance; below it nothing is worth a finding, however sure


def check_real_pairs(subject: Subject, seed: int = 0) -> list[ControlResult]:
    """Compare weighted CCA on the test split with re-pairings of whole groups.

    A pair of modalities whose link is certain by construction refuses unless its p-value is below 0.01. For the others
    the p-value is a result, not a fault.
    """
    return [_check_real(subject, pair, seed) for pair in subject.pairs]


def _check_real(subject: Subject, pair: Pair, seed: int) -> ControlResult:
    test = subject.rows("test")
    a, b = score_pair(subject, pair, test, subject.rows("train"))
    result = permutation_test(a, b, subject.groups[test], _PERMUTATIONS, seed)
    certain = subject.is_certain(pair)
    condition = f"certain pair, asked: p < {SIGNIFICANCE}" if certain else "reported, nothing asked"
    compared = f"MRR {result.observed_mrr:.4f}, re-paired {result.null_mean:.4f}, p = {result.p_value:.2g}"
    summary = f"{label(pair)}: {compared} ({condition})"
    findings: tuple[Finding, ...] = ()
    if certain and result.p_value >= SIGNIFICANCE:
        message = f"{summary}: the link is certain by construction, yet pairs cannot be told from re-paired ones"
        findings = (Finding(REAL, message, refuses=True),)
    return ControlResult(REAL, label(pair), summary, describe(result), findings)


def describe(found: PermutationResult) -> dict[str, float]:
    """Return the figures of a permutation test by name."""
    return {
        "mrr": found.observed_mrr,
        "null_mrr": found.null_mean,
        "p_value": found.p_value,
        "detection_limit_mrr": found.detection_limit,
    }


def check_shuffled_pairs(subject: Subject, seed: int = 0) -> list[ControlResult]:
    """Fit weighted CCA to train pairs that are re-paired by whole groups; on the test split it must be at chance.

    This is a control of the pipeline itself: nothing that is above chance here was learned from the pairs. One shuffle
    says little, since a model that found the corpora the wrong way round is below chance, and one that found them the
    right way round above it; so three are made, and the finding needs two of them.
    """
    return [_check_shuffled(subject, pair, seed) for pair in subject.pairs]


def _check_shuffled(subject: Subject, pair: Pair, seed: int) -> ControlResult:
    train, test = subject.rows("train"), subject.rows("test")
    train = train[np.argsort(subject.group_numbers[train], kind="stable")]
    sizes = np.unique(subject.group_numbers[train], return_counts=True)[1]
    drawn = draw_repairings(sizes, _SHUFFLES, np.random.default_rng(seed))
    results = [_test_shuffle(subject, pair, train, train[partners], seed + i) for i, partners in enumerate(drawn)]
    mrr = float(np.mean([result.observed_mrr for result in results]))
    null = float(np.mean([result.null_mean for result in results]))
    p_value = float(np.median([result.p_value for result in results]))
    chance = retrieval.chance(len(test)).mrr
    summary = (
        f"{label(pair)}: fitted to shuffled pairs, MRR {mrr:.4f} on the test split, chance {chance:.4f}, "
        f"p = {p_value:.2g} (asked: p ≥ {_SHUFFLED_LEVEL})"
    )
    findings: tuple[Finding, ...] = ()
    if p_value < _SHUFFLED_LEVEL and mrr > _CLEARLY * null:
        message = f"{summary}: the pipeline finds pairs that it was not shown; look for what the evaluation gives away"
        findings = (Finding(SHUFFLED, message, refuses=True),)
    figures = {"mrr": mrr, "null_mrr": null, "chance_mrr": chance, "p_value": p_value, "n_shuffles": _SHUFFLES}
    return ControlResult(SHUFFLED, label(pair), summary, figures, findings)


def _test_shuffle(
    subject: Subject, pair: Pair, first: NDArray[np.intp], second: NDArray[np.intp], seed: int
) -> PermutationResult:
    """Fit to rows `first` of one view paired with rows `second` of the other; compare the test split with chance."""
    a, b = (subject.views[name] for name in pair)
    test = subject.rows("test")
    scores = fit_link(a[first], b[second]).transform([a[test], b[test]])
    return permutation_test(scores[0], scores[1], subject.groups[test], _SHUFFLED_PERMUTATIONS, seed)

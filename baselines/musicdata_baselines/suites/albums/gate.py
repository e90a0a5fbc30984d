"""The gate: what a set of albums must show before it is released.

It asks that reviews find albums nobody trained on, by artists nobody trained on, that reviews of other albums find
nothing, and that no artist is on both sides of the scheme that says so. It does not ask for the paper's figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions.suite import Rule
from musicdata_baselines.suites.albums.probes import CONSTANT, SHUFFLED

if TYPE_CHECKING:
    from musicdata_baselines.suites.albums.results import MethodResult, SchemeResult

SIGNIFICANCE = 0.01
MOST_OFF = 4.0  # standard errors of the mean of some twenty fits; Student's p is below 0.0005
_EQUAL = 1e-6  # of MRRs that are the same, but for the order of sums


def judge(scheme: SchemeResult) -> tuple[Rule, ...]:
    """Return the suite's rules of the gate, each with what was found under the disjoint scheme.

    Of several methods the one that finds most is asked, at p < `SIGNIFICANCE` divided by their number (Bonferroni):
    the best of many beats chance sooner.
    """
    return (_found(scheme), _shuffled(scheme), _constant(scheme), _disjoint(scheme))


def best(scheme: SchemeResult) -> MethodResult:
    """Return the method with the lowest p-value, of those the one with the highest MRR."""
    return min(scheme.methods, key=lambda one: (one.test.p_value, -one.test.mrr))


def _found(scheme: SchemeResult) -> Rule:
    one, n = best(scheme), len(scheme.methods)
    test = one.test
    return Rule(
        f"reviews find their albums ({scheme.name})",
        test.p_value * n < SIGNIFICANCE,
        f"{one.name}: MRR {test.mrr:.4f}, re-paired {test.null_mrr:.4f}, p = {test.p_value:.2g} (asked of the best of "
        f"{n} methods: p < {SIGNIFICANCE / n:.2g})",
    )


def _shuffled(scheme: SchemeResult) -> Rule:
    probe = scheme.probe(SHUFFLED)
    name = "reviews of other albums find nothing"
    if probe is None or probe.off is None:
        return Rule(name, holds=False, found="the control was not run")
    return Rule(
        name,
        probe.off < MOST_OFF,
        f"MRR {probe.mrr:.4f}, chance {scheme.chance['review']['mrr']:.4f}: {probe.off:+.1f} standard errors (asked: "
        f"below {MOST_OFF:g})",
    )


def _constant(scheme: SchemeResult) -> Rule:
    probe, chance = scheme.probe(CONSTANT), scheme.chance["review"]["mrr"]
    found = probe.mrr if probe is not None else 0.0
    return Rule(
        "ties are no finds", abs(found - chance) < _EQUAL, f"constant reviews: MRR {found:.4f}, chance {chance:.4f}"
    )


def _disjoint(scheme: SchemeResult) -> Rule:
    shared = max(scheme.shared_albums, scheme.shared_artists)
    return Rule(
        f"no album and no artist is on both sides ({scheme.name})",
        shared == 0,
        f"{scheme.shared_albums:.1%} of the test albums, {scheme.shared_artists:.1%} of their artists are in train",
    )

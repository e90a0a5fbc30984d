"""The gate: what a data set must show before it is released.

It asks that pairs whose link is certain are found, that nothing gives the pairs away, and that no group is torn between
splits. It does not ask that a link exists where nobody can be certain of one: "not
distinguishable from chance on a leak-free split" is a result, not a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions.suite import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata_baselines.suites.paired_views.results import BaselineResult, ControlResult

SIGNIFICANCE = 0.01
JUDGE = "CCA weighted"  # the baseline that is asked: the one that deep ones must beat


def judge(
    baselines: Sequence[BaselineResult],
    controls: Sequence[ControlResult],
    certain_pairs: Sequence[tuple[str, str]],
) -> tuple[Rule, ...]:
    """Return the suite's rules of the gate, each with what was found.

    Args:
        baselines: every baseline; the judge of a certain pair is the linear one that the deep ones must beat,
            correlation-weighted CCA.
        controls: every control; a finding that refuses breaks the rule of its control.
        certain_pairs: pairs that must be told from re-paired ones at p < `SIGNIFICANCE`.
    """
    rules = [_certain(pair, baselines) for pair in certain_pairs]
    rules += [_control(name, controls) for name in dict.fromkeys(control.control for control in controls)]
    return tuple(rules)


def _certain(pair: tuple[str, str], baselines: Sequence[BaselineResult]) -> Rule:
    judges = [b for b in baselines if set(b.pair) == set(pair) and b.name == JUDGE]
    name = f"{pair[0]}–{pair[1]} beats shuffled pairs"
    if not judges:
        return Rule(name, False, "no baseline was fitted to this pair")
    judged = judges[0]
    return Rule(
        name,
        judged.p_value < SIGNIFICANCE,
        f"MRR {judged.mrr:.4f}, shuffled {judged.null_mrr:.4f}, p = {judged.p_value:.2g} (asked: p < {SIGNIFICANCE})",
    )


def _control(name: str, controls: Sequence[ControlResult]) -> Rule:
    """Return the rule of one control, over all it looked at."""
    of_it = [control for control in controls if control.control == name]
    refusing = [finding for control in of_it for finding in control.findings if finding.refuses]
    if refusing:
        return Rule(name, holds=False, found=refusing[0].message)
    subjects = ", ".join(control.subject for control in of_it)
    return Rule(name, holds=True, found=of_it[0].summary if len(of_it) == 1 else f"nothing against {subjects}")

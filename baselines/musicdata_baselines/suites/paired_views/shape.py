"""Whether the figures have the shape the papers report: reported, never asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata_baselines.suites.paired_views.controls.subject import Pair
    from musicdata_baselines.suites.paired_views.judging import Judge, Judged

_DEEP = ("DCCA", "DGCCA", "ResidualCCA")


def describe(judged: Sequence[Judged], judge: Judge) -> Iterator[str]:
    """Yield one sentence for each step of the shape: CCA < weighted CCA ≤ deep, and GCCA against CCA.

    A step counts as seen when the 95 % interval of the difference in MRR, bootstrap by group, leaves out zero.
    """
    by_name: dict[Pair, dict[str, Judged]] = {}
    for one in judged:
        by_name.setdefault(one.result.pair, {})[one.result.name] = one
    for of_pair in by_name.values():
        steps = [("CCA", "CCA weighted"), ("CCA", "GCCA"), ("CCA weighted", "GCCA weighted")]
        steps += [("CCA weighted", name) for name in _DEEP]
        for less, more in steps:
            if less in of_pair and more in of_pair:
                yield _compare(of_pair[less], of_pair[more], judge)


def _compare(less: Judged, more: Judged, judge: Judge) -> str:
    low, high = judge.interval(more.reciprocal_ranks - less.reciprocal_ranks)
    difference = more.result.mrr - less.result.mrr
    seen = "above" if low > 0 else "below" if high < 0 else "not told apart from"
    return (
        f"{'–'.join(more.result.pair)}: {more.result.name} is {seen} {less.result.name} "
        f"(MRR {difference:+.4f}, 95 % {low:+.4f} to {high:+.4f})"
    )

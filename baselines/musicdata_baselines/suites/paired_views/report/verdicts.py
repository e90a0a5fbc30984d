"""What the figures say of a pair and of a control, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata_baselines.report import figures
from musicdata_baselines.report.figures import HOLDS, NOTED, REFUSED
from musicdata_baselines.suites.paired_views.gate import JUDGE, SIGNIFICANCE

if TYPE_CHECKING:
    from musicdata_baselines.suites.paired_views.results import BaselineResult, ControlResult, Validation


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """Whether a pair was told from chance.

    Attributes:
        label: ``audio–sheet``.
        is_certain: its link is certain by construction.
        judge: the baseline the verdict is of.
        beats_chance: p is below the gate's.
        words: the verdict.
    """

    label: str
    is_certain: bool
    judge: BaselineResult
    beats_chance: bool
    words: str


def of_pairs(validation: Validation) -> list[PairVerdict]:
    """Return one verdict a pair, in the order they were evaluated."""
    return [_of_pair(validation, pair) for pair in validation.result.pairs]


def _of_pair(validation: Validation, pair: tuple[str, str]) -> PairVerdict:
    of_it = [baseline for baseline in validation.result.baselines if baseline.pair == pair]
    judge = next((baseline for baseline in of_it if baseline.name == JUDGE), of_it[0])
    is_certain = any(set(pair) == set(certain) for certain in validation.result.certain_pairs)
    beats_chance = judge.p_value < SIGNIFICANCE
    return PairVerdict(
        label="–".join(pair),
        is_certain=is_certain,
        judge=judge,
        beats_chance=beats_chance,
        words="above chance" if beats_chance else "not distinguishable from chance on this split",
    )


def sentence(verdict: PairVerdict, validation: Validation) -> str:
    """Return a pair's verdict with the figures it rests on."""
    judge, chance = verdict.judge, validation.result.chance["mrr"]
    certain = "link certain by construction; " if verdict.is_certain else ""
    return (
        f"{certain}{verdict.words}: {judge.name} has MRR {figures.share(judge.mrr)}, "
        f"{figures.times(judge.mrr, chance)} chance ({figures.share(chance)}), p = {figures.p_value(judge.p_value)}"
    )


def detection(of_pair: list[BaselineResult]) -> str:
    """Say which MRR would have been told from chance on a pair."""
    limit = figures.share(max(baseline.detection_limit_mrr for baseline in of_pair))
    if limit == figures.UNKNOWN:
        return f"too few re-pairings for any MRR to have p < {SIGNIFICANCE}"
    return f"an MRR above {limit} would have had p < {SIGNIFICANCE}"


def mark(control: ControlResult) -> str:
    """Return ✗ when a finding of the control refuses, • when there are others, ✓ when there is none."""
    if any(finding.refuses for finding in control.findings):
        return REFUSED
    return NOTED if control.findings else HOLDS


def settings(baseline: BaselineResult) -> str:
    """Return what was chosen on the validation split, in one line."""
    return figures.value(baseline.settings)

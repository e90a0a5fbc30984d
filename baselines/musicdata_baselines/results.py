"""What a validation found, as plain values: `validation.json` is this, and the report is drawn from nothing else."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """Says what a modality's features are.

    Attributes:
        name: the modality, e.g. ``audio``.
        source: table and column, e.g. ``features_audio.vector``.
        shape: of one sample, e.g. (20, 128).
        extractor: name, version and parameters, as the table has them.
        n_features: what the linear baselines see, after compression.
    """

    name: str
    source: str
    shape: tuple[int, ...]
    extractor: str
    n_features: int


@dataclass(frozen=True, slots=True)
class DirectionResult:
    """Is retrieval in one direction, on the test split, instance level; ties count with their mean rank.

    Attributes:
        query: modality asked with; `target` the one looked for.
        mrr: mean reciprocal rank; `mrr_low` and `mrr_high` bound it at 95 %, bootstrap by group.
        recall: K → share of queries whose item is among the first K (1, 5, 10).
        median_rank: ranks count from 1.
        mean_rank: likewise.
        tie_gap: MRR with every tie won less MRR with every tie lost.
        mrr_category: MRR of the first item of the query's category, where the data set has categories.
        mrr_category_chance: what a random order would give; it depends on the sizes of the categories.
    """

    query: str
    target: str
    mrr: float
    mrr_low: float
    mrr_high: float
    recall: dict[int, float]
    median_rank: float
    mean_rank: float
    tie_gap: float
    mrr_category: float | None = None
    mrr_category_chance: float | None = None


@dataclass(frozen=True, slots=True)
class BaselineResult:
    """Is one baseline on one pair of modalities.

    Attributes:
        name: e.g. ``CCA``, ``CCA weighted``, ``GCCA``, ``DCCA``.
        pair: the two modalities.
        directions: both directions.
        p_value: of the mean MRR of both directions against re-pairings of whole groups.
        null_mrr: mean MRR of those re-pairings.
        detection_limit_mrr: smallest MRR that would be told from chance at p < 0.01.
        settings: shrinkage, weighting, components … as chosen on the validation split.
        seconds: wall time of fitting and evaluating.
        recall_curve: (K, recall at K, mean of both directions) for the rank curves.
    """

    name: str
    pair: tuple[str, str]
    directions: tuple[DirectionResult, DirectionResult]
    p_value: float
    null_mrr: float
    detection_limit_mrr: float
    settings: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    recall_curve: tuple[tuple[int, float], ...] = ()

    @property
    def mrr(self) -> float:
        """Return the mean MRR of both directions."""
        return (self.directions[0].mrr + self.directions[1].mrr) / 2


@dataclass(frozen=True, slots=True)
class Finding:
    """Is something a control found wrong; `refuses` says whether the gate may not pass it."""

    control: str
    message: str
    refuses: bool
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ControlResult:
    """Is what one control measured: figures by name, one line for people, and what it found wrong."""

    control: str
    subject: str
    summary: str
    figures: dict[str, Any]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    """Is a line of a plot: `x` and `y` of equal length; `low` and `high` bound y where there is an interval."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Is one rule of the gate: what it asks, whether it holds, and what was found."""

    name: str
    holds: bool
    found: str


@dataclass(frozen=True, slots=True)
class Validation:
    """Is everything a validation found.

    Attributes:
        dataset: name; `title` its long name.
        n_samples: samples of each split; `n_groups` the groups of each.
        chance: of the test split: ``mrr``, ``recall_1``, ``recall_5``, ``recall_10``, ``median_rank``, ``mean_rank``.
        certain_pairs: pairs whose link is certain by construction.
        curves: plot → pair (``audio–sheet``) → lines; plots are ``components``, ``learning`` and ``split_leakage``.
        notes: what the validation could not prove, one sentence each.
        seconds: part of the validation → wall time.
        tables: digest of every table that was read.
        paper: paper whose table is printed beside ours; "" for none.
        n_permutations: re-pairings behind each p-value; 0 when unknown.
    """

    dataset: str
    title: str
    musicdata: str
    seed: int
    device: str
    tables: dict[str, str]
    views: tuple[ViewFacts, ...]
    n_samples: dict[str, int]
    n_groups: dict[str, int]
    chance: dict[str, float]
    certain_pairs: tuple[tuple[str, str], ...]
    checks_passed: tuple[str, ...]
    check_findings: tuple[str, ...]
    baselines: tuple[BaselineResult, ...]
    controls: tuple[ControlResult, ...]
    curves: dict[str, dict[str, tuple[Curve, ...]]]
    rules: tuple[Rule, ...]
    shape: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]
    paper: str = ""
    n_permutations: int = 0

    @property
    def holds(self) -> bool:
        """Say whether the gate holds: every rule does."""
        return all(rule.holds for rule in self.rules)

    @property
    def reason(self) -> str:
        """Return in one line why the gate refuses; that it holds, if it does."""
        broken = [f"{rule.name}: {rule.found}" for rule in self.rules if not rule.holds]
        return "; ".join(broken) if broken else "every rule of the gate holds"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """List the pairs of modalities in the order they were evaluated."""
        return list(dict.fromkeys(baseline.pair for baseline in self.baselines))

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values, with the verdict beside."""
        return {"schema": 1, "gate_holds": self.holds, "reason": self.reason} | dataclasses.asdict(self)

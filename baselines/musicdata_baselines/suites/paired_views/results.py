"""What the suite measures, as plain values: the report is drawn from nothing else."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from pydantic import TypeAdapter

from musicdata.definitions import suite
from musicdata.definitions.suite import Result
from musicdata_baselines.curve import Curve  # noqa: TC001 - read when a result is rebuilt

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """What a modality's features are.

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
    """Retrieval in one direction, on the test split, instance level; ties count with their mean rank.

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
    """One baseline on one pair of modalities.

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
    """Something a control found wrong; `refuses` says whether the gate may not pass it."""

    control: str
    message: str
    refuses: bool
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ControlResult:
    """What one control measured: figures by name, one line for people, and what it found wrong."""

    control: str
    subject: str
    summary: str
    figures: dict[str, Any]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class SweepMethod:
    """A method whose number of components is varied.

    Attributes:
        name: ours, e.g. ``DCCA weighted``.
        in_paper: what the paper calls it; "" where the paper has none like it.
        settings: hyper-parameters, the same in every run; none is chosen on data.
        most: components there can be at most, the features of the narrower view; None where nothing bounds them.
        seconds: wall time of all its fits.
    """

    name: str
    in_paper: str
    settings: dict[str, Any] = field(default_factory=dict)
    most: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SweepCell:
    """One method with so many components, asked in one direction: figures over the runs it was fitted in.

    Attributes:
        method: name of the method.
        query: modality asked with; `target` the one looked for.
        n_components: of the method.
        n_runs: runs the figures are of.
        mean: figure → mean over the runs: ``mrr``, ``recall_1``, ``recall_5``, and ``mrr_category`` where there are
            categories.
        deviation: figure → standard deviation between the runs (n − 1); empty for one run.
    """

    method: str
    query: str
    target: str
    n_components: int
    n_runs: int
    mean: dict[str, float]
    deviation: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SweepLink:
    """Whether a method fixed beforehand tells the pairs of one run's test part from re-pairings of whole groups.

    Attributes:
        run: the run; `method`, `n_components` and `shrinkage` (the ridge, 0 to 1) what was asked.
        mrr: mean of both directions; `null_mrr` that of the re-pairings.
        p_value: share of re-pairings with an MRR at least as high.
        detection_limit_mrr: smallest MRR that would have had p < 0.01; None where no MRR has.
    """

    run: str
    method: str
    n_components: int
    shrinkage: float
    mrr: float
    null_mrr: float
    p_value: float
    detection_limit_mrr: float | None


@dataclass(frozen=True, slots=True)
class SweepScheme:
    """A way of splitting, with what was measured on it.

    Attributes:
        name: ``random`` or ``disjoint``.
        runs: splits of that kind, as their table names them.
        n_train: pairs fitted to in each run; `n_test` those asked, which are the gallery.
        groups_on_both_sides: share of each run's test pairs whose group, such as an artist, is in its train part too.
        chance: figure → what a random order gives, mean over the runs.
        link: whether the first run's pairs are told from re-paired ones.
        cells: what was measured.
    """

    name: str
    runs: tuple[str, ...]
    n_train: tuple[int, ...]
    n_test: tuple[int, ...]
    groups_on_both_sides: tuple[float, ...]
    chance: dict[str, float]
    link: SweepLink
    cells: tuple[SweepCell, ...]

    def cell(self, method: str, query: str, n_components: int) -> SweepCell | None:
        """Return a cell, None where it was not measured."""
        key = (method, query, n_components)
        return next((c for c in self.cells if (c.method, c.query, c.n_components) == key), None)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Retrieval over numbers of components and runs, as a paper tables it.

    Attributes:
        pair: the two modalities.
        components: numbers of components.
        methods: what was fitted or could have been.
        schemes: random splits, and the one without a group on both sides where there is one.
        epochs: epochs of the deep methods as a share of the paper's.
        limited_to: random splits that were asked for; None when all of the recipe's were.
        notes: what was not run and how to run it, one sentence each.
    """

    pair: tuple[str, str]
    components: tuple[int, ...]
    methods: tuple[SweepMethod, ...]
    schemes: tuple[SweepScheme, ...]
    epochs: float
    limited_to: int | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairedViews(Result):
    """Everything that the suite measures.

    Attributes:
        chance: of the test split: ``mrr``, ``recall_1``, ``recall_5``, ``recall_10``, ``median_rank``, ``mean_rank``.
        certain_pairs: pairs whose link is certain by construction.
        curves: plot → pair (``audio–sheet``) → lines; plots are ``components``, ``learning`` and ``split_leakage``.
        paper: paper whose table is printed beside ours; "" for none.
        n_permutations: re-pairings behind each p-value; 0 when unknown.
        sweep: figures over numbers of components and runs; None where the recipe asks for none, or nobody wanted them.
    """

    views: tuple[ViewFacts, ...]
    chance: dict[str, float]
    certain_pairs: tuple[tuple[str, str], ...]
    baselines: tuple[BaselineResult, ...]
    controls: tuple[ControlResult, ...]
    curves: dict[str, dict[str, tuple[Curve, ...]]]
    shape: tuple[str, ...]
    paper: str = ""
    n_permutations: int = 0
    sweep: Sweep | None = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """List the pairs of modalities in the order they were evaluated."""
        return list(dict.fromkeys(baseline.pair for baseline in self.baselines))

    def as_json(self) -> dict[str, Any]:
        """Return its fields; a detection limit that no MRR reaches is None."""
        values = dataclasses.asdict(self)
        for baseline in values["baselines"]:
            baseline["detection_limit_mrr"] = limit_as_json(baseline["detection_limit_mrr"])
        return values

    @classmethod
    def of_json(cls, values: dict[str, Any]) -> Self:
        """Rebuild it from what `as_json` gave."""
        for baseline in _dicts(values.get("baselines")):
            if "detection_limit_mrr" in baseline and baseline["detection_limit_mrr"] is None:
                baseline["detection_limit_mrr"] = math.inf
        return TypeAdapter(cls).validate_python(values)


Validation = suite.Validation[PairedViews]


def limit_as_json(limit: float) -> float | None:
    """Return a detection limit, None where no MRR reaches it."""
    return None if limit == math.inf else limit


def _dicts(value: Any) -> Iterable[dict[str, Any]]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()

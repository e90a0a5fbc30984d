"""What a build would do, before it does it: for every recipe, from what its stages declare."""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Any

from musicdata.definitions import contract as contracts
from musicdata.engine.expectation import counted, expected_of
from musicdata.engine.state import StageStatus, stage_states
from musicdata.system import paths
from musicdata.wording import as_table
from musicdata.workspace import ledger as ledgers
from musicdata.workspace.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.definitions.cost import Counts, Expected
    from musicdata.definitions.head import Budget
    from musicdata.definitions.recipe import Recipe, Step
    from musicdata.definitions.stage import Network
    from musicdata.workspace.folder import Workspace

SAMPLE = "sample_id"
_ANSWER_S = 0.4  # of a call, on the average


@dataclasses.dataclass(frozen=True, slots=True)
class ServicePlan:
    """What would be asked of one service.

    Attributes:
        calls: still to make, about.
        per_day: calls a day that its budget allows; 0 for no limit of ours.
        interval_s: between two calls.
        days: of its quota.
        hours: of its calls one after the other.
    """

    calls: int
    per_day: int
    interval_s: float
    days: int
    hours: float


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """What a build or a crawl would do; None stands for what cannot be told.

    Attributes:
        dataset: its name.
        stages: each stage's state now.
        files: files of the sources by ending.
        rows: table → its rows in the end, about; of a crawl, at most.
        samples: of the table that introduces them; None where no table does, too.
        samples_are_counted: it is sealed and up to date.
        complete: table that a release takes its samples from → how many, about; of a crawl, at most.
        wanted: stage that calls services → items it will want, at most; `ended` those that have ended already.
        services: service → what would be asked of it.
        bytes: size of the finished workspace.
        download_bytes: still to receive.
        cpu_s: processor time still to spend.
        wall_s: on the clock, the processor time divided among the workers; at the least, where services are called.
        unknown: figure → stages that it leaves out, because they do not say what they cost.
        options: what the recipe's short options mean.
        changes: in what it differs from what the workspace was asked for before; "" where it does not.
        remarks: what of the sources should be known before anything runs, a sentence each.
    """

    dataset: str
    stages: tuple[StageStatus, ...]
    files: dict[str, int]
    rows: dict[str, int | None]
    samples: int | None
    samples_are_counted: bool
    complete: dict[str, int | None]
    wanted: dict[str, int | None]
    ended: dict[str, int]
    services: dict[str, ServicePlan]
    bytes: int | None
    download_bytes: int | None
    cpu_s: float | None
    wall_s: float | None
    unknown: dict[str, tuple[str, ...]]
    options: dict[str, str]
    changes: str = ""
    remarks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        stale = sum(bool(state.reasons) for state in self.stages)
        samples = "unknown how many" if self.samples is None else f"{self.samples:,}"
        minutes = "unknown" if self.cpu_s is None else f"{self.cpu_s / 60:,.1f} min"
        return (
            f"<Plan {self.dataset}: {stale} of {len(self.stages)} stages to run, {samples} samples, "
            f"processor time {minutes}>"
        )

    def _repr_html_(self) -> str:
        rows = [(state.stage, "; ".join(state.reasons) or "up to date") for state in self.stages]
        return as_table(("stage", "why"), rows, repr(self))


@dataclasses.dataclass(frozen=True, slots=True)
class _Figures:
    """What is still to do for one stage; None for what it does not say."""

    stage: str
    expected: Expected | None
    items: float | None
    cpu_s: float | None
    bytes: float | None
    calls: Mapping[str, float] | None
    download_bytes: float | None


def plan(recipe: Recipe, workspace: Workspace, workers: int) -> Plan:
    """Say what a build or a crawl would do.

    Raises:
        InputError: the source cannot be read.
    """
    states = stage_states(recipe, workspace)
    n_wanted, ended = _in_ledger(recipe, workspace)
    counts: dict[str, float] = {}
    stages: list[_Figures] = []
    for step, state in zip(recipe.steps, states, strict=True):
        figures = _figures(step, state, counts, n_wanted.get(step.stage.name), ended.get(step.stage.name, 0))
        counts |= counted(step, {} if state.reasons else state.rows, figures.expected, counts)
        stages.append(figures)
    totals, unknown = _totals(stages)
    services = _services(recipe, stages)
    hours = sum(max(24.0 * (service.days - 1), service.hours) for service in services.values())
    cpu_s = totals["cpu_s"]
    complete = [recipe.release.complete] if recipe.release else []
    samples_of = next((t for t in recipe.tables() if contracts.load(t).introduces == SAMPLE), "")
    return Plan(
        dataset=recipe.dataset.name,
        stages=tuple(states),
        files=_files(stages),
        rows={table: _round(counts.get(table)) for table in recipe.tables()},
        samples=_round(counts.get(samples_of)),
        samples_are_counted=any(samples_of in state.rows for state in states if not state.reasons),
        complete={table: _round(counts.get(f"{table}.{SAMPLE}")) for table in complete},
        wanted={s.stage: _round(s.items) for s, step in zip(stages, recipe.steps, strict=True) if step.stage.network},
        ended=ended,
        services=services,
        bytes=_round(totals["bytes"]),
        download_bytes=_round(totals["download_bytes"]),
        cpu_s=cpu_s,
        wall_s=None if cpu_s is None and not services else (cpu_s or 0.0) / workers + 3600 * hours,
        unknown=unknown,
        options={str(option): help_text for option, help_text in recipe.options.help.items()},
        remarks=tuple(text for figures in stages if figures.expected for text in figures.expected.remarks),
    )


def _in_ledger(recipe: Recipe, workspace: Workspace) -> tuple[dict[str, int], dict[str, int]]:
    """Return stage → items it wants, where a recipe of these stages has got there already, and those that ended."""
    network = [step.stage.name for step in recipe.steps if step.stage.network]
    if not network or not ledgers.exists(workspace):
        return {}, {}
    with Ledger(workspace, read_only=True) as ledger:
        ended = {name: sum(n for (outcome, _), n in ledger.counts(name).items() if outcome) for name in network}
        n_wanted = {name: ledger.n_wanted(name) for name in network if ledger.plan(name)}
    return (n_wanted if _is_of(recipe, workspace) else {}), ended


def _is_of(recipe: Recipe, workspace: Workspace) -> bool:
    """Say whether a workspace was last built by these stages with these parameters."""
    path = workspace.root / "recipe.toml"
    if not path.is_file():
        return False
    try:
        there = tomllib.loads(paths.read_regular(path).decode("utf-8")).get("stage")
    except ValueError:  # it is damaged
        return False
    here = tomllib.loads(recipe.toml()).get("stage")
    return bool(here == there)


def _figures(step: Step, state: StageStatus, counts: Counts, n_wanted: int | None, n_ended: int) -> _Figures:
    """Return what is still to do for a stage.

    Args:
        step: the stage with its parameters.
        state: of it in the workspace.
        counts: what is known of the tables before it.
        n_wanted: items of a network stage as the ledger has them; None where it does not know yet.
        n_ended: those of them that have ended.
    """
    stage, parameters = step.stage, step.parameters
    expected = expected_of(step, counts)
    cost = stage.cost_of(parameters, expected) if expected else None
    items = n_wanted if n_wanted is not None else expected.items if expected else None
    left = 0.0 if not state.reasons and stage.network is None else items
    calls, received = None, None
    if (network := stage.network) is not None:
        left = max(items - n_ended, 0.0) if items is not None else None if state.reasons else 0.0
        calls = _calls(network, parameters, counts, left) if expected or not left else None
        received = _times(left, network.download_bytes(parameters) if network.download_bytes else None)
    return _Figures(
        stage=stage.name,
        expected=expected,
        items=items,
        cpu_s=_times(left, cost.cpu_s if cost else None),
        bytes=_times(items, cost.bytes if cost else None) if state.reasons else state.bytes,
        calls=calls if network else {},
        download_bytes=received if network else 0.0,
    )


def _calls(network: Network[Any], parameters: Any, counts: Counts, left: float | None) -> dict[str, float] | None:
    """Return service → calls still to make; None where the stage does not say."""
    if left == 0:
        return dict.fromkeys(network.services, 0.0)
    if left is None or network.calls is None:
        return None
    each = network.calls(parameters, counts)
    return {service: left * each.get(service, 0.0) for service in network.services}


def _totals(stages: list[_Figures]) -> tuple[dict[str, float | None], dict[str, tuple[str, ...]]]:
    """Return figure → sum over the stages that say it, None where none does, and figure → stages it leaves out."""
    totals: dict[str, float | None] = {}
    unknown: dict[str, tuple[str, ...]] = {}
    for name in ("cpu_s", "bytes", "download_bytes", "calls"):
        by_stage = {figures.stage: getattr(figures, name) for figures in stages}
        if missing := tuple(stage for stage, value in by_stage.items() if value is None):
            unknown[name] = missing
        if name != "calls":
            values = [value for value in by_stage.values() if value is not None]
            totals[name] = sum(values) if values else None
    return totals, unknown


def _services(recipe: Recipe, stages: list[_Figures]) -> dict[str, ServicePlan]:
    calls: Counter[str] = Counter()
    for figures in stages:
        calls.update(figures.calls or {})
    if recipe.crawl is None:
        return {}
    return {name: _service_plan(math.ceil(n), recipe.crawl.budgets[name]) for name, n in sorted(calls.items())}


def _service_plan(calls: int, budget: Budget) -> ServicePlan:
    days = math.ceil(calls / budget.per_day) if budget.per_day else math.ceil(calls * budget.interval_s / 86_400)
    each_s = max(budget.interval_s, _ANSWER_S / budget.threads)
    return ServicePlan(calls, budget.per_day, budget.interval_s, max(days, min(calls, 1)), calls * each_s / 3600)


def _files(stages: list[_Figures]) -> dict[str, int]:
    files = Counter[str]()
    for figures in stages:
        files.update(figures.expected.files if figures.expected else {})
    return dict(sorted(files.items()))


def _times(n: float | None, each: float | None) -> float | None:
    return 0.0 if n == 0 else None if n is None or each is None else n * each


def _round(n: float | None) -> int | None:
    return None if n is None else round(n)

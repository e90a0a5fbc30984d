"""The deep part of a sweep: a new model for every number of components and every run, as long as the paper's."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musicdata.errors import UsageError
from musicdata_baselines.suites.paired_views.sweep.figures import Measured, measure_scores
from musicdata_baselines.suites.paired_views.sweep.linear import RIDGE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.sweep.data import Material, Run
    from musicdata_baselines.suites.paired_views.sweep.linear import Scores
    from musicdata_baselines.suites.paired_views.sweep.plan import Plan

MVE, DCCA, JOINT = "MVE", "DCCA", "JointTrain-DCCA"
WEIGHTED = " weighted"

# What the paper gives (VI-A: epochs, batch, margin; Table II: layers). It names no optimiser, learning rate or ridge:
# AdamW at 1e-3 and a small ridge. Nothing is chosen on data; in an 80/20 split there is no part to choose it on.
SETTINGS: dict[str, dict[str, Any]] = {
    MVE: {"epochs": 1280, "batch_size": 1000, "learning_rate": 1e-3, "margin": 0.3, "negatives": "one"},
    DCCA: {"epochs": 400, "batch_size": 1000, "learning_rate": 1e-3, "architecture": "paper", "ridge": RIDGE},
    JOINT: {"epochs": 200, "batch_size": 1000, "learning_rate": 1e-3, "architecture": "paper", "ridge": RIDGE},
}


@dataclass(slots=True)
class Trained:
    """Gathers what was trained: figures, seconds by method, and what failed."""

    measured: list[Measured] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def settings_of(method: str, plan: Plan) -> dict[str, Any]:
    """Return the hyper-parameters of a method, epochs as planned."""
    return SETTINGS[method] | {"epochs": plan.epochs_of(SETTINGS[method]["epochs"])}


def methods_of(material: Material) -> list[str]:
    """List the deep methods there is something to fit to."""
    return [MVE, DCCA, *([JOINT] if material.sequences is not None else [])]


@dataclass(frozen=True, slots=True)
class Trainer:
    """Trains one method after the other.

    Attributes:
        material: what to train on.
        plan: how long.
        components: numbers of components.
        device: ``auto``, ``cpu`` or ``cuda``.
        seed: of the first run; the next one has the next.
        progress: is told of each fit.
    """

    material: Material
    plan: Plan
    components: Sequence[int]
    device: str
    seed: int
    progress: Callable[[str], None]

    def train(self, runs: Sequence[Run]) -> Trained:
        """Train every method with every number of components on every run."""
        out = Trained()
        for method in methods_of(self.material):
            audio = self.material.audio if method != JOINT else None
            if audio is None and self.material.sequences is not None:
                audio = self.material.sequences()
            for k in self.components:
                for number, run in enumerate(runs):
                    self._train_one(out, method, audio, k, run, self.seed + number)
        return out

    def _train_one(self, out: Trained, method: str, audio: Any, k: int, run: Run, seed: int) -> None:
        started = time.monotonic()
        views = (audio, self.material.lyrics)
        if len(run.train) <= k:
            out.failures.append(f"{method} with {k} components, run {run.name}: {len(run.train)} pairs are too few")
            return
        model = self._make(method, k, seed)
        try:
            model.fit([view[run.train] for view in views])
        except UsageError as error:  # one fit of hours: the others are kept
            out.failures.append(f"{method} with {k} components, run {run.name}: {error}")
            return
        a, b = model.transform([view[run.test] for view in views])
        out.measured += self._measure(method, k, run, model, (a, b))
        seconds = time.monotonic() - started
        out.seconds[method] = out.seconds.get(method, 0.0) + seconds
        mrr = out.measured[-1].figures[0]["mrr"]
        self.progress(f"  {out.measured[-1].method}, {k} components, run {run.name}: MRR {mrr:.4f}, {seconds:.1f} s")

    def _make(self, method: str, k: int, seed: int) -> Any:
        from musicdata_baselines.deep import dcca, joint_train, mve

        make: Any = {MVE: mve.MVE, DCCA: dcca.DCCA, JOINT: joint_train.JointTrainDCCA}[method]
        plain = {} if method == MVE else {"weighting": "none"}
        return make(n_components=k, seed=seed, device=self.device, **settings_of(method, self.plan), **plain)

    def _measure(self, method: str, k: int, run: Run, model: Any, scores: Scores) -> list[Measured]:
        categories = self.material.categories
        of_test: NDArray[Any] | None = categories[run.test] if categories is not None else None
        measured = [Measured(method, k, run.name, measure_scores(*scores, of_test))]
        if method != MVE:
            a, b = (side * model.linear_.importance(1.0) for side in scores)
            measured.append(Measured(method + WEIGHTED, k, run.name, measure_scores(a, b, of_test)))
        return measured

"""What a sweep measures: against estimators used by hand, against chance, and twice."""

from __future__ import annotations

import dataclasses
import importlib.util
from typing import Any

import numpy as np
import pytest

import musicdata_baselines as baselines
from musicdata.errors import UsageError
from musicdata_baselines import retrieval
from musicdata_baselines.suites.paired_views import sweep
from musicdata_baselines.suites.paired_views.results import Sweep, SweepScheme
from musicdata_baselines.suites.paired_views.sweep import Plan, make_plan
from tests.baselines.suites.paired_views.sweep import made

LINEAR = Plan(deep=False, why_not="not now")
COMPONENTS = (5, 10, 65, 70)
FEW = 1000


def run(material: sweep.Material, plan: Plan = LINEAR, components: tuple[int, ...] = COMPONENTS, **more: Any) -> Sweep:
    return sweep.measure(material, components, plan, device="cpu", n_permutations=FEW, **more)


@pytest.fixture(scope="module")
def found() -> Sweep:
    return run(made.material())


def test_figures_are_those_of_an_estimator_fitted_for_each_size(found: Sweep) -> None:
    material = made.material()
    assert material.categories is not None
    of_runs = []
    for one in material.random:
        train, test = ([view[rows] for view in (material.audio, material.lyrics)] for rows in (one.train, one.test))
        model = baselines.CCA(n_components=10, shrinkage=1e-4 / 1.0001, device="cpu").fit(train)
        asked = baselines.evaluate(*model.transform(test), categories=material.categories[one.test], n_bootstraps=1)
        of_runs.append((asked.b_to_a.metrics.mrr, asked.b_to_a.metrics.recall[5], asked.b_to_a.category))
    cell = found.schemes[0].cell("CCA", "lyrics", 10)
    assert cell is not None
    mrr, recall_5, category = zip(*of_runs, strict=True)
    assert cell.mean["mrr"] == pytest.approx(np.mean(mrr), rel=1e-9)
    assert cell.deviation["mrr"] == pytest.approx(np.std(mrr, ddof=1), rel=1e-6)
    assert cell.mean["recall_5"] == pytest.approx(np.mean(recall_5), rel=1e-9)
    assert cell.mean["mrr_category"] == pytest.approx(np.mean([c.mrr for c in category if c is not None]), rel=1e-9)


def test_a_view_of_65_features_has_no_70_components(found: Sweep) -> None:
    scheme = found.schemes[0]
    assert scheme.cell("CCA", "audio", 65) is not None
    assert scheme.cell("CCA", "audio", 70) is None
    assert found.methods[0].most == 65
    assert [len(one.runs) for one in found.schemes] == [5, 1]
    assert scheme.cells[0].n_runs == 5
    assert not found.schemes[1].cells[0].deviation


def test_a_planted_link_is_seen_in_both_kinds_of_split(found: Sweep) -> None:
    for scheme in found.schemes:
        assert scheme.link.p_value <= 1 / FEW
        assert scheme.link.mrr > 3 * scheme.link.null_mrr
        chance = scheme.chance["mrr"]
        assert scheme.link.null_mrr == pytest.approx(chance, rel=0.1)
        assert chance == pytest.approx(retrieval.chance(scheme.n_test[0]).mrr)


def test_no_link_is_seen_where_there_is_none() -> None:
    material = made.material()
    shuffled = np.random.default_rng(1).permutation(len(material.audio))
    found = run(dataclasses.replace(material, lyrics=material.lyrics[shuffled]))
    assert all(scheme.link.p_value > 0.01 for scheme in found.schemes)


def test_a_random_split_has_artists_on_both_sides_and_gains_by_it() -> None:
    """The lyrics tell the artist and nothing else: only a split that tears artists finds anything."""
    material = made.material(noise=0.5, artist_share=1.0)
    random, apart = run(material, components=(8,)).schemes
    assert min(random.groups_on_both_sides) > 0.8
    assert apart.groups_on_both_sides == (0.0,)
    assert _mrr(random, 8) / random.chance["mrr"] > 1.2 * _mrr(apart, 8) / apart.chance["mrr"]


def _mrr(scheme: SweepScheme, k: int) -> float:
    cell = scheme.cell("CCA weighted", "audio", k)
    assert cell is not None
    return cell.mean["mrr"]


def test_without_categories_and_with_fewer_runs_less_is_told() -> None:
    material = dataclasses.replace(made.material(), categories=None, disjoint=None, sequences=None)
    found = run(material, dataclasses.replace(LINEAR, runs=2))
    assert [scheme.runs for scheme in found.schemes] == [("paper_0", "paper_1")]
    assert set(found.schemes[0].chance) == {"mrr", "recall_1", "recall_5"}
    assert any("2 of 5 random splits" in note for note in found.notes)
    assert any("no spectrograms" in note for note in found.notes)


def test_what_was_not_trained_is_told_and_how_to_train_it(found: Sweep) -> None:
    (note,) = found.notes
    assert "MVE, DCCA, JointTrain-DCCA were not trained" in note
    assert "--device cuda" in note
    assert {cell.method for scheme in found.schemes for cell in scheme.cells} == {"CCA", "CCA weighted"}


@pytest.fixture(scope="module")
def trained() -> Sweep:
    return run(_small(), Plan(deep=True, runs=1, epochs=0.004), components=(10,))


def _small() -> sweep.Material:
    return dataclasses.replace(made.material(80), disjoint=None)


def test_deep_methods_are_trained_in_every_run_and_their_epochs_told(trained: Sweep) -> None:
    methods = {cell.method for cell in trained.schemes[0].cells}
    assert methods == {method.name for method in trained.methods}
    assert methods >= {"MVE", "DCCA", "DCCA weighted", "JointTrain-DCCA", "JointTrain-DCCA weighted"}
    epochs = {method.name: method.settings.get("epochs") for method in trained.methods}
    assert (epochs["MVE"], epochs["DCCA"], epochs["JointTrain-DCCA"]) == (5, 2, 1)
    assert any("0.004 times the paper's epochs" in note for note in trained.notes)
    for cell in trained.schemes[0].cells:
        assert 0 < cell.mean["mrr"] <= 1
        assert cell.mean["recall_1"] <= cell.mean["mrr"] <= cell.mean["mrr_category"]


@pytest.mark.long
def test_a_seed_gives_the_same_figures_and_another_seed_others(trained: Sweep) -> None:
    again, other = (run(_small(), Plan(deep=True, runs=1, epochs=0.004), (10,), seed=seed) for seed in (0, 1))
    assert again.schemes[0].cells == trained.schemes[0].cells
    assert _of("DCCA", other) != _of("DCCA", trained)
    assert _of("CCA", other) == _of("CCA", trained)


def _of(method: str, found: Sweep) -> list[dict[str, float]]:
    return [cell.mean for cell in found.schemes[0].cells if cell.method == method]


def test_more_components_than_pairs_are_left_out_and_told() -> None:
    found = run(dataclasses.replace(_small(), sequences=None), Plan(deep=True, runs=1, epochs=0.001), (64,))
    assert any(note == "DCCA with 64 components, run paper_0: 64 pairs are too few" for note in found.notes)
    assert found.schemes[0].cell("DCCA", "audio", 64) is None


@pytest.mark.parametrize(
    ("wish", "trains"),
    [
        ({"sweep": None, "deep": None, "on_card": False}, False),
        ({"sweep": None, "deep": None, "on_card": True}, True),
        ({"sweep": None, "deep": False, "on_card": True}, False),
        ({"sweep": True, "deep": None, "on_card": False}, True),
        ({"sweep": True, "deep": False, "on_card": True}, False),
    ],
)
def test_deep_methods_run_on_a_card_or_when_told(wish: dict[str, Any], trains: bool) -> None:
    plan = make_plan(**wish)
    assert plan is not None
    assert plan.deep is trains
    assert bool(plan.why_not) is not trains
    assert importlib.util.find_spec("torch") is not None  # else this proves nothing


def test_a_plan_that_makes_no_sense_is_refused() -> None:
    assert make_plan(sweep=False, deep=None, on_card=True) is None
    with pytest.raises(UsageError, match="runs is 0"):
        Plan(deep=True, runs=0)
    with pytest.raises(UsageError, match="epochs is 0"):
        Plan(deep=True, epochs=0)
    assert Plan(deep=True, epochs=0.5).epochs_of(1280) == 640
    assert Plan(deep=True, epochs=1e-9).epochs_of(400) == 1

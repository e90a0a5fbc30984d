"""The contract of every estimator, found by walking the package."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

import musicdata_baselines
from musicdata_baselines import models
from musicdata_baselines.errors import NotFittedError, ViewError
from musicdata_baselines.estimator import Estimator, Model
from tests.baselines.linear.paired import make

N_ROWS = 80


def find() -> dict[str, type[Model]]:
    """Return every class of the package that can be fitted, by name."""
    found = {}
    for module in pkgutil.walk_packages(musicdata_baselines.__path__, "musicdata_baselines."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if (
                inspect.isclass(value)
                and issubclass(value, Model)
                and not inspect.isabstract(value)
                and value is not Model
            ):
                found[name] = value
    return found


FOUND = find()
LINEAR = {"CCA", "GCCA", "MCCA", "WSABIE"}
DEEP = {"DCCA", "DGCCA", "JointTrainDCCA", "MVE", "InfoNCE", "ResidualCCA", "TwoBranch"}
OF_VIEWS = {name: kind for name, kind in FOUND.items() if issubclass(kind, Estimator)}


def construct(name: str, **more: Any) -> Any:
    """Return an estimator that is quick to fit."""
    few = {"n_components": 2, "epochs": 1, "batch_size": 40, "device": "cpu", **more}
    return FOUND[name](**{key: value for key, value in few.items() if key in inspect.signature(FOUND[name]).parameters})


def views_for(name: str) -> list[Any]:
    if name == "JointTrainDCCA":  # audio frame by frame
        audio, lyrics = make(N_ROWS, (20 * 161, 12))
        return [audio.reshape(N_ROWS, 20, 161), lyrics]
    return make(N_ROWS, (8, 6))


def test_all_are_found() -> None:
    assert set(FOUND) == LINEAR | DEEP | {"RandomizedPCA"}
    assert set(models.MODULES) == set(FOUND)


@pytest.mark.parametrize("name", sorted(FOUND))
def test_constructors_only_store_so_that_scikit_learn_can_clone(name: str) -> None:
    strange = {key: object() for key in inspect.signature(FOUND[name]).parameters}
    model = FOUND[name](**strange)
    assert model.get_params(deep=False) == strange
    assert vars(model) == strange
    original = construct(name)
    copy = clone(original)
    assert copy is not original
    assert copy.get_params() == original.get_params()
    assert copy.set_params(n_components=7).n_components == 7


@pytest.mark.parametrize("name", sorted(FOUND))
def test_docstrings_say_what_is_solved_by_whom_and_how_it_fails(name: str) -> None:
    doc = inspect.getdoc(FOUND[name]) or ""
    for part in ("Args:", "Raises:", "Example:", ">>>"):
        assert part in doc
    for parameter in inspect.signature(FOUND[name]).parameters:
        assert f"\n    {parameter}: " in doc
    assert any(f" {year}" in doc for year in range(1930, 2030)), "no paper"


@pytest.mark.parametrize("name", sorted(OF_VIEWS))
def test_every_estimator_fits_scores_saves_and_loads(name: str, tmp_path: Any) -> None:
    views = views_for(name)
    estimator = construct(name)
    before = estimator.get_params()
    with pytest.raises(NotFittedError):
        estimator.transform(views)
    assert estimator.fit(views) is estimator
    assert estimator.get_params() == before
    scores = estimator.transform(views)
    columns = 4 if name == "ResidualCCA" else 2  # linear scores, and those of the networks beside them
    assert [(type(score), score.shape) for score in scores] == [(np.ndarray, (N_ROWS, columns))] * 2
    assert all(np.isfinite(score).all() and (score.std(axis=0) > 0).all() for score in scores)
    assert -1 <= estimator.score(views) <= 1
    loaded = models.load(models.save(estimator, tmp_path / "model"))
    assert type(loaded) is type(estimator)
    assert loaded.get_params() == before
    for mine, other in zip(loaded.transform(views), scores, strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.long) if n == "JointTrainDCCA" else n for n in sorted(OF_VIEWS)]
)
def test_the_same_seed_gives_the_same_scores(name: str) -> None:
    views = views_for(name)
    for mine, other in zip(construct(name).fit_transform(views), construct(name).fit_transform(views), strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("name", sorted(OF_VIEWS))
def test_bad_views_are_named_errors(name: str) -> None:
    views = views_for(name)
    missing = [views[0].copy(), views[1]]
    missing[0][3] = np.nan
    for bad in ([views[0]], [views[0], views[1][:-1]], missing, [views[0][:1], views[1][:1]]):
        with pytest.raises(ViewError):
            construct(name).fit(bad)
    fitted = construct(name).fit(views)
    for bad in ([views[0]], [views[0], views[1][:, :-1]], missing):
        with pytest.raises(ViewError):
            fitted.transform(bad)

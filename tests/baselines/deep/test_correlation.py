"""DCCA and DGCCA: linear ones reach the closed form, deep ones find what linear ones cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from musicdata.errors import UsageError
from musicdata_baselines.deep.dcca import DCCA
from musicdata_baselines.deep.dgcca import DGCCA
from musicdata_baselines.errors import DeviceError, NotFittedError, ViewError
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.gcca import GCCA
from musicdata_baselines.retrieval import mean_mrr
from tests.baselines.deep.planted import linked, sign_free, split

QUICK: dict[str, Any] = {"n_components": 3, "epochs": 2, "device": "cpu"}


class _Linear:
    """Makes of a deep CCA a linear one."""

    WEIGHT_DECAY = 0.0
    n_features_in_: list[int]
    n_components: int

    def _build(self) -> nn.ModuleList:
        return nn.ModuleList([nn.Linear(n_features, self.n_components) for n_features in self.n_features_in_])


class LinearDCCA(_Linear, DCCA):
    """DCCA with linear networks."""


class LinearDGCCA(_Linear, DGCCA):
    """DGCCA with linear networks."""


def views(n_views: int = 2, n_rows: int = 300) -> list[np.ndarray]:
    x, y = linked(n_rows, noise=0.8)
    return [x, y, (x[:, :8] + y[:, :8])][:n_views]


def test_linear_networks_reach_closed_form_cca() -> None:
    best = CCA(3).fit(views()).canonical_correlations_.sum()
    model = LinearDCCA(3, epochs=400, learning_rate=0.02, ridge=1e-6, device="cpu").fit(views())
    assert model.history_[0]["loss"] > -0.9 * best
    assert model.canonical_correlations_.sum() == pytest.approx(best, rel=1e-3)


def test_linear_networks_reach_closed_form_gcca() -> None:
    best = GCCA(3).fit(views(3)).eigenvalues_.sum()
    model = LinearDGCCA(3, epochs=400, learning_rate=0.02, ridge=1e-6, device="cpu").fit(views(3))
    assert model.linear_.eigenvalues_.sum() == pytest.approx(best, rel=1e-3)
    assert model.history_[-1]["loss"] == pytest.approx(-best, rel=1e-3)


def test_dcca_finds_a_link_that_no_linear_map_has() -> None:
    train, test = split(linked(600, sign_free, noise=0.1), 400, 200)
    linear = mean_mrr(*CCA(4, shrinkage=0.1).fit(train).transform(test))
    deep = mean_mrr(*DCCA(8, epochs=40, device="cpu").fit(train).transform(test))
    assert linear < 0.1  # chance is 0.029
    assert deep > 0.4


def test_dgcca_finds_such_a_link_among_three_views() -> None:
    x, y = linked(600, sign_free, noise=0.1)
    train, test = split([x, y, np.abs(y)], 400, 200)
    linear = GCCA(4, shrinkage=0.1).fit(train).transform(test)
    deep = DGCCA(8, epochs=40, device="cpu").fit(train).transform(test)
    assert mean_mrr(linear[0], linear[1]) < 0.1
    assert mean_mrr(deep[0], deep[1]) > 0.3


@pytest.mark.parametrize("architecture", ["paper", "best"])
@pytest.mark.parametrize("make", [DCCA, DGCCA])
def test_a_seed_gives_the_same_bytes_and_another_seed_others(make: type[DCCA], architecture: str) -> None:
    train, valid = split(views(), 200, 100)

    def fit(seed: int) -> list[np.ndarray]:
        model = make(**QUICK, architecture=architecture, batch_size=100, seed=seed)
        return model.fit(train, valid=valid).transform(valid)

    torch.manual_seed(0)
    first = fit(0)
    torch.manual_seed(1)
    assert [scores.tobytes() for scores in fit(0)] == [scores.tobytes() for scores in first]
    assert not np.array_equal(fit(1)[0], first[0])


def test_the_epoch_with_the_best_mrr_on_held_out_views_is_kept() -> None:
    train, valid = split(views(), 200, 100)
    model = DCCA(3, epochs=6, device="cpu").fit(train, valid=valid)
    figures = [epoch["valid_mrr"] for epoch in model.history_]
    assert len(figures) == 7
    assert model.best_epoch_ == int(np.argmax(figures))
    assert mean_mrr(*model.transform(valid)) == max(figures)


def test_scores_are_those_of_a_linear_cca_of_the_encodings() -> None:
    model = DCCA(**QUICK, weighting="none", ridge=1e-6).fit(views())
    a, b = model.transform(views())
    np.testing.assert_allclose(a.T @ a / 299, np.eye(3), atol=1e-4)
    np.testing.assert_allclose(a.T @ b / 299, np.diag(model.canonical_correlations_), atol=1e-4)
    assert model.score(views()) == pytest.approx(model.canonical_correlations_.mean(), abs=1e-4)


def test_scale_and_offset_of_the_columns_do_not_matter() -> None:
    first, second = views()
    one = DCCA(**QUICK).fit([first, second]).canonical_correlations_
    scaled = [(first * 1e3 + 1e4).astype(np.float32), second * 1e-6]
    np.testing.assert_allclose(DCCA(**QUICK).fit(scaled).canonical_correlations_, one, atol=1e-3)


def test_a_constant_column_is_left_out_of_account() -> None:
    first, second = views()
    with_constant = np.hstack([first, np.full((300, 1), 1 / 3)])
    model = DCCA(**QUICK).fit([with_constant, second])
    assert model.scales_[0][-1] == 1.0
    assert all(np.isfinite(scores).all() for scores in model.transform([with_constant, second]))


def test_a_batch_larger_than_the_views_is_all_of_them() -> None:
    small, large = (DCCA(**QUICK, batch_size=size).fit(views()).transform(views())[0] for size in (300, 10**6))
    assert np.array_equal(small, large)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x, y: [np.where(x == x[4, 2], np.nan, x), y], "view 0, row 4, column 2"),
        (lambda x, y: [x[:-1], y], "the same item"),
        (lambda x, y: [x[:2], y[:2]], "2 rows for n_components=3"),
        (lambda x, y: [x[:3], y[:3]], "3 rows for n_components=3"),
        (lambda x, y: [x[:1], y[:1]], "1 rows"),
        (lambda x, y: [x], "1 views"),
        (lambda x, y: [x, np.full_like(y, np.nan)], "view 1 is missing in row 0"),
    ],
)
def test_views_that_cannot_be_fitted_are_named(spoil: Any, message: str) -> None:
    with pytest.raises(ViewError, match=message):
        DCCA(**QUICK).fit(spoil(*views()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"architecture": "paper2"},
        {"ridge": 0.0},
        {"ridge": float("nan")},
        {"n_components": 0},
        {"n_components": 2.5},
        {"epochs": -1},
        {"batch_size": 0},
        {"weighting": "correlated"},
    ],
)
def test_parameters_that_make_no_sense_are_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        DCCA(**(QUICK | wrong)).fit(views())


def test_an_unknown_device_is_named() -> None:
    with pytest.raises(DeviceError, match="'gpu' is unknown; there are auto, cpu, cuda"):
        DCCA(**(QUICK | {"device": "gpu"})).fit(views())


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")
def test_a_missing_card_is_named() -> None:
    with pytest.raises(DeviceError, match="no CUDA card"):
        DCCA(**(QUICK | {"device": "cuda"})).fit(views())


def test_dgcca_needs_two_views_and_dcca_no_third() -> None:
    with pytest.raises(ViewError, match="two or more"):
        DGCCA(**QUICK).fit(views()[:1])
    with pytest.raises(ViewError, match="3 views"):
        DCCA(**QUICK).fit(views(3))


def test_an_unfitted_model_and_another_width_are_named() -> None:
    with pytest.raises(NotFittedError, match="DCCA"):
        DCCA().transform(views())
    model = DCCA(**QUICK).fit(views())
    with pytest.raises(ViewError, match="fitted on 12"):
        model.transform([views()[1], views()[0]])
    with pytest.raises(ViewError, match="fitted on 12"):
        DCCA(**QUICK).fit(views(), valid=views()[::-1])

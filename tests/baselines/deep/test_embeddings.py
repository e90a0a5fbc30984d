"""MVE, InfoNCE and the residual network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicdata.errors import UsageError
from musicdata_baselines.deep.info_nce import InfoNCE
from musicdata_baselines.deep.mve import MVE
from musicdata_baselines.deep.residual import ResidualCCA
from musicdata_baselines.errors import DeviceError, ViewError
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.retrieval import mean_mrr, normalise
from tests.baselines.deep.planted import linked, sign_free, split

MAKES = [MVE, InfoNCE, ResidualCCA]


@pytest.mark.parametrize(
    ("model", "least"),
    [
        (MVE(8, epochs=60, learning_rate=3e-3, device="cpu"), 0.08),
        (MVE(8, epochs=60, learning_rate=3e-3, negatives="all", device="cpu"), 0.08),
        (InfoNCE(8, epochs=25, device="cpu"), 0.2),
        (ResidualCCA(8, epochs=50, device="cpu"), 0.15),
    ],
    ids=["MVE", "MVE all", "InfoNCE", "ResidualCCA"],
)
def test_each_finds_a_link_that_no_linear_map_has(model: Any, least: float) -> None:
    train, test = split(linked(600, sign_free, noise=0.1), 400, 200)
    assert mean_mrr(*CCA(4, shrinkage=0.1).fit(train).transform(test)) < 0.05  # chance is 0.029
    assert model.fit(train).score(test) > least


@pytest.mark.parametrize("make", MAKES)
def test_a_seed_gives_the_same_bytes_and_another_seed_others(make: Any) -> None:
    train, valid = split(linked(150), 100, 50)

    def fit(seed: int) -> np.ndarray:
        fitted = make(4, epochs=3, batch_size=50, seed=seed, device="cpu").fit(train)
        return np.hstack(fitted.transform(valid))

    assert fit(0).tobytes() == fit(0).tobytes()
    assert not np.array_equal(fit(0), fit(1))


@pytest.mark.parametrize("make", MAKES)
def test_the_best_epoch_on_held_out_views_is_kept(make: Any) -> None:
    train, valid = split(linked(150), 100, 50)
    model = make(4, epochs=4, device="cpu").fit(train, valid=valid)
    figures = [epoch["valid_mrr"] for epoch in model.history_]
    assert model.score(valid) == max(figures) == figures[model.best_epoch_]


@pytest.mark.parametrize("weighting", ["none", "correlation", 2.0])
def test_before_training_the_residual_network_is_the_weighted_cca_to_the_last_bit(weighting: str | float) -> None:
    train, valid, test = split(linked(200), 100, 50, 50)
    linear = CCA(4, shrinkage=0.1, weighting=weighting, device="cpu").fit(train)
    model = ResidualCCA(4, shrinkage=0.1, weighting=weighting, epochs=0, device="cpu").fit(train, valid=valid)
    assert model.gate_ == 0
    assert model.history_ == [{"epoch": 0, "loss": None, "valid_mrr": mean_mrr(*linear.transform(valid))}]
    for ours, theirs in zip(model.transform(test), linear.transform(test), strict=True):
        assert np.array_equal(ours, theirs)
    np.testing.assert_array_equal(model.canonical_correlations_, linear.canonical_correlations_)


def test_the_networks_begin_as_the_weighted_cca() -> None:
    views = linked(100)
    model = ResidualCCA(4, shrinkage=0.1, epochs=0, device="cpu").fit(views)
    for scores, linear in zip(model.transform(views), model.linear_.transform(views), strict=True):
        np.testing.assert_array_equal(scores[:, :4], linear)
        np.testing.assert_allclose(scores[:, 4:], linear, rtol=1e-4, atol=1e-5)


def test_cosines_are_a_mean_that_the_gate_weighs() -> None:
    train, test = split(linked(150), 100, 50)
    model = ResidualCCA(4, epochs=3, device="cpu").fit(train)
    linear, deep = (
        np.array([normalise(scores[:, part]) for scores in model.transform(test)])
        for part in (slice(0, 4), slice(4, None))
    )
    model.gate_ = 2.0
    whole = np.array([normalise(scores) for scores in model.transform(test)])
    expected = (linear[0] @ linear[1].T + 4 * deep[0] @ deep[1].T) / 5
    np.testing.assert_allclose(whole[0] @ whole[1].T, expected, atol=1e-12)


def test_the_residual_network_is_never_worse_than_its_cca_on_held_out_views() -> None:
    for seed, noise in enumerate([0.3, 1.0, 3.0]):
        train, valid = split(linked(150, noise=noise, seed=seed), 100, 50)
        model = ResidualCCA(4, epochs=5, seed=seed, device="cpu").fit(train, valid=valid)
        assert model.history_[0]["valid_mrr"] == mean_mrr(*model.linear_.transform(valid))
        assert model.score(valid) >= model.history_[0]["valid_mrr"]


def test_the_residual_network_adds_to_a_linear_link_what_is_not_linear() -> None:
    def link(z: np.ndarray) -> np.ndarray:
        return np.hstack([z[:, :2], sign_free(z)])

    train, valid, test = split(linked(900, link, noise=0.1), 500, 200, 200)
    model = ResidualCCA(8, epochs=30, device="cpu").fit(train, valid=valid)
    assert model.score(test) > 2 * mean_mrr(*model.linear_.transform(test))


def test_the_residual_network_chooses_its_ridge_on_held_out_views() -> None:
    train, valid = split(linked(90, noise=2.0), 40, 50)
    model = ResidualCCA(4, epochs=0, device="cpu").fit(train, valid=valid)
    tried = [CCA(4, c, "correlation").fit(train).transform(valid) for c in (0.01, 0.1, 0.9)]
    assert mean_mrr(*model.linear_.transform(valid)) >= max(mean_mrr(*scores) for scores in tried)


def test_more_components_than_the_views_have_are_as_many_as_they_have() -> None:
    views = linked(100)
    model = ResidualCCA(60, epochs=1, device="cpu").fit(views)
    assert model.linear_.n_components_ == 10
    assert model.transform(views)[0].shape == (100, 20)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (MVE(negatives="some"), "negatives"),  # type: ignore[arg-type]
        (MVE(margin=-0.1), "margin"),
        (InfoNCE(temperature=0.0), "temperature"),
        (ResidualCCA(temperature=float("nan")), "temperature"),
        (ResidualCCA(shrinkage=2.0), "shrinkage"),
        (InfoNCE(n_components=0), "n_components"),
    ],
)
def test_parameters_that_make_no_sense_are_named(model: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        model.fit(linked(50))


@pytest.mark.parametrize("make", MAKES)
def test_bad_views_and_devices_are_named(make: Any) -> None:
    x, y = linked(50)
    with pytest.raises(ViewError, match="the same item"):
        make(device="cpu").fit([x, y[:-1]])
    with pytest.raises(ViewError, match="view 1, row 3, column 1"):
        make(device="cpu").fit([x, np.where(y == y[3, 1], np.inf, y)])
    with pytest.raises(ViewError, match="1 rows"):
        make(device="cpu").fit([x[:1], y[:1]])
    with pytest.raises(DeviceError, match="'tpu'"):
        make(device="tpu").fit([x, y])


def test_two_rows_are_enough_for_a_contrast() -> None:
    views = [view[:2] for view in linked(50)]
    for make in (MVE, InfoNCE):
        fitted = make(4, epochs=1, device="cpu").fit(views)
        assert all(np.isfinite(scores).all() for scores in fitted.transform(views))

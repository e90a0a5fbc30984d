"""WSABIE: the gradient of its loss, and that it learns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicdata.errors import UsageError
from musicdata_baselines.errors import ViewError
from musicdata_baselines.groups import NONE
from musicdata_baselines.linear.wsabie import WSABIE, warp
from musicdata_baselines.retrieval.order import harmonic_numbers
from tests.baselines.linear.paired import make

LOSSES = (harmonic_numbers(20), harmonic_numbers(30))


def test_the_gradient_is_the_change_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    cosines, others = rng.uniform(-1, 1, (6, 6)), rng.integers(0, 6, (6, 3))
    others[others == np.arange(6)[:, None]] = NONE
    loss, gradient = warp(cosines, others, 0.2, LOSSES)
    assert loss > 0
    for i in range(6):
        for j in range(6):
            moved = cosines.copy()
            moved[i, j] += 1e-7
            assert (warp(moved, others, 0.2, LOSSES)[0] - loss) / 1e-7 == pytest.approx(gradient[i, j], abs=1e-5)


def test_a_partner_that_violates_at_the_first_try_counts_more_than_at_the_third() -> None:
    cosines = np.eye(4) - 0.5
    cosines[0, 1] = 0.49
    early, late = (
        warp(cosines, np.array([tries] + [[NONE] * 3] * 3), 0.2, LOSSES)[0] for tries in ([1, 2, 3], [2, 3, 1])
    )
    assert early / late == pytest.approx(LOSSES[0][20] / LOSSES[0][6])


def test_partners_beyond_the_margin_cost_nothing() -> None:
    loss, gradient = warp(np.eye(3), np.array([[1, 2], [0, 2], [0, 1]]), 0.2, LOSSES)
    assert loss == 0
    assert not gradient.any()


def test_it_finds_a_linear_link_and_keeps_to_its_steps() -> None:
    views = make(300, (12, 9))
    model = WSABIE(n_components=6, epochs=60, seed=1).fit(views)
    assert model.score(views) > 3 * (1 / np.arange(1, 301)).mean()
    assert model.history_[-1]["loss"] < model.history_[0]["loss"]
    assert WSABIE(max_steps=3).fit(views).n_steps_ == 3


def test_groups_pair_every_item_with_those_of_its_own() -> None:
    views: list[Any] = make(120, (8, 6))
    groups = np.arange(120) // 2
    model = WSABIE(n_components=4, epochs=80).fit([views[0], views[1][::2]], groups=[groups, groups[::2]])
    songs, texts = model.transform([views[0], views[1][::2]])
    assert (songs.shape, texts.shape) == ((120, 4), (60, 4))
    own = (songs[::2] * texts).sum(axis=1).mean()
    assert own > (songs[::2] @ texts.T).mean() + 0.1


@pytest.mark.parametrize("more", [{"tries": 0}, {"margin": 0.0}, {"learning_rate": -1.0}, {"epochs": 0}])
def test_senseless_parameters_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(more))):
        WSABIE(**more).fit(make(20, (3, 3)))


def test_one_group_is_refused() -> None:
    with pytest.raises(ViewError, match="fewer than two groups"):
        WSABIE().fit(make(20, (3, 3)), groups=[np.zeros(20), np.zeros(20)])

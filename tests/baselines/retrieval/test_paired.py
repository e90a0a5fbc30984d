"""Paired draws of groups: intervals agree with the plain bootstrap, differences are of the same queries."""

from __future__ import annotations

import numpy as np
import pytest

from musicdata_baselines.errors import ViewError
from musicdata_baselines.retrieval.inference import bootstrap_by_group
from musicdata_baselines.retrieval.paired import PairedDraws, holm

RNG = np.random.default_rng(0)
GROUPS = np.repeat(np.arange(80), RNG.integers(1, 5, 80))
VALUES = RNG.random(len(GROUPS)) * 0.5 + 0.4 * RNG.random(80)[GROUPS]


def test_the_interval_is_that_of_the_plain_bootstrap() -> None:
    draws = PairedDraws(GROUPS, 8_000)
    assert draws.interval(VALUES) == pytest.approx(bootstrap_by_group(VALUES, GROUPS, 8_000), abs=0.004)


def test_a_paired_difference_is_sharper_than_two_intervals() -> None:
    better = VALUES + 0.02 + 0.01 * RNG.standard_normal(len(VALUES))
    found = PairedDraws(GROUPS).compare(better, VALUES)
    assert found.low < found.mean < found.high
    assert found.low > 0.015
    assert found.p_value == pytest.approx(2 / 2001)
    assert PairedDraws(GROUPS).compare(VALUES, better).mean == pytest.approx(-found.mean)


def test_false_alarms_are_as_rare_as_the_level_says() -> None:
    alarms = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        noise = rng.standard_normal(60)[np.repeat(np.arange(60), 3)]  # queries of a group say the same
        alarms += PairedDraws(np.repeat(np.arange(60), 3), 400, seed).compare(noise, 0 * noise).p_value < 0.05
    assert 2 <= alarms <= 25


def test_equal_methods_have_no_difference() -> None:
    found = PairedDraws(GROUPS).compare(VALUES, VALUES)
    assert (found.mean, found.low, found.high, found.p_value) == (0, 0, 0, 1)


def test_holm_is_monotone_and_never_above_one() -> None:
    assert holm([]) == []
    assert holm([0.5, 0.9, 0.001]) == [1.0, 1.0, 0.003]


@pytest.mark.parametrize(
    ("groups", "values", "message"),
    [([1, 1], [0.1, 0.2], "at least two"), ([1, 2], [0.1], "expected"), ([1, 2], [0.1, np.nan], "finite")],
)
def test_bad_input_is_refused(groups: list[int], values: list[float], message: str) -> None:
    with pytest.raises(ViewError, match=message):
        PairedDraws(groups).interval(np.array(values))

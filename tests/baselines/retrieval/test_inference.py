from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from musicdata_baselines.errors import ViewError
from musicdata_baselines.retrieval import (
    Metrics,
    bootstrap_by_group,
    chance,
    count_ranks,
    mean_mrr,
    permutation_test,
    reciprocal_ranks,
)
from musicdata_baselines.retrieval.inference import draw_repairings
from tests.baselines.retrieval.test_ranks import link


def unlinked_songs(seed: int, sizes: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.int64]]:
    """Two views whose windows look like their song, and which have nothing in common."""
    rng = np.random.default_rng(seed)
    songs = np.repeat(np.arange(len(sizes)), sizes)
    a, b = (rng.normal(size=(len(sizes), 4))[songs] + 0.3 * rng.normal(size=(len(songs), 4)) for _ in range(2))
    return a, b, songs


def test_the_interval_covers_the_mean_as_often_as_it_says_where_items_do_not() -> None:
    by_group, by_item = 0, 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        groups = np.repeat(np.arange(40), 5)
        values = rng.normal(size=40)[groups] + 0.5 * rng.normal(size=200)
        low, high = bootstrap_by_group(values, groups, n_draws=400, level=0.9, seed=seed)
        by_group += low <= 0 <= high
        low, high = bootstrap_by_group(values, None, n_draws=400, level=0.9, seed=seed)
        by_item += low <= 0 <= high
    assert 0.82 <= by_group / 200 <= 0.96
    assert by_item / 200 < 0.75


def test_the_interval_weighs_groups_by_their_items() -> None:
    values = np.repeat([0.0, 1.0], [99, 1])
    groups = np.repeat(["long", "short"], [99, 1])
    assert bootstrap_by_group(values, groups, n_draws=200) == (0.0, 1.0)
    assert bootstrap_by_group(values, groups, level=0.4) == (
        0.01,
        0.01,
    )  # both groups drawn once, as in half of the draws
    low, high = bootstrap_by_group(values, np.arange(100) // 2, n_draws=2000)
    assert (low, high) == (0.0, 0.03)


def test_the_interval_of_a_difference_is_narrower_than_those_of_its_parts() -> None:
    a, b = link(500, 20)
    groups = np.arange(500) // 5
    less, more = (reciprocal_ranks(count_ranks(a[:, :k], b[:, :k]).a_to_b) for k in (18, 20))
    low, high = bootstrap_by_group(more - less, groups)
    assert low < (more - less).mean() < high
    assert low > 0
    assert bootstrap_by_group(more, groups)[0] < less.mean()


def test_the_interval_repeats_with_its_seed() -> None:
    values = np.random.default_rng(0).normal(size=300)
    assert bootstrap_by_group(values, None, seed=4) == bootstrap_by_group(values, None, seed=4)
    assert bootstrap_by_group(values, None, seed=4) != bootstrap_by_group(values, None, seed=5)


def test_the_null_of_items_is_chance() -> None:
    a, b = link(300, 6)
    found = permutation_test(a, b, n_permutations=3000)
    assert found.null_mean == pytest.approx(chance(300).mrr, rel=0.01)
    assert (found.n_rows, found.n_groups) == (300, 300)


def test_the_observed_figures_are_those_of_the_ranks() -> None:
    a, b = link(300, 6)
    b[40:60] = b[0]
    found = permutation_test(a, b, np.arange(300) // 7, n_permutations=10)
    ranks = count_ranks(a, b)
    assert found.observed_mrr == pytest.approx(mean_mrr(a, b), rel=1e-6)
    assert found.directions[0].observed_mrr == pytest.approx(Metrics.of(ranks.a_to_b).mrr, rel=1e-6)
    assert found.directions[1].observed_mrr == pytest.approx(Metrics.of(ranks.b_to_a).mrr, rel=1e-6)


def test_a_link_is_found() -> None:
    a, b = link(300, 6)
    found = permutation_test(a, b, np.arange(300) // 10, n_permutations=999)
    assert found.p_value == 1 / 1000
    assert [direction.p_value for direction in found.directions] == [1 / 1000] * 2
    assert found.null_mean < found.detection_limit < found.observed_mrr


def test_a_collapsed_embedding_has_p_one() -> None:
    found = permutation_test(np.ones((50, 2)), np.ones((50, 2)), n_permutations=99)
    assert found.p_value == 1
    assert found.observed_mrr == pytest.approx(chance(50).mrr, rel=1e-6)


@pytest.mark.parametrize("equal", [True, False])
def test_songs_without_a_link_raise_no_false_alarm_where_single_items_would(equal: bool) -> None:
    by_group, by_item = [], []
    for seed in range(300):
        rng = np.random.default_rng(1000 + seed)
        sizes = np.full(20, 10) if equal else 1 + rng.lognormal(2, 0.8, size=20).astype(int)
        a, b, songs = unlinked_songs(seed, sizes)
        by_group.append(permutation_test(a, b, songs, n_permutations=199, seed=seed).p_value)
        by_item.append(permutation_test(a, b, n_permutations=199, seed=seed).p_value)
    assert np.mean(np.array(by_group) <= 0.05) <= 0.08
    assert np.mean(np.array(by_item) <= 0.05) >= 0.12
    assert 0.35 <= np.mean(np.array(by_group) <= 0.5) <= 0.6


def test_an_mrr_above_the_detection_limit_is_what_has_p_below_one_percent() -> None:
    told = set()
    for seed in range(30):
        found = permutation_test(*link(60, 4, noise=6, seed=seed), n_permutations=400, seed=seed)
        for test in (found, *found.directions):
            assert (test.observed_mrr > test.detection_limit) == (test.p_value < 0.01)
            told.add(test.p_value < 0.01)
    assert told == {True, False}


def test_too_few_repairings_detect_nothing() -> None:
    found = permutation_test(*link(60, 4), n_permutations=99)
    assert found.detection_limit == np.inf
    assert found.p_value == 0.01


@pytest.mark.parametrize("sizes", [[1] * 12, [4] * 5, [3, 1, 5]])
def test_a_repairing_keeps_groups_and_neighbours(sizes: list[int]) -> None:
    partners = draw_repairings(np.array(sizes), 200, np.random.default_rng(0))
    group = np.repeat(np.arange(len(sizes)), sizes)
    starts = np.cumsum(sizes) - sizes
    for partner in partners:
        taken = []
        for start, size in zip(starts, sizes, strict=True):
            mine = partner[start : start + size]
            (other,) = set(group[mine])
            taken.append(other)
            assert ((mine[1:] - mine[:-1] - 1) % sizes[other] == 0).all()
        assert sorted(taken) == list(range(len(sizes)))
    assert len({tuple(partner) for partner in partners.tolist()}) > 30
    if len(set(sizes)) == 1:
        assert (np.sort(partners, axis=1) == np.arange(len(group))).all()


def test_the_order_of_the_rows_of_other_groups_does_not_matter() -> None:
    a, b = link(120, 4)
    groups = np.arange(120) // 6
    order = np.argsort(np.arange(120) % 6, kind="stable")  # one window of each song after the other
    assert permutation_test(a, b, groups, 200) == permutation_test(a[order], b[order], groups[order], 200)


def test_too_many_rows_are_tested_by_some_whole_groups() -> None:
    a, b = link(500, 4)
    groups = np.repeat(np.arange(50), 10)
    found = permutation_test(a, b, groups, n_permutations=50, max_rows=125)
    assert (found.n_rows, found.n_groups) == (120, 12)
    assert found == permutation_test(a, b, groups, n_permutations=50, max_rows=125)
    assert found != permutation_test(a, b, groups, n_permutations=50, max_rows=125, seed=1)


def test_wrong_input_of_the_test_is_refused() -> None:
    a, b = link(20, 3)
    with pytest.raises(ViewError, match=r"groups has shape \(3,\), expected \(20,\)"):
        permutation_test(a, b, [1, 2, 3])
    with pytest.raises(ViewError, match="1 group, at least two"):
        permutation_test(a, b, ["song"] * 20)
    with pytest.raises(ViewError, match="max_rows is 12, groups have up to 10 rows"):
        permutation_test(a, b, np.arange(20) // 10, max_rows=12)
    with pytest.raises(ViewError, match="0 permutations"):
        permutation_test(a, b, n_permutations=0)


@pytest.mark.parametrize(
    ("values", "groups", "options", "message"),
    [
        ([1.0, np.nan], None, {}, r"finite numbers"),
        ([1.0, 2.0], [0], {}, r"groups has shape \(1,\), expected \(2,\)"),
        ([1.0, 2.0], [0, 0], {}, "1 group, at least two"),
        ([1.0, 2.0], None, {"n_draws": 0}, "0 draws at level 0.95"),
        ([1.0, 2.0], None, {"level": 95}, "2000 draws at level 95"),
    ],
)
def test_wrong_input_of_the_interval_is_refused(
    values: list[float], groups: list[int] | None, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ViewError, match=message):
        bootstrap_by_group(np.array(values), groups, **options)

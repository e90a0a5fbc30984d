from __future__ import annotations

import numpy as np
import pytest

import musicdata_baselines
from musicdata_baselines.errors import ViewError
from musicdata_baselines.retrieval import (
    Metrics,
    bootstrap_by_group,
    category_chance,
    category_metrics,
    chance,
    count_ranks,
    evaluate,
    mean_mrr,
    reciprocal_ranks,
)
from tests.baselines.retrieval.test_ranks import link


def test_an_evaluation_is_its_parts() -> None:
    a, b = link(200, 5)
    groups, categories = np.arange(200) // 4, np.arange(200) % 3
    found = evaluate(a, b, groups, categories, n_bootstraps=300, seed=2)
    ranks = count_ranks(a, b)
    by_category = category_metrics(a, b, categories)
    for direction, places, category in zip(
        (found.a_to_b, found.b_to_a), (ranks.a_to_b, ranks.b_to_a), by_category, strict=True
    ):
        assert direction.metrics == Metrics.of(places)
        assert direction.interval == bootstrap_by_group(reciprocal_ranks(places), groups, 300, 2)
        assert direction.category == category
        np.testing.assert_array_equal(direction.places.mean, places.mean)
    assert found.mrr == mean_mrr(a, b)
    assert found.interval[0] < found.mrr < found.interval[1]
    assert (found.chance, found.category_chance) == (chance(200), category_chance(categories))


def test_an_evaluation_without_labels_has_no_categories() -> None:
    found = musicdata_baselines.evaluate(*link(50, 3))
    assert (found.a_to_b.category, found.category_chance) == (None, None)


def test_wrong_groups_are_refused() -> None:
    with pytest.raises(ViewError, match=r"groups has shape \(2,\), expected \(50,\)"):
        evaluate(*link(50, 3), groups=[1, 2])

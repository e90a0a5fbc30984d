from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata_baselines.errors import ViewError
from musicdata_baselines.retrieval import (
    CategoryMetrics,
    Metrics,
    category_chance,
    category_metrics,
    category_mrr,
    count_ranks,
)
from tests.baselines.retrieval import exact
from tests.baselines.retrieval.test_ranks import link


def require_figures(found: CategoryMetrics, expected: dict[str, float]) -> None:
    assert found.n == expected["n"]
    assert found.mrr == pytest.approx(expected["mrr"], rel=1e-12)
    assert (found.recall[1], found.recall[5]) == pytest.approx((expected["r1"], expected["r5"]), abs=1e-12)
    assert (found.mean_rank, found.median_rank) == pytest.approx((expected["rank"], expected["median"]), rel=1e-12)
    assert found.mean_average_precision == pytest.approx(expected["precision"], rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.booleans())
def test_figures_are_those_of_every_order_of_ties(data: st.DataObject, exclude_self: bool) -> None:
    n, k = data.draw(st.integers(3, 6)), data.draw(st.integers(1, 2))
    views = st.lists(st.lists(st.integers(-2, 2), min_size=k, max_size=k), min_size=n, max_size=n)
    a, b = data.draw(views), data.draw(views)
    categories = [0, 0, *data.draw(st.lists(st.integers(0, 2), min_size=n - 2, max_size=n - 2))]
    found = category_metrics(np.array(a), np.array(b), categories, exclude_self=exclude_self)
    if not exclude_self:
        counted = category_mrr(np.array(a), np.array(b), categories)
        assert counted == pytest.approx([metrics.mrr for metrics in found], rel=1e-12)
    for metrics, asking, asked in ((found[0], a, b), (found[1], b, a)):
        keys = [[exact.cosine_key(x, y) for y in asked] for x in asking]
        require_figures(metrics, exact.category_figures(keys, categories, exclude_self=exclude_self))


@pytest.mark.parametrize("exclude_self", [False, True])
@pytest.mark.parametrize("categories", [[0, 0, 0, 1, 1, 2], [0] * 5, [3, 3, 1, 2, 4, 5, 6]])
def test_chance_is_the_mean_over_every_order(categories: list[int], exclude_self: bool) -> None:
    keys = [[Fraction(0)] * len(categories)] * len(categories)
    expected = exact.category_figures(keys, categories, exclude_self=exclude_self)
    require_figures(category_chance(categories, exclude_self=exclude_self), expected)


@pytest.mark.parametrize("exclude_self", [False, True])
def test_a_collapsed_embedding_is_at_chance(exclude_self: bool) -> None:
    categories = np.repeat(["choral", "lied", "opera"], [300, 90, 10])
    found, _ = category_metrics(np.ones((400, 2)), np.ones((400, 2)), categories, exclude_self=exclude_self)
    expected = category_chance(categories, exclude_self=exclude_self)
    assert found.mrr == pytest.approx(expected.mrr, rel=1e-9)
    assert found.recall == pytest.approx(expected.recall, rel=1e-9)
    assert found.mean_average_precision == pytest.approx(expected.mean_average_precision, rel=1e-9)


def test_figures_of_many_blocks_are_those_of_sorting() -> None:
    a, b = link(900, 5)
    categories = np.random.default_rng(3).integers(0, 40, size=900)
    unit = [view / np.linalg.norm(view, axis=1, keepdims=True) for view in (b, a)]
    order = np.argsort(-(unit[0] @ unit[1].T), axis=1)
    hits = categories[order] == categories[:, None]
    precision = np.cumsum(hits, axis=1) / np.arange(1, 901)
    _, found = category_metrics(a, b, categories)
    assert found.mrr == pytest.approx((1 / (1 + hits.argmax(axis=1))).mean(), rel=1e-12)
    assert found.recall[10] == pytest.approx(hits[:, :10].any(axis=1).mean(), rel=1e-12)
    assert found.mean_average_precision == pytest.approx((np.where(hits, precision, 0).sum(1) / hits.sum(1)).mean())


def test_counting_gives_what_sorting_gives_in_many_blocks_and_with_many_ties() -> None:
    a, b = link(1100, 3)
    categories = np.random.default_rng(3).integers(0, 40, size=1100)
    for x, y in ((a, b), (np.sign(a[:, :1]), np.sign(b[:, :1])), (a.round(), b.round())):
        expected = [metrics.mrr for metrics in category_metrics(x, y, categories)]
        assert category_mrr(x, y, categories) == pytest.approx(expected, rel=1e-12)


def test_categories_of_one_item_are_the_items() -> None:
    a, b = link(200, 4)
    found, _ = category_metrics(a, b, np.arange(200))
    expected = Metrics.of(count_ranks(a, b).a_to_b)
    assert found.mrr == pytest.approx(expected.mrr, rel=1e-12)
    assert found.recall == pytest.approx(expected.recall, rel=1e-12)
    assert (found.median_rank, found.mean_rank) == (expected.median_rank, expected.mean_rank)
    assert found.mean_average_precision == pytest.approx(expected.mrr, rel=1e-12)


def test_excluding_the_partner_leaves_what_the_category_shows() -> None:
    rng = np.random.default_rng(0)
    categories = np.arange(300) % 20
    shown = rng.normal(size=(20, 8))[categories]
    a, b = (shown + 0.5 * rng.normal(size=(300, 8)) for _ in range(2))
    linked, _ = category_metrics(a, b, categories, exclude_self=True)
    paired, _ = category_metrics(*link(300, 8, noise=0.1), categories, exclude_self=True)
    expected = category_chance(categories, exclude_self=True)
    assert linked.mean_average_precision > 5 * expected.mean_average_precision
    assert paired.mean_average_precision == pytest.approx(expected.mean_average_precision, rel=0.2)


@pytest.mark.parametrize(
    ("categories", "message"),
    [
        ([0, 1, 2], r"categories has shape \(3,\), expected \(4,\)"),
        ([0.0, 1.0, np.nan, 1.0], "categories has NaN in row 2"),
        (["a", None, "b", "a"], "categories cannot be compared"),
        ([0, 1, 2, 3], "no category has two items"),
    ],
)
def test_wrong_categories_are_refused(categories: list[object], message: str) -> None:
    with pytest.raises(ViewError, match=message):
        category_metrics(np.eye(4), np.eye(4), categories, exclude_self=True)

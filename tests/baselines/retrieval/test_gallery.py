"""Sets that are found by the best or the mean of their items: against brute force, with ties, and by chance."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from musicdata_baselines.errors import ViewError
from musicdata_baselines.retrieval import chance
from musicdata_baselines.retrieval.firsts import Firsts
from musicdata_baselines.retrieval.gallery import POOLS, Gallery, Pool, find_sets, find_texts
from musicdata_baselines.retrieval.gallery_inference import permute_sets

ITEM_SETS = np.array([2, 0, 0, 1, 3, 2, 2, 1, 4])
TEXT_SETS = np.array([0, 0, 1, 3, 2, 2, 2, 1])


def gallery(seed: int = 0, k: int = 4) -> Gallery:
    rng = np.random.default_rng(seed)
    return Gallery.of(rng.normal(size=(9, k)), ITEM_SETS, rng.normal(size=(8, k)), TEXT_SETS)


def slow_scores(seed: int, pool: Pool) -> np.ndarray:
    rng = np.random.default_rng(seed)
    items, texts = rng.normal(size=(9, 4)), rng.normal(size=(8, 4))
    table = np.empty((8, 5))
    for text in range(8):
        for one in range(5):
            cosines = [
                items[i] @ texts[text] / np.linalg.norm(items[i]) / np.linalg.norm(texts[text])
                for i in np.flatnonzero(one == ITEM_SETS)
            ]
            table[text, one] = max(cosines) if pool == "best" else np.mean(cosines)
    return table


@pytest.mark.parametrize("pool", POOLS)
def test_sets_and_texts_stand_where_brute_force_puts_them(pool: Pool) -> None:
    for seed in range(5):
        table = slow_scores(seed, pool)
        np.testing.assert_allclose(gallery(seed).scores(np.arange(8), pool), table, atol=1e-12)
        found = find_sets(gallery(seed), np.arange(8), pool)
        ranks = [1 + int((row > row[own]).sum()) for row, own in zip(table, TEXT_SETS, strict=True)]
        assert found.ranks.tolist() == ranks
        texts = find_texts(gallery(seed), pool)
        assert texts.sets.tolist() == [0, 1, 2, 3]
        for place, one in enumerate(texts.sets):
            order = np.argsort(-table[:, one])
            is_own = TEXT_SETS[order] == one
            assert texts.firsts.ranks[place] == 1 + is_own.argmax()
            n_own = is_own.sum()
            assert texts.precision[place] == pytest.approx(is_own[:n_own].mean())


@pytest.mark.parametrize("pool", POOLS)
def test_points_that_fall_together_give_chance(pool: Pool) -> None:
    same = Gallery.of(np.ones((9, 3)), ITEM_SETS, np.ones((8, 3)), TEXT_SETS)
    found = find_sets(same, np.arange(8), pool)
    assert found.reciprocal_ranks.mean() == pytest.approx(chance(5).mrr)
    assert found.hits(1).mean() == pytest.approx(1 / 5)
    texts = find_texts(same, pool)
    assert texts.firsts.hits(1).tolist() == pytest.approx([2 / 8, 2 / 8, 3 / 8, 1 / 8])
    assert texts.precision.tolist() == pytest.approx([2 / 8, 2 / 8, 3 / 8, 1 / 8])


def test_hits_are_hypergeometric_among_tied_candidates() -> None:
    tied = Firsts(np.array([2]), np.array([4]), np.array([2]))
    assert tied.hits(2).tolist() == [0]
    assert tied.hits(3).tolist() == pytest.approx([2 / 4])
    assert tied.hits(4).tolist() == pytest.approx([1 - 2 / 4 * 1 / 3])
    assert tied.hits(6).tolist() == [1]
    assert tied.ranks.tolist() == pytest.approx([2 + 5 / 3])
    assert tied.reciprocal_ranks.tolist() == pytest.approx([(3 / 3 + 2 / 4 + 1 / 5) / 6])


def test_a_smaller_gallery_is_one_drawn_from_the_larger() -> None:
    better = np.array([0, 3, 7, 9])
    firsts = Firsts(better, np.ones_like(better), np.ones_like(better))
    for n_drawn in (1, 4, 10):
        others = [set(drawn) for drawn in combinations(range(9), n_drawn - 1)]
        slow = [np.mean([1 / (1 + len(drawn & set(range(k)))) for drawn in others]) for k in better]
        assert firsts.reciprocal_ranks_among(n_drawn, 10).tolist() == pytest.approx(slow)
    assert firsts.reciprocal_ranks_among(10, 10).tolist() == pytest.approx(firsts.reciprocal_ranks.tolist())


def test_sets_without_items_are_refused() -> None:
    with pytest.raises(ViewError, match="set 1 has no item"):
        Gallery.of(np.ones((2, 2)), np.array([0, 2]), np.ones((1, 2)), np.array([2]))
    with pytest.raises(ViewError, match="items have 2 columns, texts 3"):
        Gallery.of(np.ones((1, 2)), np.array([0]), np.ones((1, 3)), np.array([0]))


def planted(strength: float, seed: int) -> Gallery:
    rng = np.random.default_rng(seed)
    own = rng.normal(size=(30, 6))
    items, texts = np.repeat(np.arange(30), 3), np.repeat(np.arange(30), 2)
    return Gallery.of(
        own[items] + rng.normal(size=(90, 6)), items, strength * own[texts] + rng.normal(size=(60, 6)), texts
    )


def test_a_link_is_told_from_chance_and_none_is_not() -> None:
    asking = np.arange(60)
    found = permute_sets(planted(1.0, 0), asking, "mean", n_permutations=500)
    assert found.p_value == pytest.approx(1 / 501)
    assert found.observed_mrr > found.detection_limit > found.null_mean
    expected = find_sets(planted(1.0, 0), asking, "mean").reciprocal_ranks.mean()
    assert found.observed_mrr == pytest.approx(expected, rel=1e-5)
    values = [
        permute_sets(planted(0.0, seed), asking, "mean", n_permutations=99, seed=seed).p_value for seed in range(40)
    ]
    assert 0.35 < np.mean(values) < 0.65
    assert np.mean(np.array(values) < 0.1) < 0.3


def test_groups_move_as_a_whole_and_only_so_many_sets_take_part() -> None:
    groups = np.repeat(np.arange(10), 3)
    found = permute_sets(planted(0.5, 0), np.arange(60), "best", groups, n_permutations=200, max_sets=16)
    assert (found.n_sets, found.n_groups) == (15, 5)
    asked_by_few = permute_sets(planted(0.5, 0), np.arange(10), "mean", n_permutations=50)
    assert asked_by_few.n_sets == 5
    with pytest.raises(ViewError, match="1 group"):
        permute_sets(planted(0.5, 0), np.arange(60), "mean", np.zeros(30))
    with pytest.raises(ViewError, match="0 permutations"):
        permute_sets(planted(0.5, 0), np.arange(60), "mean", n_permutations=0)

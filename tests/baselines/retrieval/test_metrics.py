from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from musicdata_baselines.retrieval import (
    Metrics,
    Places,
    chance,
    count_ranks,
    mean_mrr,
    normalise,
    recall_curve,
    reciprocal_ranks,
)
from tests.baselines.retrieval import exact
from tests.baselines.retrieval.test_ranks import link


def test_figures_are_torchmetrics_without_ties() -> None:
    from torchmetrics.retrieval import RetrievalHitRate, RetrievalMRR  # which loads matplotlib

    a, b = link(150, 8)
    # Above 0: torchmetrics takes a partner whose score is not for one that was not found.
    scores = torch.from_numpy(2 + normalise(a) @ normalise(b).T)
    query = torch.arange(150).repeat_interleave(150)
    found = Metrics.of(count_ranks(a, b).a_to_b)
    target = torch.eye(150, dtype=torch.bool).flatten()
    assert found.mrr == pytest.approx(float(RetrievalMRR()(scores.flatten(), target, query)), rel=1e-6)
    for k, share in found.recall.items():
        assert share == pytest.approx(float(RetrievalHitRate(top_k=k)(scores.flatten(), target, query)), abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8))
def test_ties_count_with_their_expectation(pairs: list[tuple[int, int]]) -> None:
    places = Places(*np.array(pairs, dtype=np.int64).T)
    ranks = [range(better + 1, better + tied + 2) for better, tied in pairs]
    expected = [exact.mean([Fraction(1, rank) for rank in every]) for every in ranks]
    assert reciprocal_ranks(places) == pytest.approx([float(value) for value in expected], rel=1e-12)
    found = Metrics.of(places)
    for k, share in found.recall.items():
        hits = [exact.mean([Fraction(rank <= k) for rank in every]) for every in ranks]
        assert share == pytest.approx(float(exact.mean(hits)), rel=1e-12)
    assert found.mean_rank == pytest.approx(float(np.mean([np.mean(every) for every in ranks])))
    assert found.median_rank == float(np.median([np.mean(every) for every in ranks]))
    assert found.mrr_pessimistic - 1e-12 <= found.mrr <= found.mrr_optimistic + 1e-12


def test_a_collapsed_embedding_is_at_chance_and_shows_its_ties() -> None:
    found = Metrics.of(count_ranks(np.ones((400, 3)), np.ones((400, 3))).b_to_a)
    expected = chance(400)
    assert found.mrr == pytest.approx(expected.mrr, rel=1e-12)
    assert found.recall == pytest.approx(expected.recall, rel=1e-12)
    assert (found.median_rank, found.mean_rank) == (expected.median_rank, expected.mean_rank)
    assert found.tie_gap == pytest.approx(1 - 1 / 400)
    assert expected.tie_gap == 0


@pytest.mark.parametrize("n", [2, 6])
def test_chance_is_the_mean_over_every_order(n: int) -> None:
    ranks = [1 + order.index(0) for order in permutations(range(n))]
    found = chance(n)
    assert found.mrr == pytest.approx(np.mean([1 / rank for rank in ranks]), rel=1e-12)
    assert found.recall == pytest.approx({k: np.mean([rank <= k for rank in ranks]) for k in (1, 5, 10)})
    assert (found.median_rank, found.mean_rank) == (float(np.median(ranks)), float(np.mean(ranks)))


def test_chance_of_the_figures_in_use() -> None:
    assert chance(2000).mrr == pytest.approx(0.00409, abs=5e-6)
    assert chance(2800).mrr == pytest.approx(0.00304, abs=5e-6)


def test_a_recall_curve_rises_from_recall_at_one_to_all() -> None:
    places = count_ranks(*link(300, 6)).a_to_b
    curve = recall_curve(places)
    ks, shares = zip(*curve, strict=True)
    assert (ks[0], ks[-1]) == (1, 300)
    assert list(ks) == sorted(set(ks))
    assert list(shares) == sorted(shares)
    assert shares[-1] == 1
    assert recall_curve(places, [1, 10]) == [(1, Metrics.of(places).recall[1]), (10, Metrics.of(places).recall[10])]


def test_the_mean_mrr_is_that_of_both_directions() -> None:
    a, b = link(120, 4)
    ranks = count_ranks(a, b)
    assert mean_mrr(a, b) == (Metrics.of(ranks.a_to_b).mrr + Metrics.of(ranks.b_to_a).mrr) / 2
    assert mean_mrr(a, b) == pytest.approx(mean_mrr(b, a), rel=1e-12)

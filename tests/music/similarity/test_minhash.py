"""MinHash: the signatures estimate J, the bands find what the formula says."""

from __future__ import annotations

import numpy as np
import pytest

from musicdata.music.similarity.minhash import N_HASHES, REACH, agreements, collision_probability, merge, pair_up, sign
from musicdata.music.similarity.shingles import ShingleSets


def planted(n_pairs: int, n_shared: int, size: int = 100) -> ShingleSets:
    """Makes pairs of random sets, 2i and 2i + 1, with that many values in common."""
    rng = np.random.default_rng(5)
    sets = []
    for _ in range(n_pairs):
        values = rng.choice(2**32, 2 * size - n_shared, replace=False).astype(np.uint32)
        sets += [np.sort(values[:size]), np.sort(values[size - n_shared :])]
    return ShingleSets(np.concatenate(sets), np.arange(0, 2 * n_pairs * size + 1, size))


@pytest.mark.parametrize("n_shared", [10, 30, 60, 100])
def test_agreements_estimate_jaccard_similarity(n_shared: int) -> None:
    sets = planted(200, n_shared)
    pairs = np.arange(400).reshape(200, 2)
    shares = agreements(sign(sets), pairs) / N_HASHES
    jaccard = n_shared / (200 - n_shared)
    # The standard deviation of one estimate, and that of the mean over 200 pairs, four times.
    assert abs(shares.mean() - jaccard) <= 4 * np.sqrt(jaccard * (1 - jaccard) / N_HASHES / 200)
    assert shares.std() <= 1.3 * np.sqrt(jaccard * (1 - jaccard) / N_HASHES) + 1e-9


@pytest.mark.parametrize("n_shared", [6, 12, 20, 40])
def test_pairs_are_found_as_often_as_the_formula_says(n_shared: int) -> None:
    n_pairs = 400
    found = pair_up(sign(planted(n_pairs, n_shared)), np.arange(2 * n_pairs))
    share = sum(one // 2 == other // 2 for one, other in found.tolist()) / n_pairs
    expected = collision_probability(n_shared / (200 - n_shared))
    assert abs(share - expected) <= 4 * np.sqrt(expected * (1 - expected) / n_pairs) + 1e-3


def test_unrelated_sets_are_not_paired() -> None:
    assert len(pair_up(sign(planted(200, 0)), np.arange(400))) == 0


def test_pairs_do_not_depend_on_the_other_sets() -> None:
    sets = planted(100, 40)
    alone = pair_up(sign(sets), np.arange(0, 100))
    among = pair_up(sign(sets), np.arange(0, 200))
    assert alone.tolist() == [pair for pair in among.tolist() if max(pair) < 100]


def test_a_thousand_copies_hang_together_without_a_million_pairs() -> None:
    n_copies = 1000
    values = np.tile(np.arange(50, dtype=np.uint32), n_copies)
    pairs = pair_up(sign(ShingleSets(values, np.arange(0, 50 * n_copies + 1, 50))), np.arange(n_copies))
    assert len(pairs) < n_copies * REACH + 1
    joined = {0}
    for one, other in pairs.tolist():
        if one in joined:
            joined.add(other)
    assert len(joined) == n_copies


def test_empty_sets_have_a_signature_and_merge_takes_empty_pairs() -> None:
    signatures = sign(ShingleSets(np.arange(3, dtype=np.uint32), np.array([0, 0, 3, 3])))
    assert signatures.shape == (3, N_HASHES)
    assert pair_up(signatures, np.array([1])).tolist() == []
    assert pair_up(signatures[:0], np.zeros(0, np.int64)).shape == (0, 2)
    nothing = np.zeros((0, 2), np.int64)
    assert merge(nothing, nothing).shape == (0, 2)
    assert merge(np.array([[2, 5], [1, 7]]), np.array([[1, 7]])).tolist() == [[1, 7], [2, 5]]

"""A learned map of vectors: its derivatives, that it learns what there is to learn, and that it refuses itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from musicdata.errors import UsageError
from musicdata_baselines.errors import NotFittedError
from musicdata_baselines.search import (
    DenseSearch,
    HeldOut,
    ProjectedEncoder,
    ProjectionHead,
    Vectors,
    project_songs,
)
from musicdata_baselines.search.info_nce import info_nce
from tests.baselines.search.made import BagEncoder, made_songs

WIDTH = 12


def unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def pairs(n: int, seed: int, noise: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Half of the numbers of a pair are shared, the others are loud noise: a map should drop them."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(n, WIDTH // 2))
    made = [
        unit(np.hstack([shared + 0.1 * rng.normal(size=shared.shape), noise * rng.normal(size=shared.shape)]))
        for _ in "qt"
    ]
    return made[0], made[1]


def held_out(noise: float, n: int = 80) -> HeldOut:
    queries, targets = pairs(n, 1, noise)
    table = Vectors(np.arange(n, dtype=np.int32), np.full(n, -1, np.int32), targets.astype(np.float32))
    return HeldOut(queries.astype(np.float32), [[i] for i in range(n)], table, n)


@pytest.mark.parametrize("rank", [None, 3])
def test_derivatives_are_those_of_what_is_minimised(rank: int | None) -> None:
    queries, targets = pairs(7, 2, 1.0)
    groups = np.array([0, 1, 2, 2, 3, 4, 5])
    rng = np.random.default_rng(3)
    shapes = [(WIDTH, WIDTH)] if rank is None else [(WIDTH, rank), (WIDTH, rank)]
    parts = [0.1 * rng.normal(size=shape) for shape in shapes]
    head = ProjectionHead(rank, l2=0.01, temperature=0.3)
    slopes = head.slopes(parts, queries, targets, groups)[1]
    for number, part in enumerate(parts):
        for place in [(0, 0), (3, 2), (11, 1)]:
            values = []
            for step in (1e-6, -1e-6):
                moved = [p.copy() for p in parts]
                moved[number][place] += step
                values.append(head.slopes(moved, queries, targets, groups)[0])
            assert slopes[number][place] == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-4, abs=1e-8)
        assert part.shape == slopes[number].shape


def test_pairs_of_a_group_are_not_told_apart() -> None:
    queries, targets = pairs(4, 4, 1.0)
    alone = info_nce(queries, targets, np.arange(4), 0.1)[0]
    together = info_nce(queries, targets, np.zeros(4, np.int64), 0.1)[0]
    assert together == pytest.approx(0.0)
    assert alone > 0.01


@pytest.mark.parametrize("rank", [None, 6])
def test_it_learns_what_there_is_to_learn(rank: int | None) -> None:
    queries, targets = pairs(400, 5, 1.5)
    head = ProjectionHead(rank, l2=1e-4, epochs=40, learning_rate=0.02, batch_size=100, patience=5)
    head.fit(queries, targets, np.arange(400), held_out(1.5))
    assert head.ships
    assert max(head.history_) > head.history_[0] + 0.2
    again = ProjectionHead(rank, l2=1e-4, epochs=40, learning_rate=0.02, batch_size=100, patience=5)
    again.fit(queries, targets, np.arange(400), held_out(1.5))
    assert again.weights_.tobytes() == head.weights_.tobytes()
    lengths = np.linalg.norm(head.transform(queries.astype(np.float32)), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-6)


def test_it_refuses_itself_where_nothing_is_gained() -> None:
    rng = np.random.default_rng(6)
    wrong, targets = unit(rng.normal(size=(200, WIDTH))), unit(rng.normal(size=(200, WIDTH)))
    head = ProjectionHead(epochs=5, learning_rate=0.02).fit(wrong, targets, np.arange(200), held_out(0.1))
    assert not head.ships
    assert len(head.history_) >= 4  # the frozen vectors, and the epochs that it was given
    assert max(head.history_) < head.history_[0] + 0.002
    given = held_out(0.1).queries
    assert head.transform(given).tobytes() == given.tobytes()


def test_a_search_uses_it() -> None:
    encoder = BagEncoder()
    songs = made_songs(encoder=encoder)
    table = songs.vectors["bag"]
    sections = np.flatnonzero(table.section >= 0)
    rows = table.vectors[sections].astype(np.float32)
    queries = encoder.encode([" ".join(songs.texts[s].split()[:4]) for s in table.song[sections]]).vectors
    searched = HeldOut(queries, [[int(s)] for s in table.song[sections]], table, len(songs))
    head = ProjectionHead(epochs=2, learning_rate=0.01, patience=1).fit(queries, rows, table.song[sections], searched)
    head.ships, head.weights_ = True, np.eye(encoder.facts.width) + 0.01
    projected = ProjectedEncoder(encoder, head)
    assert projected.facts.name == "bag-head"
    assert projected.facts.weights_sha256 != encoder.facts.weights_sha256
    search = DenseSearch(projected).fit(project_songs(songs, projected))
    assert search.name == "bag-head-sections"
    assert search.search(["drum bell"], 1).songs.shape == (1, 1)
    stale = replace(songs, vectors={"bag-head": table})
    with pytest.raises(UsageError, match="weights bbbbbbbbbbbbbbbb"):
        DenseSearch(projected).fit(stale)


def test_what_cannot_be_learned_from_is_refused() -> None:
    for wrong in ({"rank": 0}, {"temperature": 0.0}, {"l2": -1.0}, {"batch_size": 1}, {"patience": 0}):
        with pytest.raises(UsageError):
            ProjectionHead(**wrong)
    queries, targets = pairs(3, 7, 1.0)
    with pytest.raises(UsageError, match="shapes"):
        ProjectionHead().fit(queries, targets[:2], np.arange(3), held_out(1.0))
    with pytest.raises(UsageError, match="one at least"):
        ProjectionHead().fit(queries[:0], targets[:0], np.arange(0), held_out(1.0))
    with pytest.raises(NotFittedError):
        ProjectionHead().transform(queries)

"""A map of sentence vectors, learned from queries and the sections they belong to; it is used only if it helps."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from musicdata.errors import UsageError
from musicdata_baselines.errors import NotFittedError
from musicdata_baselines.search.corpus import Vectors
from musicdata_baselines.search.info_nce import back_through_length, info_nce, to_unit_length
from musicdata_baselines.search.order import rank_of_best
from musicdata_baselines.search.vectors import SongRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.search.corpus import Songs
    from musicdata_baselines.search.dense import QueryEncoder

    Floats = NDArray[np.float64]

MARGIN = 0.002
"""The MRR by which the map must beat the vectors as they are."""

_FIRST_MOMENT, _SECOND_MOMENT, _SMALL = 0.9, 0.999, 1e-8
_ROWS_AT_ONCE = 1 << 14


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Queries of the validation split, by which training is stopped.

    Attributes:
        queries: (v, width) their vectors.
        relevant: songs, by number, of each.
        vectors: of the songs and sections that are searched.
        n_songs: that are searched.
    """

    queries: NDArray[np.float32]
    relevant: Sequence[Sequence[int]]
    vectors: Vectors
    n_songs: int


class ProjectionHead:
    r"""Learns one map W for queries and songs, so that a query comes near the section it belongs to.

    .. math:: W = I + D, \quad \min_D L(q W, t W) + λ \|D\|_F^2

    with L the symmetric InfoNCE of pairs of a query q and its section t, and D = 0 at first, so that training begins
    with the vectors as they are; with `rank`, D = U V^T. After each epoch the MRR of the validation split is measured;
    the best map is kept, and training ends when there was none better for `patience` epochs. The map refuses itself
    (`ships` is False, and nothing is changed) unless it beats the vectors as they are by .002.

    Args:
        rank: of D; None for a full one.
        l2: λ.
        temperature: of the loss.
        epochs: at most.
        batch_size: pairs that are told apart at once.
        learning_rate: of Adam (Kingma & Ba 2015).
        patience: epochs without a better map.
        seed: of the order of pairs, and of V.

    Attributes:
        ships: whether it is used.
        history_: the MRR of the validation split, as it is first, then after each epoch.

    Raises:
        UsageError: a parameter is out of its range; in `fit`, there is no pair, or shapes differ.
    """

    def __init__(
        self,
        rank: int | None = None,
        l2: float = 1e-3,
        temperature: float = 0.05,
        epochs: int = 30,
        batch_size: int = 256,
        learning_rate: float = 1e-3,
        patience: int = 3,
        seed: int = 0,
    ) -> None:
        if rank is not None and rank < 1:
            raise UsageError(f"rank is {rank}, expected 1 or more, or None for a full map")
        if min(temperature, learning_rate) <= 0 or l2 < 0 or min(epochs, patience) < 1 or batch_size < 2:
            raise UsageError(
                "temperature and learning_rate must be above 0, l2 0 or more, epochs and patience 1 or more, and "
                f"batch_size 2 or more; they are {temperature}, {learning_rate}, {l2}, {epochs}, {patience} and "
                f"{batch_size}"
            )
        self.rank, self.l2, self.temperature = rank, l2, temperature
        self.epochs, self.batch_size, self.learning_rate = epochs, batch_size, learning_rate
        self.patience, self.seed = patience, seed

    weights_: Floats
    history_: tuple[float, ...]
    ships: bool = False

    def fit(self, queries: NDArray[Any], targets: NDArray[Any], groups: NDArray[Any], held_out: HeldOut) -> Self:
        """Learn from pairs of the train split.

        Args:
            queries: (m, width) vectors of queries.
            targets: (m, width) vector of the section, or song, that each belongs to.
            groups: (m,) int of songs with the same words: pairs of one group are never told apart.
            held_out: of the validation split.
        """
        if queries.ndim != 2 or queries.shape != targets.shape or len(groups) != len(queries) or not len(queries):
            raise UsageError(
                f"queries, targets and groups have shapes {queries.shape}, {targets.shape} and {groups.shape}, "
                "expected as many pairs, one at least, of the same width"
            )
        self.history_ = (self._evaluate(np.eye(queries.shape[1]), held_out),)
        best = np.eye(queries.shape[1])
        for weights in self._train(queries.astype(np.float64), targets.astype(np.float64), groups):
            self.history_ += (self._evaluate(weights, held_out),)
            if self.history_[-1] > max(self.history_[:-1]):
                best = weights
            if len(self.history_) - 1 - int(np.argmax(self.history_)) >= self.patience:
                break
        self.ships = max(self.history_) >= self.history_[0] + MARGIN
        self.weights_ = best if self.ships else np.eye(queries.shape[1])
        return self

    def transform(self, vectors: NDArray[Any]) -> NDArray[np.float32]:
        """Return vectors (n, width) as the map has them, of unit length; as they are where it does not ship.

        Raises:
            NotFittedError: it has not learned yet.
        """
        if not hasattr(self, "weights_"):
            raise NotFittedError("ProjectionHead has no weights yet; call fit first")
        if not self.ships:
            return vectors.astype(np.float32)
        return _project(vectors, self.weights_)

    def _train(self, queries: Floats, targets: Floats, groups: NDArray[Any]) -> Iterator[Floats]:
        """Yield the map after each epoch."""
        rng = np.random.default_rng(self.seed)
        width = queries.shape[1]
        parts = [np.zeros((width, width))]
        if self.rank is not None:
            parts = [np.zeros((width, self.rank)), rng.standard_normal((width, self.rank)) / np.sqrt(width)]
        moments = [(np.zeros_like(part), np.zeros_like(part)) for part in parts]
        steps = 0
        for _ in range(self.epochs):
            order = rng.permutation(len(queries))
            for start in range(0, len(order), self.batch_size):
                batch = np.sort(order[start : start + self.batch_size])
                steps += 1
                slopes = self.slopes(parts, queries[batch], targets[batch], groups[batch])[1]
                for part, moment, slope in zip(parts, moments, slopes, strict=True):
                    self._step(part, moment, slope, steps)
            yield np.eye(width) + _difference(parts)

    def slopes(
        self, parts: Sequence[Floats], queries: Floats, targets: Floats, groups: NDArray[Any]
    ) -> tuple[float, list[Floats]]:
        """Return what is minimised, and its derivatives by D, or by U and V.

        Args:
            parts: D, or U and V.
            queries: (n, width) of pairs.
            targets: (n, width) of pairs.
            groups: (n,) of the pairs.
        """
        difference = _difference(parts)
        weights = np.eye(len(difference)) + difference
        (q, q_lengths), (t, t_lengths) = (to_unit_length(rows @ weights) for rows in (queries, targets))
        loss, by_q, by_t = info_nce(q, t, groups, self.temperature)
        by_weights = queries.T @ back_through_length(by_q, q, q_lengths)
        by_weights += targets.T @ back_through_length(by_t, t, t_lengths) + 2 * self.l2 * difference
        loss += self.l2 * float((difference**2).sum())
        return loss, [by_weights] if len(parts) == 1 else [by_weights @ parts[1], by_weights.T @ parts[0]]

    def _step(self, part: Floats, moments: tuple[Floats, Floats], slope: Floats, steps: int) -> None:
        """Change a part by one step of Adam."""
        first, second = moments
        first += (1 - _FIRST_MOMENT) * (slope - first)
        second += (1 - _SECOND_MOMENT) * (slope**2 - second)
        mean, square = first / (1 - _FIRST_MOMENT**steps), second / (1 - _SECOND_MOMENT**steps)
        part -= self.learning_rate * mean / (np.sqrt(square) + _SMALL)

    def _evaluate(self, weights: Floats, held_out: HeldOut) -> float:
        """Return the MRR of the held-out queries."""
        given = held_out.vectors
        projected = Vectors(given.song, given.section, _project(given.vectors, weights))
        rows = SongRows.of(projected, held_out.n_songs, "section", len(given.song))
        queries, total = _project(held_out.queries, weights), 0.0
        for start in range(0, len(queries), 256):
            scores = rows.score(queries[start : start + 256])
            ranks = map(rank_of_best, scores, held_out.relevant[start : start + 256])
            total += sum(1 / rank for rank in ranks if rank)
        return total / max(len(queries), 1)


def _difference(parts: Sequence[Floats]) -> Floats:
    return parts[0] if len(parts) == 1 else np.asarray(parts[0] @ parts[1].T)


def _project(vectors: NDArray[Any], weights: Floats) -> NDArray[np.float32]:
    projected = np.empty(vectors.shape, np.float32)
    for start in range(0, len(vectors), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        projected[part] = to_unit_length(vectors[part].astype(np.float64) @ weights)[0]
    return projected


@dataclass(frozen=True, slots=True)
class ProjectedFacts:
    """What identifies an encoder with a map behind it."""

    name: str
    width: int
    weights_sha256: str
    languages: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Projected:
    """Vectors (texts, width) as a map has them."""

    vectors: NDArray[np.float32]


class ProjectedEncoder:
    """An encoder of queries with a learned map behind it."""

    def __init__(self, encoder: QueryEncoder, head: ProjectionHead) -> None:
        self.encoder, self.head = encoder, head
        facts = encoder.facts
        both = f"{facts.weights_sha256}{head.weights_.astype('<f8').tobytes().hex() if head.ships else ''}"
        sha256 = hashlib.sha256(both.encode()).hexdigest() if head.ships else str(facts.weights_sha256)
        self.facts = ProjectedFacts(f"{facts.name}-head", int(facts.width), sha256, frozenset(facts.languages))

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Projected:
        """Return the vectors of texts."""
        made = self.encoder.encode(texts, query=query)
        return Projected(self.head.transform(np.asarray(made.vectors)))


def project_songs(songs: Songs, encoder: ProjectedEncoder) -> Songs:
    """Return songs with the projected vectors beside those that they have, under the name of the encoder."""
    given = songs.vectors[encoder.encoder.facts.name]
    table = encoder.head.transform(given.vectors).astype(np.float16)
    projected = Vectors(given.song, given.section, table, encoder.facts.weights_sha256)
    more = replace(songs, vectors={**songs.vectors, encoder.facts.name: projected})
    more.__dict__["counts"] = songs.counts
    return more

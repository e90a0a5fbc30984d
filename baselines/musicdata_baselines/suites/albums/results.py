"""What the suite measures, as plain values: the report is drawn from nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from musicdata.definitions import suite
from musicdata.definitions.suite import Result

Query = Literal["review", "album"]


@dataclass(frozen=True, slots=True)
class Figures:
    """Retrieval in one direction, with one way of scoring an album by its songs; ties count with their mean.

    Attributes:
        query: what asks: ``review``, for its album, or ``album``, for any of its reviews.
        pool: score of an album: ``best`` or ``mean`` of its songs'.
        n_queries: that ask; `n_candidates` what they choose from.
        mrr: mean reciprocal rank of the (first) right one; `mrr_low` and `mrr_high` bound it at 95 %, bootstrap by
            album with its re-issues.
        recall: K → share of queries with a right one among the first K; `recall_low` and `recall_high` bound it.
        median_rank: ranks count from 1.
        precision: share of an album's own reviews among the first R, R how many it has; None where reviews ask.
    """

    query: Query
    pool: str
    n_queries: int
    n_candidates: int
    mrr: float
    mrr_low: float
    mrr_high: float
    recall: dict[int, float]
    recall_low: dict[int, float]
    recall_high: dict[int, float]
    median_rank: float
    precision: float | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """Whether reviews find their albums better than re-paired ones; an album's score is the mean of its songs'.

    Attributes:
        mrr: of the albums that took part; `null_mrr` that of the re-pairings.
        p_value: share of re-pairings with an MRR at least as high.
        detection_limit_mrr: smallest MRR that would have had p < 0.01; None where no MRR has.
        n_albums: albums that took part.
    """

    mrr: float
    null_mrr: float
    p_value: float
    detection_limit_mrr: float | None
    n_albums: int


@dataclass(frozen=True, slots=True)
class MethodResult:
    """One method under one scheme.

    Attributes:
        name: ours, e.g. ``TwoBranch neighbours``.
        figures: both directions, both ways of scoring an album.
        test: whether it is better than chance.
        mrr_common: MRR of reviews expected in a gallery as large as the smallest scheme's, drawn from this one's.
        genre_first: share of reviews for which the best of the other albums is of their album's genre; None where there
            are no genres.
        settings: what it was fitted with.
        seconds: wall time of fitting and encoding.
    """

    name: str
    figures: tuple[Figures, ...]
    test: Test
    mrr_common: float
    genre_first: float | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def of(self, query: Query, pool: str) -> Figures:
        """Return the figures of a direction and a way of scoring."""
        return next(one for one in self.figures if (one.query, one.pool) == (query, pool))


@dataclass(frozen=True, slots=True)
class Probe:
    """What reviews find by something other than sound and words.

    Attributes:
        name: e.g. ``popularity by reviews``.
        mrr: of the album; `recall` K → share of reviews with their album among the first K.
        what: how the albums are ordered, a sentence.
        off: of a control that is fitted several times, how many standard errors its mean MRR is above chance; None of
            what is fitted to nothing.
    """

    name: str
    mrr: float
    recall: dict[int, float]
    what: str
    off: float | None = None


@dataclass(frozen=True, slots=True)
class SchemeResult:
    """What was measured under one way of splitting.

    Attributes:
        name: as its table names it.
        is_disjoint: whether the recipe says that no artist is on both sides.
        n_albums: part → albums; `n_reviews` part → reviews; `n_songs` part → songs.
        n_asking: reviews of the test part that asked.
        shared_albums: share of the test part's albums with reviews in the train part; `shared_artists` of those whose
            artist has.
        chance: query → what a random order gives: ``mrr``, ``recall_1``, ``recall_5``, ``recall_10``, ``median_rank``.
        genre_chance: what `genre_first` is where the other albums are ordered at random.
        methods: what was fitted.
        probes: popularity, genre and artist; controls.
        left_out: methods that were not fitted, one sentence each.
    """

    name: str
    is_disjoint: bool
    n_albums: dict[str, int]
    n_reviews: dict[str, int]
    n_songs: dict[str, int]
    n_asking: int
    shared_albums: float
    shared_artists: float
    chance: dict[str, dict[str, float]]
    genre_chance: float | None
    methods: tuple[MethodResult, ...]
    probes: tuple[Probe, ...]
    left_out: tuple[str, ...] = ()

    def method(self, name: str) -> MethodResult | None:
        """Return a method's result, None where it was not fitted."""
        return next((one for one in self.methods if one.name == name), None)

    def probe(self, name: str) -> Probe | None:
        """Return a probe, None where it could not be made."""
        return next((one for one in self.probes if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Albums(Result):
    """Everything that the suite measures.

    Attributes:
        sources: what was read, e.g. ``audio`` → ``features.vector``, and how wide it is.
        schemes: ways of splitting, in the recipe's order.
        paper: paper whose table is printed beside ours; "" for none.
        n_permutations: re-pairings behind each p-value.
        n_common: albums of the smallest gallery.
        epochs: of the networks, as a share of the paper's.
    """

    sources: dict[str, str]
    schemes: tuple[SchemeResult, ...]
    paper: str = ""
    n_permutations: int = 0
    n_common: int = 0
    epochs: float = 1.0

    @property
    def disjoint(self) -> SchemeResult | None:
        """Return the scheme that the gate asks, None where nothing was measured."""
        return next((scheme for scheme in self.schemes if scheme.is_disjoint), None)


Validation = suite.Validation[Albums]


def limit(value: float) -> float | None:
    """Return a detection limit, None where no MRR reaches it."""
    return None if value == math.inf else value

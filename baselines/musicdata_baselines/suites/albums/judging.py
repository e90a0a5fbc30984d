"""From embedded songs and reviews to the figures of a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines import retrieval
from musicdata_baselines.retrieval.firsts import Firsts
from musicdata_baselines.retrieval.gallery import POOLS, Gallery, find_sets, find_texts
from musicdata_baselines.retrieval.gallery_inference import permute_sets
from musicdata_baselines.retrieval.metrics import RECALL_AT
from musicdata_baselines.suites.albums.results import Figures, MethodResult, Test, limit

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from musicdata_baselines.retrieval.gallery import Pool
    from musicdata_baselines.suites.albums.parts import Parts
    from musicdata_baselines.suites.albums.results import Query

TESTED: Pool = "mean"  # fixed beforehand: what is chosen by its p-value has a better one than it deserves


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """What a method makes of the test part.

    Attributes:
        name: of the method.
        songs: (test songs, k); `reviews` (test reviews, k).
        settings: what it was fitted with.
        seconds: wall time of fitting and encoding.
    """

    name: str
    songs: NDArray[Any]
    reviews: NDArray[Any]
    settings: dict[str, Any]
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Turns what methods made of a scheme's test part into figures.

    Attributes:
        parts: the scheme.
        n_common: albums of the smallest gallery of all schemes.
        n_permutations: re-pairings behind each p-value.
        seed: of bootstraps and re-pairings.
        n_bootstraps: draws of groups.
    """

    parts: Parts
    n_common: int
    n_permutations: int
    seed: int
    n_bootstraps: int = 2_000

    def judge(self, encoded: Encoded) -> MethodResult:
        """Return a method's figures."""
        gallery = self.gallery(encoded)
        return MethodResult(
            name=encoded.name,
            figures=tuple(one for pool in POOLS for one in self._figures(gallery, pool)),
            test=self.test(gallery),
            mrr_common=self._common(gallery),
            genre_first=self._genre_first(gallery),
            settings=encoded.settings,
            seconds=encoded.seconds,
        )

    def gallery(self, encoded: Encoded) -> Gallery:
        """Return the albums to find and the reviews."""
        return Gallery.of(encoded.songs, self.parts.song_sets, encoded.reviews, self.parts.review_sets)

    def test(self, gallery: Gallery) -> Test:
        """Return whether reviews find their albums better than re-paired ones."""
        parts = self.parts
        found = permute_sets(gallery, parts.asking, TESTED, parts.groups, self.n_permutations, self.seed)
        return Test(found.observed_mrr, found.null_mean, found.p_value, limit(found.detection_limit), found.n_sets)

    def _common(self, gallery: Gallery) -> float:
        found = find_sets(gallery, self.parts.asking, TESTED)
        return float(found.reciprocal_ranks_among(self.n_common, gallery.n_sets).mean())

    def _figures(self, gallery: Gallery, pool: Pool) -> tuple[Figures, Figures]:
        asking, texts = self.parts.asking, find_texts(gallery, pool)
        by_review = find_sets(gallery, asking, pool)
        return (
            self._direction("review", pool, by_review, gallery.owners[asking], gallery.n_sets),
            self._direction("album", pool, texts.firsts, texts.sets, len(gallery.texts), texts.precision),
        )

    def _direction(
        self,
        query: Query,
        pool: Pool,
        firsts: Firsts,
        sets: NDArray[np.int64],
        n_candidates: int,
        precision: NDArray[np.float64] | None = None,
    ) -> Figures:
        groups = self.parts.groups[sets]
        hits = {k: firsts.hits(k) for k in RECALL_AT}
        bounds = {k: self._interval(values, groups) for k, values in hits.items()}
        low, high = self._interval(firsts.reciprocal_ranks, groups)
        return Figures(
            query=query,
            pool=pool,
            n_queries=len(sets),
            n_candidates=n_candidates,
            mrr=float(firsts.reciprocal_ranks.mean()),
            mrr_low=low,
            mrr_high=high,
            recall={k: float(values.mean()) for k, values in hits.items()},
            recall_low={k: of_k[0] for k, of_k in bounds.items()},
            recall_high={k: of_k[1] for k, of_k in bounds.items()},
            median_rank=float(np.median(firsts.ranks)),
            precision=None if precision is None else float(precision.mean()),
        )

    def _interval(self, values: NDArray[np.float64], groups: NDArray[np.str_]) -> tuple[float, float]:
        return retrieval.bootstrap_by_group(values, groups, self.n_bootstraps, self.seed)

    def _genre_first(self, gallery: Gallery) -> float | None:
        """Return how often the best of the other albums is of the genre of the review's own."""
        if self.parts.data.genres is None or gallery.n_sets < 2:
            return None
        genres = self.parts.data.genres[self.parts.candidates]
        asking = self.parts.asking[genres[gallery.owners[self.parts.asking]] != ""]
        if not len(asking):
            return None
        hits = 0
        for rows, scores in gallery.blocks(asking, TESTED):
            own = gallery.owners[rows]
            scores[np.arange(len(rows)), own] = -np.inf
            hits += int((genres[scores.argmax(axis=1)] == genres[own]).sum())
        return hits / len(asking)


def chance(parts: Parts) -> dict[str, dict[str, float]]:
    """Return query → what a random order gives: for a review, and for an album with its several reviews."""
    n_texts, of_set = len(parts.test), np.bincount(parts.review_sets)
    none = np.zeros_like(of_set)
    asking = np.zeros(len(parts.asking), np.int64)
    return {
        "review": summarise(Firsts(asking, asking + len(parts.candidates), asking + 1)),
        "album": summarise(Firsts(none, none + n_texts, of_set)),
    }


def genre_chance(parts: Parts) -> float | None:
    """Return what `genre_first` is when the other albums are in random order; None where no genre is known."""
    if parts.data.genres is None or len(parts.candidates) < 2:
        return None
    genres = parts.data.genres[parts.candidates]
    own = genres[parts.review_sets[parts.asking]]
    known, counts = np.unique(genres, return_counts=True)
    size = dict(zip(known.tolist(), counts.tolist(), strict=True))
    shares = [(size[genre] - 1) / (len(genres) - 1) for genre in own.tolist() if genre]
    return float(np.mean(shares)) if shares else None


def summarise(firsts: Firsts) -> dict[str, float]:
    """Return MRR, recalls and median rank."""
    recalls = {f"recall_{k}": float(firsts.hits(k).mean()) for k in RECALL_AT}
    return {
        "mrr": float(firsts.reciprocal_ranks.mean()),
        **recalls,
        "median_rank": float(np.median(firsts.ranks)),
    }

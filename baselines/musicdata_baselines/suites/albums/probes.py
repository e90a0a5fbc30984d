"""What reviews find by something other than sound and words, and controls that must find nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.retrieval.firsts import Firsts
from musicdata_baselines.retrieval.gallery import find_sets
from musicdata_baselines.suites.albums import methods
from musicdata_baselines.suites.albums.judging import TESTED, Encoded, summarise
from musicdata_baselines.suites.albums.results import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from musicdata_baselines.suites.albums.judging import Judge
    from musicdata_baselines.suites.albums.methods import Ridge
    from musicdata_baselines.suites.albums.parts import Parts

SHUFFLED, CONSTANT = "shuffled reviews", "constant reviews"


def run_all(parts: Parts, judge: Judge, device: str) -> Iterator[Probe]:
    """Yield the probes of a scheme that its tables allow."""
    yield from popularity(parts)
    yield from oracles(parts)
    yield shuffled(parts, judge, methods.choose_ridge(parts, device), device)
    yield constant(parts, judge)


def popularity(parts: Parts) -> Iterator[Probe]:
    """Yield what is found by one order of the albums, the same for every review: most reviewed, best sold first."""
    counts = np.bincount(parts.data.review_album, minlength=parts.data.n_albums)
    by_reviews = "most reviewed first, whatever the review says; reviews of popular albums are the most"
    yield _probe(parts, "popularity by reviews", counts[parts.candidates].astype(np.float64), by_reviews)
    if parts.data.popularity is not None:
        rank = parts.data.popularity[parts.candidates]
        if np.isfinite(rank).any():
            order = np.where(np.isfinite(rank), -rank, -np.inf)
            yield _probe(parts, "popularity by sales", order, "best sold first, whatever the review says")


def oracles(parts: Parts) -> Iterator[Probe]:
    """Yield what somebody finds who is told the genre or the artist of the album, and nothing else."""
    labels = {"artist told": parts.data.artists, "genre told": parts.data.genres}
    for name, of_album in labels.items():
        if of_album is None:
            continue
        own = of_album[parts.candidates]
        known, number, size = np.unique(own, return_inverse=True, return_counts=True)
        # An album of no known class could be any of those of none.
        firsts = _tied_first(size[number][parts.review_sets[parts.asking]])
        figures = summarise(firsts)
        what = f"albums of the review's own {name.split()[0]} first, in random order ({len(known)} of them)"
        yield Probe(name, figures["mrr"], _recalls(figures), what)


def shuffled(parts: Parts, judge: Judge, ridge: Ridge, device: str) -> Probe:
    """Return what CCA finds that was fitted to reviews of other albums: nothing, if all is well."""
    started = time.monotonic()
    albums = parts.data.review_album[parts.train]
    known, number = np.unique(albums, return_inverse=True)
    moved = np.random.default_rng(judge.seed).permutation(known)[number]
    model = methods.fit_cca(parts, moved, ridge.shrinkage, ridge.exponent, device)
    encoded = methods.encode_linear(SHUFFLED, model, parts, {}, started)
    return _fitted(parts, judge, encoded, "CCA weighted, fitted to albums with the reviews of other ones")


def constant(parts: Parts, judge: Judge) -> Probe:
    """Return what reviews find that all say the same: exactly chance, if ties are counted right."""
    songs, reviews = (np.tile([1.0, 0.0], (len(rows), 1)) for rows in (parts.test_songs, parts.test))
    encoded = Encoded(CONSTANT, songs, reviews, {}, 0.0)
    return _fitted(parts, judge, encoded, "every review and every song at one point")


def _fitted(parts: Parts, judge: Judge, encoded: Encoded, what: str) -> Probe:
    gallery = judge.gallery(encoded)
    figures = summarise(find_sets(gallery, parts.asking, TESTED))
    return Probe(encoded.name, figures["mrr"], _recalls(figures), what, judge.test(gallery))


def _probe(parts: Parts, name: str, scores: NDArray[np.float64], what: str) -> Probe:
    """Return what a fixed score (candidates,) finds."""
    rising = np.sort(scores)
    own = scores[parts.review_sets[parts.asking]]
    before = len(rising) - np.searchsorted(rising, own, side="right")
    tied = len(rising) - np.searchsorted(rising, own, side="left") - before
    figures = summarise(Firsts(before, tied, np.ones_like(before)))
    return Probe(name, figures["mrr"], _recalls(figures), what)


def _tied_first(size: NDArray[np.int64]) -> Firsts:
    return Firsts(np.zeros_like(size), size, np.ones_like(size))


def _recalls(figures: dict[str, float]) -> dict[int, float]:
    return {int(name.removeprefix("recall_")): value for name, value in figures.items() if name.startswith("recall_")}

"""What reviews find by something other than sound and words, and controls that must find nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.retrieval.firsts import Firsts
from musicdata_baselines.retrieval.gallery import Gallery, find_sets
from musicdata_baselines.suites.albums import judging, methods
from musicdata_baselines.suites.albums.judging import TESTED, Encoded, summarise
from musicdata_baselines.suites.albums.results import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from musicdata_baselines.suites.albums.judging import Judge
    from musicdata_baselines.suites.albums.methods import Ridge
    from musicdata_baselines.suites.albums.parts import Parts

SHUFFLED, CONSTANT = "shuffled reviews", "constant reviews"
N_SHUFFLES = 20
MOST_SHUFFLED = 10_000  # reviews that a shuffled fit is made of
_LEAST = 1e-12


def run_all(parts: Parts, judge: Judge, device: str) -> Iterator[Probe]:
    """Yield the probes of a scheme that its tables allow."""
    yield from popularity(parts)
    yield from oracles(parts)
    yield shuffled(parts, judge.seed, methods.choose_ridge(parts, device), device)
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


def shuffled(parts: Parts, seed: int, ridge: Ridge, device: str) -> Probe:
    """Return what CCA finds that was fitted to reviews of other albums: chance on the average, if all is well.

    One such fit may be near the true one, or near its opposite, and then finds more or less than chance: several are
    made, and their mean is compared with chance by their own deviation.
    """
    rng = np.random.default_rng(seed)
    train = np.sort(rng.permutation(parts.train)[:MOST_SHUFFLED])
    known, number = np.unique(parts.data.review_album[train], return_inverse=True)
    found = []
    for _ in range(N_SHUFFLES):
        model = methods.fit_cca(parts, train, rng.permutation(known)[number], ridge, device)
        songs, reviews = methods.encode_cca(model, parts)
        gallery = Gallery.of(songs, parts.song_sets, reviews, parts.review_sets)
        found.append(summarise(find_sets(gallery, parts.asking, TESTED)))
    figures = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
    mrrs = np.array([one["mrr"] for one in found])
    off = (mrrs.mean() - judging.chance(parts)["review"]["mrr"]) / max(mrrs.std(ddof=1) / np.sqrt(N_SHUFFLES), _LEAST)
    what = f"CCA weighted, fitted to albums with the reviews of other ones, mean of {N_SHUFFLES} times"
    return Probe(SHUFFLED, figures["mrr"], _recalls(figures), what, off=float(off))


def constant(parts: Parts, judge: Judge) -> Probe:
    """Return what reviews find that all say the same: exactly chance, if ties are counted right."""
    songs, reviews = (np.tile([1.0, 0.0], (len(rows), 1)) for rows in (parts.test_songs, parts.test))
    encoded = Encoded(CONSTANT, songs, reviews, {}, 0.0)
    figures = summarise(find_sets(judge.gallery(encoded), parts.asking, TESTED))
    return Probe(CONSTANT, figures["mrr"], _recalls(figures), "every review and every song at one point")


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

"""Whether the paper's ordering shows on planted albums: neighbourhood sampling > bidirectional > unidirectional."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from musicdata_baselines.deep.two_branch import TwoBranch
from musicdata_baselines.retrieval.gallery import POOLS, Gallery, find_sets, find_texts
from tests.baselines.suites.albums.planted import FIRST_WORD, Link, Population, make

ORDER = ("unidirectional", "bidirectional", "neighbourhood sampling")
KINDS: dict[str, dict[str, Any]] = {
    "unidirectional": {"backward": 0.0},
    "bidirectional": {},
    "neighbourhood sampling": {"neighbours": True},
    "linear": {"linear": True},
    "constraints": {"neighbours": True, "near_x": 0.1, "near_y": 0.1},
}


@dataclass(frozen=True, slots=True)
class Found:
    """What one network finds of the reviews that were held out, a tenth of them, as in the paper.

    Attributes:
        kind: of `KINDS`.
        mrr: pool → of review → album; `recall_10` likewise; `back` pool → MRR of album → review.
        seconds: of training.
    """

    kind: str
    mrr: dict[str, float]
    recall_10: dict[str, float]
    back: dict[str, float]
    seconds: float


def measure(
    link: Link, seed: int, epochs: int, text: Literal["vectors", "mean"], kinds: tuple[str, ...] = ORDER, **more: Any
) -> list[Found]:
    """Train the networks on one population, and ask for the albums of the reviews that were held out."""
    pop = make(link, seed)
    held_out = np.random.default_rng(100 + seed).random(len(pop.review_album)) < 0.1
    return [_measure(pop, held_out, kind, seed, epochs, text, more) for kind in kinds]


def _measure(
    pop: Population,
    held_out: np.ndarray[Any, Any],
    kind: str,
    seed: int,
    epochs: int,
    text: Literal["vectors", "mean"],
    more: dict[str, Any],
) -> Found:
    train, test = np.flatnonzero(~held_out), np.flatnonzero(held_out)
    songs = np.flatnonzero(np.isin(pop.song_album, pop.review_album[train]))
    started = time.perf_counter()
    vocabulary = int(pop.tokens.values.max()) + FIRST_WORD
    settings: dict[str, Any] = {"vocabulary": vocabulary, "epochs": epochs, "seed": seed, "device": "cpu"}
    model = TwoBranch(text=text, **(settings | KINDS[kind] | more))
    texts = [pop.tokens.take(rows) if text == "mean" else pop.text[rows] for rows in (train, test)]
    model.fit([pop.audio[songs], texts[0]], groups=[pop.song_album[songs], pop.review_album[train]])
    seconds = time.perf_counter() - started
    albums = np.unique(pop.review_album[test])
    asked = np.isin(pop.song_album, albums)
    scores = model.transform([pop.audio[asked], texts[1]])
    sets = [np.searchsorted(albums, of) for of in (pop.song_album[asked], pop.review_album[test])]
    gallery = Gallery.of(scores[0], sets[0], scores[1], sets[1])
    firsts = {pool: find_sets(gallery, np.arange(len(test)), pool) for pool in POOLS}
    return Found(
        kind,
        mrr={pool: float(one.reciprocal_ranks.mean()) for pool, one in firsts.items()},
        recall_10={pool: float(one.hits(10).mean()) for pool, one in firsts.items()},
        back={pool: float(find_texts(gallery, pool).firsts.reciprocal_ranks.mean()) for pool in POOLS},
        seconds=seconds,
    )

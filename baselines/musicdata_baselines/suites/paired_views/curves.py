"""The curves of a report: components, training samples, and what a random split would have claimed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines import backend, retrieval
from musicdata_baselines.curve import Curve
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.moments import Moments
from musicdata_baselines.suites.paired_views.baselines import choose_linear, views_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.subject import Pair
    from musicdata_baselines.suites.paired_views.dataset import Dataset
    from musicdata_baselines.suites.paired_views.judging import Judge, Scores

COMPONENTS = (1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)  # of the groups; all of them is the baseline itself
FEWEST_ROWS = 10
COARSE_SHRINKAGES = (0.03, 0.3, 0.9)
WEIGHTED = "CCA weighted"


def draw(
    data: Dataset, scored: Sequence[Scores], judge: Judge, *, device: str = "auto", seed: int = 0
) -> dict[str, dict[str, tuple[Curve, ...]]]:
    """Return plot → pair → lines.

    ``components``: test MRR of plain and weighted CCA over the number of components, from one fit each.
    ``learning``: test MRR of weighted CCA over the training samples, whole groups drawn at random.
    ``split_leakage``: test MRR with the data set's own split, and with one that draws samples without regard to groups.

    Args:
        data: the data set.
        scored: what the baselines say, CCA among them: the curves begin where it ends.
        judge: measures the intervals.
        device: ``auto``, ``cpu`` or ``cuda``.
        seed: of the draws.
    """
    pairs = data.subject.pairs
    return {
        "components": {_label(pair): tuple(_components(pair, scored)) for pair in pairs},
        "learning": {_label(pair): (_learning(data, pair, scored, judge, device, seed),) for pair in pairs},
        "split_leakage": {_label(pair): _split_leakage(data, pair, scored, judge, device, seed) for pair in pairs},
    }


def _label(pair: Pair) -> str:
    return "–".join(pair)


def _of(name: str, pair: Pair, scored: Sequence[Scores]) -> tuple[NDArray[Any], NDArray[Any]]:
    return next(scores.pairs[pair] for scores in scored if scores.name == name and pair in scores.pairs)


def _components(pair: Pair, scored: Sequence[Scores]) -> Iterator[Curve]:
    for name in ("CCA", "CCA weighted"):
        a, b = _of(name, pair, scored)
        sizes = [k for k in COMPONENTS if k <= a.shape[1]]
        ranks = retrieval.cumulative_ranks(a, b, sizes)
        yield Curve(name, tuple(map(float, sizes)), tuple(_mrr(ranks[k]) for k in sizes))


def _mrr(ranks: retrieval.Ranks) -> float:
    return float(np.mean([retrieval.reciprocal_ranks(p).mean() for p in (ranks.a_to_b, ranks.b_to_a)]))


def _learning(data: Dataset, pair: Pair, scored: Sequence[Scores], judge: Judge, device: str, seed: int) -> Curve:
    views = views_of(data, pair)
    groups = data.subject.groups[data.rows("train")]
    order = np.random.default_rng(seed).permutation(np.unique(groups))
    points = []
    for share in SHARES:
        kept = np.isin(groups, order[: round(share * len(order))])
        if kept.sum() >= FEWEST_ROWS:
            scores = _fit([view[kept] for view in views["train"]], views["valid"], views["test"], device)
            points.append((float(kept.sum()), *_measure(scores, judge)))
    points.append((float(len(groups)), *_measure(_of(WEIGHTED, pair, scored), judge)))
    return Curve(WEIGHTED, *zip(*points, strict=True))


def _split_leakage(
    data: Dataset, pair: Pair, scored: Sequence[Scores], judge: Judge, device: str, seed: int
) -> tuple[Curve, ...]:
    """Return one point each: the data set's split, and one of the same sizes that ignores groups."""
    splits = ("train", "valid", "test")
    shuffled = np.random.default_rng(seed).permutation(len(data.subject.split))
    rows = np.split(shuffled, np.cumsum([len(data.rows(split)) for split in splits])[:-1])
    train, valid, test = ([data.subject.views[name][of_split] for name in pair] for of_split in rows)
    scores = _fit(train, valid, test, device)
    of_random = dataclasses.replace(judge, groups=data.subject.groups[rows[-1]])
    return tuple(
        Curve(label, (float(number),), (mean,), (low,), (high,))
        for number, (label, (mean, low, high)) in enumerate(
            [
                ("grouped split", _measure(_of(WEIGHTED, pair, scored), judge)),
                ("random split", _measure(scores, of_random)),
            ]
        )
    )


def _fit(
    train: Sequence[NDArray[Any]], valid: Sequence[NDArray[Any]], test: Sequence[NDArray[Any]], device: str
) -> list[NDArray[Any]]:
    """Return the test scores of weighted CCA."""
    moments = Moments.of(train, backend=backend.choose(device))
    return choose_linear(CCA, moments, valid, shrinkages=COARSE_SHRINKAGES, device=device).estimator.transform(test)


def _measure(scores: Sequence[NDArray[Any]], judge: Judge) -> tuple[float, float, float]:
    """Return the MRR, mean of both directions, with its 95 % interval."""
    a, b = scores
    ranks = retrieval.count_ranks(a, b)
    both = np.mean([retrieval.reciprocal_ranks(p) for p in (ranks.a_to_b, ranks.b_to_a)], axis=0)
    return float(both.mean()), *judge.interval(both)

"""How well each item's two views fit together, judged by models that have not seen the item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from musicdata_baselines.retrieval import normalise
from musicdata_baselines.suites.paired_views.controls.folds import fold_by_group
from musicdata_baselines.suites.paired_views.controls.link import fit_link

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.subject import Pair, Subject

    Array = NDArray[np.float64]

_CANDIDATES = 1000
_REPAIRINGS = 8


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found of every item.

    Attributes:
        residual: (n,) share of other groups' items that fit better than its own, mean of both directions; by cosine of
            correlation-weighted scores. Of a mis-paired item it is anything between 0 and 1, of most others near 0.
        own: (n, 2) log-likelihood ratio of "paired" against "re-paired" under the Gaussian canonical model, up to a
            constant, and the part of it that does not depend on the pairing.
        repaired: (m, 2) likewise of re-paired items.
        dispersion: variance of the scores' squared lengths against that of Gaussian scores; the larger of both views.
    """

    residual: Array
    own: Array
    repaired: Array
    dispersion: float

    @property
    def strength(self) -> float:
        """Return the probability that a pair fits better than a re-paired one; 0.5 without a link."""
        below = np.searchsorted(np.sort(self.repaired[:, 0]), self.own[:, 0])
        return float(below.mean() / len(self.repaired))


@dataclass(frozen=True, slots=True)
class _Fold:
    """One fold's items, seen by CCA of the others.

    Attributes:
        rows: of the data set.
        scores: of both views, (rows, k) each, every component brought to a normal distribution.
        residual: of `Evidence`, (rows,).
    """

    rows: NDArray[np.intp]
    scores: tuple[Array, Array]
    residual: Array


def gather_evidence(subject: Subject, pair: Pair, seed: int) -> Evidence:
    """Cross-fit CCA by group and return what it says of every item.

    Components are brought to normal distributions by rank within a fold, so that no heavy tail of one feature decides.
    Their correlations are those of the other folds' items, which neither the model nor this fold has seen.
    """
    rng = np.random.default_rng(seed)
    groups = subject.group_numbers
    x, y = (subject.views[name] for name in pair)
    folds = _align([_judge(x, y, groups, rows, rng) for rows in fold_by_group(groups, seed)])
    products = [(a * b).sum(axis=0) for a, b in (fold.scores for fold in folds)]
    own, repaired, residual = np.empty((len(x), 2)), [], np.empty(len(x))
    for fold, product in zip(folds, products, strict=True):
        correlations = _held_out(sum(products) - product, len(x) - len(fold.rows))
        own[fold.rows] = _ratios(*fold.scores, correlations)
        residual[fold.rows] = fold.residual
        for _ in range(_REPAIRINGS):
            partner = rng.permutation(len(fold.rows))
            apart = groups[fold.rows] != groups[fold.rows[partner]]
            repaired.append(_ratios(fold.scores[0][apart], fold.scores[1][partner[apart]], correlations))
    weights = _held_out(sum(products), len(x)) ** 2
    dispersion = max(_dispersion(np.concatenate([fold.scores[side] for fold in folds]), weights) for side in (0, 1))
    return Evidence(residual, own, np.concatenate(repaired), dispersion)


def _judge(x: Array, y: Array, groups: NDArray[np.intp], rows: NDArray[np.intp], rng: np.random.Generator) -> _Fold:
    others = np.setdiff1d(np.arange(len(x)), rows)
    model = fit_link(x[others], y[others], "none")
    scores = model.transform([x[rows], y[rows]])
    a, b = (normalise(view * model.canonical_correlations_) for view in scores)
    residual = (_share_better(a, b, groups[rows], rng) + _share_better(b, a, groups[rows], rng)) / 2
    return _Fold(rows, (_to_normal(scores[0]), _to_normal(scores[1])), residual)


def _align(folds: list[_Fold]) -> list[_Fold]:
    """Return the folds with as many components as each of them has; the last ones can be missing."""
    k = min(fold.scores[0].shape[1] for fold in folds)
    return [_Fold(fold.rows, (fold.scores[0][:, :k], fold.scores[1][:, :k]), fold.residual) for fold in folds]


def _share_better(a: Array, b: Array, groups: NDArray[np.intp], rng: np.random.Generator) -> Array:
    """Return for each row of a the share of rows of b, of other groups, whose cosine is above its own row's."""
    candidates = rng.permutation(len(b))[:_CANDIDATES]
    apart = groups[:, None] != groups[candidates]
    better = (a @ b[candidates].T > np.einsum("ij,ij->i", a, b)[:, None]) & apart
    share: Array = better.sum(axis=1) / np.maximum(1, apart.sum(axis=1))
    return share


def _to_normal(scores: Array) -> Array:
    normal: Array = ndtri((rankdata(scores, axis=0) - 0.5) / len(scores))
    return normal


def _held_out(products: Array, n: int) -> Array:
    """Return the correlations of the components over n items, those within chance set to 0."""
    correlations = np.clip(products / n, 0, 0.98)
    return np.where(correlations < 1 / np.sqrt(n), 0.0, correlations)


def _ratios(a: Array, b: Array, correlations: Array) -> Array:
    """Return the log-likelihood ratio up to its constant, and its part without the products; (n, 2)."""
    unexplained = 1 - correlations**2
    apart = (a**2 + b**2) @ (correlations**2 / unexplained / 2)
    return np.stack([(a * b) @ (correlations / unexplained) - apart, apart], axis=1)


def _dispersion(scores: Array, weights: Array) -> float:
    """Return the variance of the weighted squared lengths of the rows against 2 Σ w², that of Gaussian rows."""
    expected = 2 * float((weights**2).sum())
    return float(((scores**2) @ weights).var()) / expected if expected else 1.0

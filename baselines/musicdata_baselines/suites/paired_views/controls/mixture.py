"""Estimates the share of pairs that look like re-paired ones, from pairs and re-paired pairs alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_STARTS = (-5.0, -2.0, 0.0)  # logits from which the share is looked for: 0.7, 12 and 50 %
_LOGITS = (-9.0, 4.0)
_CLIP = 40.0
_LINEAR = 3  # coefficients


@dataclass(frozen=True, slots=True)
class Mixture:
    """What was estimated.

    Attributes:
        share: of the pairs, that look like re-paired ones; maximum likelihood with f linear.
        statistic: twice the gain in log-likelihood over a share of 0, f being linear.
        cautious: likewise with f quadratic; what remains where the link is tighter for some items than for others.
    """

    share: float
    statistic: float
    cautious: float


def estimate_share(own: Array, repaired: Array) -> Mixture:
    """Estimate the share of own pairs that cannot be told from re-paired ones.

    The density of own pairs over that of re-paired ones is taken to be (1 − ε) exp f(t) + ε: f falls without limit as
    the evidence t does, and ε is the floor that mis-paired items put under it. f is linear in the two columns of
    `Evidence.own`, as the Gaussian canonical model has it, or quadratic; its coefficients are calibrated on the data.
    All is fitted at once as a logistic regression of own against re-paired pairs, whose odds are the ratio of their
    densities: Qin, Inferences for case-control and semiparametric two-sample density ratio models, Biometrika 85, 1998.

    Args:
        own: (n, 2) of the pairs as they are.
        repaired: (m, 2) of re-paired items.
    """
    mean, deviation = repaired.mean(axis=0), repaired.std(axis=0) + 1e-12
    designs = [_design((evidence - mean) / deviation) for evidence in (own, repaired)]
    share, statistic = _compare(*(design[:, :_LINEAR] for design in designs))
    return Mixture(share, statistic, _compare(*designs)[1])


def _design(evidence: Array) -> Array:
    t, u = evidence.T
    return np.stack([np.ones_like(t), t, u, t**2, t * u], axis=1)


def _compare(own: Array, repaired: Array) -> tuple[float, float]:
    """Return the share, and twice the log-likelihood that it gains."""
    smooth = _minimise(_Loss(own, repaired, has_floor=False), [np.zeros(own.shape[1])])
    starts = [np.append(smooth.parameters, start) for start in _STARTS]
    floored = _minimise(_Loss(own, repaired, has_floor=True), starts)
    # Without a floor it is fitted once more from where the other fit ended, lest a poor start count as evidence.
    again = _minimise(_Loss(own, repaired, has_floor=False), [floored.parameters[:-1]])
    return _logistic(floored.parameters[-1]), max(0.0, 2 * (min(smooth.loss, again.loss) - floored.loss))


def _logistic(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


@dataclass(frozen=True, slots=True)
class _Minimum:
    parameters: Array
    loss: float


@dataclass(frozen=True, slots=True)
class _Loss:
    """The negative log-likelihood of coefficients of f and, where there is a floor, its logit."""

    own: Array
    repaired: Array
    has_floor: bool

    def __call__(self, parameters: Array) -> tuple[float, Array]:
        """Return the loss and its gradient."""
        width = self.own.shape[1]
        floor = _logistic(parameters[-1]) if self.has_floor else 0.0
        prior = len(self.own) / len(self.repaired)
        loss, gradient, by_floor = 0.0, np.zeros(width), 0.0
        for design, is_own in ((self.own, True), (self.repaired, False)):
            smooth = np.exp(np.clip(design @ parameters[:width], -_CLIP, _CLIP))
            odds = prior * ((1 - floor) * smooth + floor)
            loss += float(np.log1p(1 / odds if is_own else odds).sum())
            by_ratio = prior * (-1 / (odds * (1 + odds)) if is_own else 1 / (1 + odds))
            gradient += design.T @ (by_ratio * (1 - floor) * smooth)
            by_floor += float((by_ratio * (1 - smooth)).sum())
        return loss, np.append(gradient, by_floor * floor * (1 - floor)) if self.has_floor else gradient


def _minimise(loss: _Loss, starts: list[Array]) -> _Minimum:
    # f may be convex in the evidence, so that it need not fall at one rate, but not concave: it would fall too fast.
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * loss.own.shape[1]
    bounds[_LINEAR:] = [(0, None), (None, None)][: len(bounds) - _LINEAR]
    bounds += [_LOGITS] * loss.has_floor
    fits = [minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds) for start in starts]
    best = min(fits, key=lambda fit: float(fit.fun))
    return _Minimum(np.asarray(best.x), float(best.fun))

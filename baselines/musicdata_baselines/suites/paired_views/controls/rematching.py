"""Looks whether items that do not fit their own partners fit each other's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import poisson

from musicdata_baselines.retrieval import normalise
from musicdata_baselines.suites.paired_views.controls.link import score_pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.subject import Pair, Subject

    Array = NDArray[np.float64]
    Rows = NDArray[np.intp]

SUSPECT = 0.2  # residual from which an item is taken to be unlinked
_ASKED = 2000
_BLOCK = 512
_NEAR, _FAR = 5, 25  # ranks of the neighbours that say how many suspects there are around an item
_TRUSTED = 0.4


@dataclass(frozen=True, slots=True)
class Rematching:
    """What was found.

    Attributes:
        matches: (row of the first view, row of the second) of suspects that are each other's best match.
        n_matches: how many of them are of different pairs of groups; alike songs match in several windows at once.
        expected: matches that chance and likeness give.
        p_value: of so many matches or more.
        share: of all items that are mis-paired, at least.
    """

    matches: list[tuple[int, int]]
    n_matches: int
    expected: float
    p_value: float
    share: float


def rematch(subject: Subject, pair: Pair, residual: Array, seed: int) -> Rematching:
    """Look for suspects that are each other's best match among all items, by CCA fitted to the others.

    An item that is noise, or of a kind the model does not know, fits nothing, or anything. One that was mis-paired fits
    another's partner, and that other is a suspect too. How often a best match is a suspect by chance is read from the
    item's next best matches, which are as likely to be of its corpus and its kind.

    Args:
        subject: the data set.
        pair: the two modalities.
        residual: (n,) of `Evidence`.
        seed: of the suspects asked where there are more than 2,000.
    """
    suspect = residual >= SUSPECT
    trusted = ~suspect if suspect.mean() <= 1 - _TRUSTED else residual <= np.quantile(residual, _TRUSTED)
    a, b = (normalise(s) for s in score_pair(subject, pair, np.arange(len(residual)), np.flatnonzero(trusted)))
    drawn = np.random.default_rng(seed).permutation(np.flatnonzero(suspect))[:_ASKED]
    if not len(drawn) or len(a) <= 2 * _FAR:
        return Rematching([], 0, 0.0, 1.0, 0.0)
    nearest = _nearest(a, b, drawn, subject.group_numbers)
    mutual = _nearest(b, a, nearest[:, 0], subject.group_numbers)[:, 0] == drawn
    around = (suspect[nearest[:, _NEAR:]].sum(axis=1) + _NEAR * suspect.mean()) / _FAR
    expected = max(0.5, float(around[mutual].sum()))
    is_match = mutual & suspect[nearest[:, 0]]
    matches = sorted((int(i), int(j)) for i, j in zip(drawn[is_match], nearest[is_match, 0], strict=True))
    count = len({(subject.group_numbers[i], subject.group_numbers[j]) for i, j in matches})
    share = max(0.0, count - expected) / len(drawn) * float(suspect.mean())
    return Rematching(matches, count, expected, float(poisson.sf(count - 1, expected)), share)


def _nearest(a: Array, b: Array, rows: Rows, groups: Rows) -> Rows:
    """Return the `_FAR` rows of b, of other groups, nearest to each of the rows of a, nearest first."""
    nearest = []
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        cosines = a[block] @ b.T
        cosines[groups[block, None] == groups] = -2
        near = np.argpartition(-cosines, _FAR, axis=1)[:, :_FAR]
        order = np.argsort(-np.take_along_axis(cosines, near, axis=1), axis=1, kind="stable")
        nearest.append(np.take_along_axis(near, order, axis=1))
    return np.concatenate(nearest)

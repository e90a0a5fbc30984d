"""Control: items of one split that are items of another once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.suites.paired_views.controls.compression import standardise
from musicdata_baselines.suites.paired_views.controls.constant import is_constant
from musicdata_baselines.suites.paired_views.results import ControlResult, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.subject import Subject

    Array = NDArray[np.float64]
    Rows = NDArray[np.intp]

CONTROL = "duplicates"
EXACT = 1e-6
NEAR_COSINE = 0.999
_NEAR_SHARE = 0.1  # of the usual distance to the nearest of another group
_BY_CHANCE = 1e-6  # probability that this neighbour of an honest item looks like a duplicate of it
_BLOCK = 1024
_SAMPLE = 500
# float32 gives a squared distance up to some 1e-6 of the squared lengths; what may be near is measured again.
_DOUBT = np.float32(1e-5)


def check_duplicates(subject: Subject, seed: int = 0) -> ControlResult:
    """Look for items whose features in every view equal, or nearly equal, those of an item in another split.

    Two items are nearly equal where the cosine of their standardised features is 0.999 or more, and their distance
    is a tenth of what it usually is to the nearest item of another group; in views of few dimensions, in which
    neighbours are near by chance, less than a tenth. Views that are constant are left out. One pair across splits
    refuses. Pairs within the test split are only counted: they tie, and retrieval says what ties cost.

    Args:
        subject: the data set.
        seed: of the items on which usual distances are measured.
    """
    names = [name for name in subject.names if not is_constant(subject, name)]
    if not names:
        return ControlResult(CONTROL, "splits", "not looked for: every view is constant", {})
    views = sorted((_View.of(subject, name, seed) for name in names), key=lambda view: -view.dimension)
    across = [
        pair
        for first, second in (("train", "test"), ("train", "valid"), ("valid", "test"))
        for pair in _equal_pairs(views, subject.rows(first), subject.rows(second))
    ]
    within = [pair for pair in _equal_pairs(views, subject.rows("test"), subject.rows("test")) if pair[0] < pair[1]]
    copies = sorted({later for _, later in across})
    exact = sum(all(view.distance(a, b) <= EXACT * view.length(a) for view in views) for a, b in across)
    summary = (
        f"{len(copies)} of {len(subject.rows('valid', 'test'))} items outside train are in another split once more, "
        f"judged by {', '.join(names)} (asked: none); {len(within)} pairs of equal items within the test split"
    )
    figures = {"n_across": len(across), "n_exact": exact, "n_within_test": len(within), "views": names}
    findings: tuple[Finding, ...] = ()
    if across:
        ids = subject.sample_ids
        examples = ", ".join(f"{ids[a]} = {ids[b]}" for a, b in across[:3])
        message = (
            f"{len(copies)} items are in two splits ({exact} pairs exactly), e.g. {examples}; put them in one group"
        )
        findings = (Finding(CONTROL, message, refuses=True, items=tuple(str(i) for i in ids[copies])),)
    return ControlResult(CONTROL, "splits", summary, figures, findings)


@dataclass(frozen=True, slots=True)
class _View:
    """A view's standardised features, and the distance below which two rows are nearly equal.

    Attributes:
        rows: (n, p) standardised.
        reach: (n,) distance below which another row is nearly equal to this one.
        dimension: effective number of independent columns, (tr C)² / tr C².
    """

    rows: Array
    reach: Array
    dimension: float

    @classmethod
    def of(cls, subject: Subject, name: str, seed: int) -> _View:
        rows = standardise(subject.views[name])
        drawn = np.random.default_rng(seed).permutation(len(rows))[:_SAMPLE]
        some = rows[drawn] - rows[drawn].mean(axis=0)
        # The smaller of the two products of the rows with themselves has the same traces.
        product = some @ some.T if len(some) < rows.shape[1] else some.T @ some
        dimension = float(np.trace(product) ** 2 / (product**2).sum())
        nearest = _measure_nearest(rows, drawn, subject.group_numbers)
        usual = float(np.median(nearest[nearest > 0])) if (nearest > 0).any() else 0.0
        # In d dimensions a share ln 2 · q^d of the nearest neighbours is within q times their median distance.
        near = min(_NEAR_SHARE, (_BY_CHANCE / np.log(2)) ** (1 / dimension)) * usual
        lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
        reach = np.minimum(np.sqrt(2 - 2 * NEAR_COSINE) * lengths, near)
        return cls(rows, np.maximum(reach, EXACT * lengths), dimension)

    def length(self, row: int) -> float:
        return float(np.linalg.norm(self.rows[row]))

    def distance(self, first: int, second: int) -> float:
        return float(np.linalg.norm(self.rows[first] - self.rows[second]))


def _measure_nearest(rows: Array, drawn: Rows, groups: NDArray[Any]) -> Array:
    """Return the distance of each drawn row to its nearest of another group; rows without one are left out."""
    squares = np.einsum("ij,ij->i", rows, rows)
    apart = squares[drawn, None] + squares - 2 * rows[drawn] @ rows.T
    apart[groups[drawn, None] == groups] = np.inf
    nearest: Array = np.sqrt(np.maximum(apart.min(axis=1), 0))
    return nearest[np.isfinite(nearest)]


def _equal_pairs(views: list[_View], first: Rows, second: Rows) -> list[tuple[int, int]]:
    """Return the pairs (row of first, row of second) that are equal or nearly so in every view; the first screens."""
    screen = views[0]
    left, right = (screen.rows[rows].astype(np.float32) for rows in (first, second))
    left_squares, right_squares = (np.einsum("ij,ij->i", x, x) for x in (left, right))
    reach = (screen.reach[second] ** 2).astype(np.float32) + _DOUBT * right_squares
    pairs = []
    for start in range(0, len(first), _BLOCK):
        block = slice(start, start + _BLOCK)
        apart = left_squares[block, None] + right_squares - 2 * (left[block] @ right.T)
        for i, j in np.argwhere(apart <= reach + _DOUBT * left_squares[block, None]).tolist():
            a, b = int(first[start + i]), int(second[j])
            if a != b and all(view.distance(a, b) <= view.reach[b] for view in views):
                pairs.append((a, b))
    return pairs

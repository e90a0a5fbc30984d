"""Control: views that slipped against each other by a row or two, everywhere or for a stretch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines import retrieval
from musicdata_baselines.retrieval.inference import bootstrap_by_group
from musicdata_baselines.suites.paired_views.controls.link import fit_link, score_pair
from musicdata_baselines.suites.paired_views.controls.subject import label
from musicdata_baselines.suites.paired_views.results import ControlResult, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.paired_views.controls.subject import Pair, Subject

    Array = NDArray[np.float64]
    Rows = NDArray[np.intp]

CONTROL = "alignment"
OFFSETS = (-2, -1, 1, 2)
STRETCH = 20
_CLEARLY = 1.5
_TIMES_CHANCE = 4
_LEVEL = 0.999
_FEWEST = 30
_VISIBLE = 0.7  # of the standard deviation, which the quartiles give


def check_alignment(subject: Subject, seed: int = 0) -> list[ControlResult]:
    """Refit every pair with the second view taken a row or two later or earlier, and compare with the rows in place.

    An offset refuses where it clearly beats none on the test split: 1.5 times the MRR, more by four times chance, and
    the interval of the difference, at 99.9 %, bootstrap by group, is above 0. Offsets are tried over the whole data
    set, and among the rows of a group only, as when the windows of each song slipped. A stretch of twenty rows refuses
    too, in which the next row or the one before fits as well as a row's own usually does; that is looked for where the
    test split shows the link, at four times chance.
    """
    return [_check(subject, pair, seed) for pair in subject.pairs]


def _check(subject: Subject, pair: Pair, seed: int) -> ControlResult:
    tried = [_compare(subject, pair, _Offset(by, within), seed) for within in (False, True) for by in OFFSETS]
    slips = [slip for slip in tried if slip is not None]
    # A link that only the rows it was fitted to show makes every other row look out of place.
    is_found = any(slip.mrr_in_place >= _TIMES_CHANCE * slip.chance_mrr for slip in slips)
    stretch = _find_stretch(subject, pair) if is_found else None
    figures: dict[str, Any] = {"offsets": {str(slip.offset): [slip.mrr, slip.mrr_in_place] for slip in slips}}
    if not slips:
        return ControlResult(CONTROL, label(pair), f"{label(pair)}: not looked for, too few test rows", figures)
    best = max(slips, key=lambda slip: slip.mrr - slip.mrr_in_place)
    compared = f"MRR {best.mrr:.4f}, the same rows in place {best.mrr_in_place:.4f}"
    findings: tuple[Finding, ...] = ()
    if best.is_clear:
        message = f"{pair[1]} fits {pair[0]} better {best.offset} than in place ({compared}); shift it back"
        findings = (Finding(CONTROL, message, refuses=True),)
    elif stretch is not None:
        ids = tuple(str(i) for i in subject.sample_ids[stretch.first : stretch.first + STRETCH])
        message = f"from about {ids[0]} to {ids[-1]}, {pair[1]} fits {pair[0]} {stretch.offset} and not in place"
        findings = (Finding(CONTROL, f"{message}; a shard slipped", refuses=True, items=ids),)
    return ControlResult(CONTROL, label(pair), f"{label(pair)}: best {best.offset}, {compared}", figures, findings)


@dataclass(frozen=True, slots=True)
class _Offset:
    """By how many rows the second view is taken later, and whether only within a group."""

    rows: int
    within_groups: bool = False

    def __str__(self) -> str:
        """Return it as people read it, e.g. ``1 row later``."""
        rows = "row" if abs(self.rows) == 1 else "rows"
        return (
            f"{abs(self.rows)} {rows} {'later' if self.rows > 0 else 'earlier'}" + " in its group" * self.within_groups
        )

    def usable(self, subject: Subject, split: str) -> Rows:
        """Return the rows of a split whose partner is in it too, and where that is asked in the same group."""
        rows = subject.rows(split)
        rows = rows[(rows + self.rows >= 0) & (rows + self.rows < len(subject.sample_ids))]
        kept = subject.split[rows + self.rows] == split
        if self.within_groups:
            kept &= subject.group_numbers[rows + self.rows] == subject.group_numbers[rows]
        paired: Rows = rows[kept]
        return paired


@dataclass(frozen=True, slots=True)
class _Slip:
    """Compares an offset with none, on the same rows of the test split."""

    offset: _Offset
    mrr: float
    mrr_in_place: float
    chance_mrr: float
    is_clear: bool


def _compare(subject: Subject, pair: Pair, offset: _Offset, seed: int) -> _Slip | None:
    train, test = (offset.usable(subject, split) for split in ("train", "test"))
    if min(len(train), len(test)) < _FEWEST or len(np.unique(subject.groups[test])) < 2:
        return None
    slipped, in_place = (_reciprocal_ranks(subject, pair, train, test, by) for by in (offset.rows, 0))
    mrr, mrr_in_place = float(slipped.mean()), float(in_place.mean())
    chance_mrr = retrieval.chance(len(test)).mrr
    clear = mrr >= _CLEARLY * mrr_in_place and mrr - mrr_in_place >= _TIMES_CHANCE * chance_mrr
    if clear:
        clear = bootstrap_by_group(slipped - in_place, subject.groups[test], seed=seed, level=_LEVEL)[0] > 0
    return _Slip(offset, mrr, mrr_in_place, chance_mrr, clear)


def _reciprocal_ranks(subject: Subject, pair: Pair, train: Rows, test: Rows, by: int) -> Array:
    """Return the reciprocal rank of each test row's partner, mean of both directions."""
    a, b = (subject.views[name] for name in pair)
    scores = fit_link(a[train], b[train + by]).transform([a[test], b[test + by]])
    ranks = retrieval.count_ranks(scores[0], scores[1])
    return (retrieval.reciprocal_ranks(ranks.a_to_b) + retrieval.reciprocal_ranks(ranks.b_to_a)) / 2


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of `STRETCH` rows that slipped by an offset; `gain` is the mean cosine it gains there."""

    gain: float
    first: int
    offset: _Offset


def _find_stretch(subject: Subject, pair: Pair) -> _Stretch | None:
    """Return the stretch of rows in which a neighbour fits most clearly better than the row's own, if there is one.

    There is one where the cosine gains at least half of what partners usually have over neighbours. Links so weak that
    a mean over the stretch could gain as much by chance are not looked at.
    """
    everything = np.arange(len(subject.sample_ids))
    u, v = (retrieval.normalise(scores) for scores in score_pair(subject, pair, everything, subject.rows("train")))
    own = np.einsum("ij,ij->i", u, v)
    stretches = []
    for by in OFFSETS:
        rows = np.arange(max(0, -by), len(own) - max(0, by))
        if len(rows) < 2 * STRETCH:
            return None
        gain = np.einsum("ij,ij->i", u[rows], v[rows + by]) - own[rows]
        low, middle, high = np.quantile(gain, [0.25, 0.5, 0.75])
        mean = np.convolve(gain, np.full(STRETCH, 1 / STRETCH), mode="valid")
        if -middle >= _VISIBLE * (high - low) / 1.349 and mean.max() >= -middle / 2:
            stretches.append(_Stretch(float(mean.max()), int(rows[mean.argmax()]), _Offset(by)))
    return max(stretches, key=lambda stretch: stretch.gain, default=None)

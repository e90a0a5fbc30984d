"""Moves notes that were played to the points of a grid; each quarter takes the grid that fits its notes best."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from musicdata.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Sequence


def checked_step(step_ql: float) -> Fraction:
    """Return a grid step as a fraction.

    Raises:
        ValueError: it does not divide a quarter.

    """
    step = Fraction(step_ql).limit_denominator(96)
    if step <= 0 or (1 / step).denominator != 1:
        raise ValueError(f"a grid step must divide a quarter (1/4, 1/3, 1/6 …), not {step_ql!r}")
    return step


def quantised(
    played: Sequence[tuple[int, int]], quarter: int, grids: list[Fraction]
) -> list[tuple[Fraction, Fraction]]:
    """Return onset and end of every note in quarter lengths, on the grid, without overlaps.

    Args:
        played: onset and end of every note in ticks, in order.
        quarter: ticks of a quarter.
        grids: steps of the grids, in quarter lengths; preferred ones first.

    Raises:
        FormatError: `bad_timing`.

    """
    exact = [(Fraction(onset, quarter), Fraction(end, quarter)) for onset, end in played]
    steps = _steps([place for pair in exact for place in pair], grids)
    onsets: list[Fraction] = []
    for onset, _ in exact:
        place = _snap(onset, steps[onset.__floor__()])
        if onsets and place <= onsets[-1]:
            place = onsets[-1] + steps.get(onsets[-1].__floor__(), grids[0])
        if place - onset > 1:
            raise FormatError("bad_timing", f"too many syllables around quarter {float(onset):g} for the grid")
        onsets.append(place)
    ends = []
    for index, (_, end) in enumerate(exact):
        step = steps.get(onsets[index].__floor__(), grids[0])
        place = max(_snap(end, steps[end.__floor__()]), onsets[index] + step)
        ends.append(min([place, *onsets[index + 1 : index + 2]]))
    return list(zip(onsets, ends, strict=True))


def _steps(places: list[Fraction], grids: list[Fraction]) -> dict[int, Fraction]:
    """Return for each quarter the step of the grid that its onsets and ends lie nearest to."""
    by_quarter: defaultdict[int, list[Fraction]] = defaultdict(list)
    for place in places:
        by_quarter[place.__floor__()].append(place)
    return {
        number: min(grids, key=lambda step: sum(abs(place - _snap(place, step)) for place in inside))
        for number, inside in by_quarter.items()
    }


def _snap(place: Fraction, step: Fraction) -> Fraction:
    return (place / step + Fraction(1, 2)).__floor__() * step

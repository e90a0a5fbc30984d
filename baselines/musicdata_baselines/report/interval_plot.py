"""Values with intervals in rows over one axis, as SVG text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata_baselines.report import figures, svg
from musicdata_baselines.report.svg import CHARACTER, LINE, WIDTH, Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOP = 20.0  # px above the rows
_STEP = 11.0  # px from one mark of a row to the next


@dataclass(frozen=True, slots=True)
class Mark:
    """A value with its interval; `is_hollow` tells the second direction from the first."""

    value: float
    low: float
    high: float
    is_hollow: bool = False


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """A row of an interval plot.

    Attributes:
        label: left of it; `note` right of it.
        marks: values with intervals, one below the other.
        hue: 0 to 7.
        heading: a line of its own above the row.
        shaded_to: up to where values could not have been told from chance; 0 for no shade.
    """

    label: str
    marks: tuple[Mark, ...]
    hue: int = 0
    note: str = ""
    heading: str = ""
    shaded_to: float = 0.0


def interval_plot(rows: Sequence[IntervalRow], *, title: str, x_label: str, note_label: str, chance: float) -> str:
    """Draw rows of values with intervals over one axis from 0 up, chance as a dotted line.

    Args:
        rows: at least one.
        title: what the plot shows, for those who cannot see it, too.
        x_label: what x is.
        note_label: what stands right of the rows.
        chance: what chance would give.
    """
    left = min(max(len(row.label) for row in rows), 20) * CHARACTER + 12
    right = max(len(row.note) for row in rows) * CHARACTER + 14
    highest = max(chance, *(mark.high for row in rows for mark in row.marks), *(row.shaded_to for row in rows))
    x = Scale(0.0, svg.nice_top(highest if highest > 0 else 1.0), left, WIDTH - right)
    shades: list[str] = []
    body: list[str] = []
    y = _TOP
    for row in rows:
        if row.heading:
            y += LINE + (10 if body else 4)
            body.append(svg.text(0, y - 7, row.heading, "heading"))
        shades.append(_shade(row, x, y))
        body.append(_row(row, x, y))
        y += _height(row)
    axis = _axis(x, y, x_label, chance)
    named = svg.text(WIDTH, _TOP - 8, note_label, "axis-name", "end")
    return svg.document(y + 38, title, [f"<title>{svg.escape(title)}</title>", *shades, *axis, named, *body])


def _height(row: IntervalRow) -> float:
    return max(len(row.marks) * _STEP, LINE) + 6


def _axis(x: Scale, bottom: float, x_label: str, chance: float) -> list[str]:
    parts = [svg.line(x.start, bottom, x.end, bottom, "axis")]
    for value in x.ticks():
        parts.append(svg.line(x(value), _TOP, x(value), bottom, "grid"))
        parts.append(svg.text(x(value), bottom + 15, svg.tick_text(value), "tick", "middle"))
    side = "start" if x(chance) < WIDTH / 2 else "end"
    return [
        *parts,
        svg.text((x.start + x.end) / 2, bottom + 32, x_label, "axis-name", "middle"),
        svg.line(x(chance), _TOP, x(chance), bottom, "chance"),
        svg.text(x(chance), _TOP - 8, f"chance {figures.share(chance)}", "name chance", side),
    ]


def _shade(row: IntervalRow, x: Scale, top: float) -> str:
    if row.shaded_to <= 0:
        return ""
    right, bottom = x(row.shaded_to), top + _height(row)
    return svg.path([(x(0), top), (right, top), (right, bottom), (x(0), bottom)], "shade", closed=True)


def _row(row: IntervalRow, x: Scale, top: float) -> str:
    middle = top + _height(row) / 2
    parts = [f"<title>{svg.escape(row.label)}: {', '.join(figures.share(mark.value) for mark in row.marks)}</title>"]
    for number, mark in enumerate(row.marks):
        y = middle + (number - (len(row.marks) - 1) / 2) * _STEP
        parts.append(svg.line(x(mark.low), y, x(mark.high), y, "whisker"))
        parts.append(svg.dot(x(mark.value), y, "hollow" if mark.is_hollow else "dot", 3.4))
    parts.append(svg.text(0, middle + 4, svg.shorten(row.label, x.start - 10), "name"))
    parts.append(svg.text(WIDTH, middle + 4, row.note, "name", "end"))
    return f'<g class="hue{row.hue}">{"".join(parts)}</g>'

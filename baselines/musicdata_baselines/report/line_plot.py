"""Lines over a quantity as SVG text, and how lines are told from each other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata_baselines.report import svg
from musicdata_baselines.report.svg import CHARACTER, LINE, WIDTH, Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata_baselines.curve import Curve

N_HUES = 8
_LEFT, _TOP, _BOTTOM = 46.0, 24.0, 40.0  # px around the field of a line plot
_FIELD = 210.0  # px, its height


@dataclass(frozen=True, slots=True)
class Style:
    """How a line is told from the others: a hue, 0 to 7, and how it is dashed, 0 (not) to 2."""

    hue: int = 0
    dash: int = 0

    @property
    def kind(self) -> str:
        """Return the classes of it."""
        return f"hue{self.hue} dash{self.dash}"


def styles(labels: Sequence[str]) -> dict[str, Style]:
    """Give each label its style: a method and its weighted variant share the hue, and the plain one is dashed.

    >>> styles(["CCA", "CCA weighted", "DCCA"])["CCA"]
    Style(hue=0, dash=1)
    """
    bases = list(dict.fromkeys(label.removesuffix(" weighted") for label in labels))
    style_of = {}
    for label in labels:
        number = bases.index(label.removesuffix(" weighted"))
        is_plain_of_two = f"{label} weighted" in labels
        style_of[label] = Style(number % N_HUES, 1 if is_plain_of_two else 2 if number >= N_HUES else 0)
    return style_of


def line_plot(
    curves: Sequence[Curve],
    styled: dict[str, Style],
    *,
    title: str,
    x_label: str,
    y_label: str,
    chance: Curve,
    is_log: bool = False,
    has_key: bool = False,
) -> str:
    """Draw curves over x, y from 0 up, intervals shaded, chance dotted.

    Args:
        curves: at least one, of at least one point.
        styled: label → style.
        title: what the plot shows, for those who cannot see it, too.
        x_label: what x is.
        y_label: what y is.
        chance: what chance would give.
        is_log: x is logarithmic.
        has_key: name the lines below the field; else beside their ends.
    """
    drawn = [*curves, chance]
    x_low, x_high = min(min(c.x) for c in drawn), max(max(c.x) for c in drawn)
    if x_low == x_high:  # a single point stands in the middle
        x_low, x_high = x_low * 0.5, x_high * 1.5 or 1.0
    widest = 0.0 if has_key else max(min(len(c.label), 20) for c in drawn) * CHARACTER + 14
    x = Scale(x_low, x_high, _LEFT, WIDTH - (widest or 10), is_log)
    top = max(max((*c.y, *c.high)) for c in drawn)
    y = Scale(0.0, svg.nice_top(top if top > 0 else 1.0), _TOP + _FIELD, _TOP)
    body = [f"<title>{svg.escape(title)}</title>", *_axes(x, y, x_label, y_label)]
    body += [_chance(chance, x, y), *(_curve(c, styled[c.label], x, y) for c in curves)]
    height = _TOP + _FIELD + _BOTTOM
    if has_key:
        named = [(c.label, styled[c.label].kind) for c in curves] + [(chance.label, "chance")]
        rows = _key(named, height + 4)
        return svg.document(height + 4 + len(rows) * LINE, title, [*body, *rows])
    body += _end_labels(drawn, styled, x, y)
    return svg.document(height, title, body)


def _axes(x: Scale, y: Scale, x_label: str, y_label: str) -> list[str]:
    bottom, top = y.start, y.end
    parts = [svg.text(0, top - 11, y_label, "axis-name")]
    for value in y.ticks():
        parts.append(svg.line(x.start, y(value), x.end, y(value), "grid"))
        parts.append(svg.text(x.start - 6, y(value) + 4, svg.tick_text(value), "tick", "end"))
    for value in x.ticks():
        parts.append(svg.line(x(value), bottom, x(value), bottom + 4, "axis"))
        parts.append(svg.text(x(value), bottom + 17, svg.tick_text(value), "tick", "middle"))
    parts.append(svg.line(x.start, bottom, x.end, bottom, "axis"))
    parts.append(svg.text((x.start + x.end) / 2, bottom + 34, x_label, "axis-name", "middle"))
    return parts


def _chance(chance: Curve, x: Scale, y: Scale) -> str:
    points = [(x(a), y(b)) for a, b in zip(chance.x, chance.y, strict=True)]
    return svg.path(points, "chance")


def _curve(curve: Curve, style: Style, x: Scale, y: Scale) -> str:
    points = [(x(a), y(b)) for a, b in zip(curve.x, curve.y, strict=True)]
    parts = [f"<title>{svg.escape(_spoken(curve))}</title>"]
    if curve.low and curve.high:
        above = [(x(a), y(b)) for a, b in zip(curve.x, curve.high, strict=True)]
        below = [(x(a), y(b)) for a, b in zip(curve.x, curve.low, strict=True)]
        parts.append(svg.path([*above, *reversed(below)], "band", closed=True))
    if len(points) > 1:
        parts.append(svg.path(points, "curve"))
    if len(points) <= 15:
        parts += [svg.dot(a, b, "dot", 2.6) for a, b in points]
    return f'<g class="{style.kind}">{"".join(parts)}</g>'


def _spoken(curve: Curve) -> str:
    return f"{curve.label}: {curve.y[0]:.4g} at {curve.x[0]:,g}, {curve.y[-1]:.4g} at {curve.x[-1]:,g}"


def _end_labels(curves: Sequence[Curve], styled: dict[str, Style], x: Scale, y: Scale) -> list[str]:
    """Name each line beside its end; names that would lie on each other move apart, a hair line leads to them."""
    ends = [(x(c.x[-1]), y(c.y[-1])) for c in curves]
    places = svg.spread([end_y for _, end_y in ends], LINE, y.end, y.start)
    parts = []
    for curve, (end_x, end_y), place in zip(curves, ends, places, strict=True):
        kind = styled[curve.label].kind if curve.label in styled else "chance"
        if abs(place - end_y) > 2 or end_x < x.end - 2:
            parts.append(svg.line(end_x + 4, end_y, x.end + 10, place, f"leader {kind}"))
        parts.append(svg.text(x.end + 13, place + 4, svg.shorten(curve.label, 20 * CHARACTER), f"name {kind}"))
    return parts


def _key(named: Sequence[tuple[str, str]], top: float) -> list[str]:
    """Return rows of a key: a piece of each line and its name, in as many columns as have room."""
    cell = min(max(len(label) for label, _ in named) * CHARACTER + 42, WIDTH)
    n_columns = max(1, int(WIDTH / cell))
    rows = []
    for row in range(math.ceil(len(named) / n_columns)):
        parts = []
        for column, (label, kind) in enumerate(named[row * n_columns : (row + 1) * n_columns]):
            left, middle = column * cell, top + row * LINE + LINE / 2
            parts.append(
                svg.path([(left, middle), (left + 24, middle)], "chance" if kind == "chance" else f"curve {kind}")
            )
            parts.append(svg.text(left + 30, middle + 4, svg.shorten(label, cell - 36), "name"))
        rows.append("".join(parts))
    return rows

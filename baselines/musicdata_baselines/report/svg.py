"""The parts of a plot: scales with ticks, texts, paths. Colours are classes, so that a page can have a dark side."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata_baselines.report.figures import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 460.0
CHARACTER = 7.2  # px of a character of the size plots are lettered in, with the widest of the usual fonts
LINE = 15.0  # px from one line of text to the next


@dataclass(frozen=True, slots=True)
class Scale:
    """Places values between two pixels, linear or logarithmic."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def __call__(self, value: float) -> float:
        """Return the pixel of a value; values outside the scale are put on its edge."""
        low, high, value = (
            (math.log(v) if self.is_log else v) for v in (self.low, self.high, min(max(value, self.low), self.high))
        )
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def ticks(self, at_most: int = 6) -> list[float]:
        """Return round values on the scale.

        >>> Scale(0, 0.9, 0, 100).ticks()
        [0.0, 0.2, 0.4, 0.6, 0.8]
        >>> Scale(1, 642, 0, 100, is_log=True).ticks()
        [1.0, 3.0, 10.0, 30.0, 100.0, 300.0]
        """
        return self._decades(at_most) if self.is_log else _steps(self.low, self.high, at_most)

    def _decades(self, at_most: int) -> list[float]:
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for steps in ((1, 2, 5), (1, 3), (1,)):
            ticks = [float(f"{step}e{decade}") for decade in decades for step in steps]
            ticks = [value for value in ticks if self.low <= value <= self.high]
            if len(ticks) <= at_most:
                return ticks
        return ticks[:: math.ceil(len(ticks) / at_most)]


def nice_top(value: float) -> float:
    """Return the round value at or above `value` where an axis that begins at 0 can end."""
    step = _step(value, 6)
    return round(math.ceil(value / step - 1e-9) * step, 12)


def _step(length: float, at_most: int) -> float:
    """Return the smallest of 1, 2 or 5 times a power of ten that cuts `length` with at most so many ticks."""
    size = 10.0 ** math.floor(math.log10(length / at_most))
    return next(size * m for m in (1, 2, 5, 10, 20) if length / (size * m) <= at_most - 1)


def _steps(low: float, high: float, at_most: int) -> list[float]:
    step = _step(high - low, at_most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]


def tick_text(value: float) -> str:
    """Write a tick's value."""
    return f"{value:,.0f}" if value >= 1 else f"{value:.6g}" if value else "0"


def px(value: float) -> str:
    """Write a coordinate, a tenth of a pixel exact."""
    return f"{round(value, 1) + 0.0:g}"  # adding zero: there is no -0 in a picture


def escape(text: object) -> str:
    """Return text that can stand in an element or an attribute."""
    return html.escape(clean(text), quote=True)


def shorten(text: str, room: float) -> str:
    """Cut a text that is wider than `room` px."""
    fits = max(2, int(room / CHARACTER))
    return text if len(text) <= fits else f"{text[: fits - 1]}…"


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "start") -> str:
    """Draw a line of text; its baseline is at y."""
    shown = f' class="{kind}"' if kind else ""
    side = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{px(x)}" y="{px(y)}"{shown}{side}>{escape(content)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Draw a straight line."""
    return f'<line class="{kind}" x1="{px(x1)}" y1="{px(y1)}" x2="{px(x2)}" y2="{px(y2)}"/>'


def path(points: Sequence[tuple[float, float]], kind: str, *, closed: bool = False) -> str:
    """Draw a line through points, or the area they enclose."""
    through = "L".join(f"{px(x)} {px(y)}" for x, y in points)
    return f'<path class="{kind}" d="M{through}{"Z" if closed else ""}"/>'


def dot(x: float, y: float, kind: str, radius: float = 3.0) -> str:
    """Draw a dot."""
    return f'<circle class="{kind}" cx="{px(x)}" cy="{px(y)}" r="{px(radius)}"/>'


def document(height: float, title: str, body: Sequence[str]) -> str:
    """Return the picture, `WIDTH` px wide; `title` is read out in its place."""
    return (
        f'<svg class="plot" viewBox="0 0 {px(WIDTH)} {px(height)}" role="img" aria-label="{escape(title)}">'
        f"{''.join(body)}</svg>"
    )


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places near the wanted ones, `gap` apart and between `low` and `high` as far as there is room.

    >>> spread([50, 50, 90], 10, 0, 100)
    [50, 60, 90]
    >>> spread([98, 99], 10, 0, 100)
    [90, 100]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = [0.0] * len(wanted)
    floor = low
    for i in order:
        places[i] = floor = max(wanted[i], floor)
        floor += gap
    ceiling = high
    for i in reversed(order):
        places[i] = min(places[i], ceiling)
        ceiling = places[i] - gap
    return places

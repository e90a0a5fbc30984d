"""The gallery as HTML: every text is escaped, nothing is loaded, no script runs."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from musicdata.gallery.exhibits import Gallery
    from musicdata.gallery.item import Item
    from musicdata.gallery.works import ShownSound

_OUTLINE_WIDTH, _OUTLINE_HEIGHT = 1000, 64
_SPAN_CHARACTER = 9.0  # units of the outline's width, of a letter


def section(gallery: Gallery) -> Markup:
    """Return the part of a page that shows a gallery; its style is `style`."""
    shown = _environment().get_template("section.html.j2").render(gallery=gallery)
    return Markup(shown)  # noqa: S704 - the template escapes every text


def style() -> Markup:
    """Return the rules of the gallery's style; the page sets --paper, --ink, --soft, --rule, --wash and --hue0 to 2."""
    return Markup(_environment().get_template("style.css.j2").render())  # noqa: S704 - nothing but our own file


def index(title: str, items: Mapping[str, Item], n_withheld: int) -> str:
    """Return the page of saved pictures and sounds.

    Args:
        title: of the data set.
        items: key → what was saved of it; the files lie beside the page.
        n_withheld: items of which something may not be handed on.
    """
    return _environment().get_template("index.html.j2").render(title=title, items=items, n_withheld=n_withheld)


@functools.cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"px": _px, "outline": _outline, "across": _across, "fits": _fits, "address": _address}
    return made


def _clean(value: object) -> object:
    """Replace what cannot be printed in every text a template shows."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(character if character.isprintable() else "�" for character in value)


def _address(file: str) -> str:
    """Return the address of a file that lies beside the page."""
    return f"./{quote(file)}"


def _px(value: float) -> str:
    return f"{round(value, 1) + 0.0:g}"


def _outline(shown: ShownSound) -> str:
    """Return the path around a sound's levels, its highest ones first and back along its lowest."""
    peaks, middle = shown.sound.peaks, _OUTLINE_HEIGHT / 2
    xs = [_OUTLINE_WIDTH * (place + 0.5) / len(peaks) for place in range(len(peaks))]
    above = [(x, middle * (1 - high)) for x, (_, high) in zip(xs, peaks, strict=True)]
    below = [(x, middle * (1 - low)) for x, (low, _) in zip(xs, peaks, strict=True)]
    return f"M{_points(above)}L{_points(reversed(below))}Z"


def _points(points: Iterable[tuple[float, float]]) -> str:
    return "L".join(f"{_px(x)} {_px(y)}" for x, y in points)


def _across(seconds: float, shown: ShownSound) -> float:
    """Return where a moment of a sound stands on its outline."""
    return _OUTLINE_WIDTH * min(seconds / shown.sound.seconds, 1.0)


def _fits(text: str, width: float) -> str:
    """Return as much of a text as so many units of the outline hold."""
    room = int(width / _SPAN_CHARACTER)
    return text if len(text) <= room else f"{text[: room - 1]}…" if room > 1 else ""

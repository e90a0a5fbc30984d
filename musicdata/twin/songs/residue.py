"""What lyrics sites leave in the words of songs, planted by name; and lines of songs that look like it and are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

LOOK_ALIKES = (
    "I read your lyrics on the wall",
    "Embed me in the heart of it all",
    "You might also like me when I am gone",
    "A chorus of angels is singing along",
    "Verse one of my life is over and done",
    "X2 and Y are the numbers I run",
    "I am 27 and so is the sun",
    "(Oh yeah, oh yeah)",
    "See the lights live and get low to the ground",
    "The instrumental plays without a sound",
    "Am I the one who is never around",
    "A minor thing is a major thing now",
    "Share the road and copy no vow",
    "27 contributors to my pain",
    "Read more of my letters again",
    "Tickets as low as my hopes in the rain",
    "The bridge is burning, the intro was vain",
    "No lyrics available to a mute",
)
"""Lines that are sung, and that a careless rule takes for residue; English."""

PLACEHOLDERS = (
    "Lyrics not available",
    "Instrumental",
    "[Instrumental]",
    "Lyrics for this song have yet to be released. Please check back once the song has been released.",
    "Sorry, we have no lyrics for this song at the moment",
    "🎵 🎵 🎵",
    "...",
)
"""Texts that stand where words should: none of them is a song."""

BOILERPLATE = (
    "These words are kept back until the owner of the rights agrees\nSend us a message if you know who that is\n"
    "The team of the archive thanks you for your patience\nAnd for every song that you have added this year"
)
"""Stands under many artists, and no rule knows it by its words."""


@dataclass(frozen=True, slots=True)
class About:
    """What residue speaks of: the song's title and artist, and the languages of its translations."""

    title: str
    artist: str


def _head(rng: np.random.Generator, lines: list[str], about: About) -> list[str]:
    n = int(rng.integers(1, 300))
    translations = "TranslationsDeutschEspañolPortuguês" if rng.random() < 0.3 else ""
    head = f"{n} Contributor{'s' if n > 1 else ''}{translations}{about.title} Lyrics"
    if rng.random() < 0.3:
        return [
            f"{head}“{about.title}” is the first song that {about.artist} wrote for the record… Read More\xa0",
            *lines,
        ]
    return [head + lines[0], *lines[1:]] if lines[0].startswith("[") else [head, *lines]


def _tail(rng: np.random.Generator, lines: list[str], _about: About) -> list[str]:
    ends = (f"{int(rng.integers(1, 2000))}Embed", "Embed", "EmbedShare URLCopyEmbedCopy")
    return [*lines[:-1], lines[-1] + ends[int(rng.integers(len(ends)))]]


def _also_like(rng: np.random.Generator, lines: list[str], _about: About) -> list[str]:
    at = _inner(rng, lines)
    if rng.random() < 0.5:
        return [*lines[:at], "You might also like", *lines[at:]]
    following = next((number for number in range(at + 1, len(lines)) if lines[number]), len(lines))
    is_mark = following < len(lines) and lines[following].startswith("[")
    mark, rest = (lines[following], following + 1) if is_mark else ("", at + 1)
    return [*lines[:at], f"{lines[at]}You might also like{mark}", *lines[rest:]]


def _tickets(rng: np.random.Generator, lines: list[str], about: About) -> list[str]:
    at = _inner(rng, lines)
    return [*lines[:at], f"See {about.artist} LiveGet tickets as low as ${int(rng.integers(9, 200))}", *lines[at:]]


def _entities(_rng: np.random.Generator, lines: list[str], _about: About) -> list[str]:
    return [line.replace(" ", "&nbsp;", 1).replace("'", "&#x27;") + ("<br>" if line else "") for line in lines]


def _mojibake(_rng: np.random.Generator, lines: list[str], _about: About) -> list[str]:
    first = next(number for number, line in enumerate(lines) if line and not line.startswith("["))
    typeset = [*lines[:first], lines[first] + " – don’t", *lines[first + 1 :]]
    return [line.encode().decode("cp1252", "replace") if _is_mistakable(line) else line for line in typeset]


def _is_mistakable(line: str) -> bool:
    try:
        return not line.isascii() and bool(line.encode().decode("cp1252"))
    except UnicodeDecodeError:
        return False


def _controls(rng: np.random.Generator, lines: list[str], _about: About) -> list[str]:
    at = _inner(rng, lines)
    return [*lines[:at], f"{lines[at]}\0", *lines[at + 1 :]]


def _chords(rng: np.random.Generator, lines: list[str], _about: About) -> list[str]:
    at = _inner(rng, lines)
    return [*lines[:at], "Am   F   C   G7", *lines[at:]]


def _rule(rng: np.random.Generator, lines: list[str], _about: About) -> list[str]:
    at = _inner(rng, lines)
    return [*lines[:at], "-" * int(rng.integers(6, 40)), *lines[at:]]


def _times(_rng: np.random.Generator, lines: list[str], _about: About) -> list[str]:
    return [
        f"[{number * 3 // 60:02d}:{number * 3 % 60:02d}.00]{line}" if line and not line.startswith("[") else line
        for number, line in enumerate(lines)
    ]


def _credits(_rng: np.random.Generator, lines: list[str], _about: About) -> list[str]:
    return [*lines, "", "Submit Corrections"]


def _repeats(rng: np.random.Generator, lines: list[str], _about: About) -> list[str]:
    at = _inner(rng, lines)
    at = at if lines[at] else at - 1
    return [*lines[:at], f"{lines[at]} (x2)", *lines[at + 1 :]]


def _inner(rng: np.random.Generator, lines: list[str]) -> int:
    """Return the number of a line that is neither the first nor empty."""
    places = [number for number, line in enumerate(lines) if number and line and not line.startswith("[")]
    return places[int(rng.integers(len(places)))]


PLANTS: dict[str, Callable[[np.random.Generator, list[str], About], list[str]]] = {
    "times": _times,
    "mojibake": _mojibake,
    "entities": _entities,
    "repeats": _repeats,
    "controls": _controls,
    "chords": _chords,
    "rule": _rule,
    "also_like": _also_like,
    "tickets": _tickets,
    "credits": _credits,
    "head": _head,
    "tail": _tail,
}
"""Name → what plants it; in the order in which several are planted."""

ALONE = ("times",)
"""Those beside which no others are planted."""

CHANGES_WORDS = ("mojibake",)
"""Those that add words of their own."""

WITHOUT_LINES = ("head", "entities", "tail")
"""Those that can stand in a text of one line."""


def plant(rng: np.random.Generator, lines: list[str], about: About, names: list[str]) -> list[str]:
    """Return the lines of a song with residue of these names in them."""
    for name, planted in PLANTS.items():
        if name in names:
            lines = planted(rng, lines, about)
    return lines

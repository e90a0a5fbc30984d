"""Writes the words of a song from its latent vector: verses and a chorus, a few hundred words."""

from __future__ import annotations

import re
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

import numpy as np

from musicdata.twin.words import ENGLISH_LINES, FOREIGN, THEMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

_LEANS = np.array([theme.lean for theme in THEMES])
_SHARPNESS = 1.2  # how far the themes of a song differ in weight
_LINES_OF_VERSE, _LINES_OF_CHORUS = 8, 4
_A_BEFORE_VOWEL = re.compile(r"\ba (?=[aeiou])")
_FORM = ("Verse 1", "Chorus", "Verse 2", "Chorus", "Bridge", "Chorus")


def theme_weights(latent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of each theme, shape ``(n_themes,)``: a softmax of how the latent lies to their leans."""
    logits = _SHARPNESS * (_LEANS @ latent)
    grown = np.exp(logits - logits.max())
    return np.asarray(grown / grown.sum())


def write(latent: NDArray[np.float64], language: str, seed: Sequence[int]) -> list[tuple[str, list[str]]]:
    """Write a song.

    Args:
        latent: shape ``(4,)``.
        language: ``en``, ``es``, ``de`` or ``fr``; only English words follow the latent vector.
        seed: what the choices are drawn with.

    Returns:
        sections in order: name and lines.
    """
    rng = np.random.default_rng(list(seed))
    lines = _english(latent, rng) if language == "en" else _foreign(language, rng)
    sections: dict[str, list[str]] = {}
    for name in _FORM:
        if name not in sections:
            n_lines = _LINES_OF_CHORUS if name == "Chorus" else _LINES_OF_VERSE
            sections[name] = [next(lines) for _ in range(n_lines)]
    return [(name, sections[name]) for name in _FORM]


@cache
def _slots(line: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((text, name) for text, name, _, _ in Formatter().parse(line))


def _fill(line: str, words: Iterable[str]) -> str:
    draw = iter(words)
    return "".join(text + (next(draw) if slot else "") for text, slot in _slots(line))


def _english(latent: NDArray[np.float64], rng: np.random.Generator) -> Iterator[str]:
    weights = theme_weights(latent).cumsum()
    while True:
        which = rng.integers(len(ENGLISH_LINES), size=8)
        themes = np.minimum(weights.searchsorted(rng.random((8, 4))), len(THEMES) - 1)
        picks = rng.random((8, 4))
        for line_number, theme_row, pick_row in zip(which, themes, picks, strict=True):
            line = ENGLISH_LINES[line_number]
            slots = [slot for _, slot in _slots(line) if slot]
            words = []
            for slot, theme, pick in zip(slots, theme_row, pick_row, strict=False):
                of_theme = THEMES[theme]
                among = {"n": of_theme.nouns, "v": of_theme.verbs, "a": of_theme.adjectives}[slot]
                words.append(among[int(pick * len(among))])
            filled = _A_BEFORE_VOWEL.sub("an ", _fill(line, words))
            yield filled[0].upper() + filled[1:]


def _foreign(language: str, rng: np.random.Generator) -> Iterator[str]:
    nouns, verbs, adjectives, lines = FOREIGN[language]
    among = {"n": nouns.split(), "v": verbs.split(), "a": adjectives.split()}
    while True:
        line = lines[rng.integers(len(lines))]
        words = [among[slot][rng.integers(len(among[slot]))] for _, slot in _slots(line) if slot]
        filled = _fill(line, words)
        yield filled[0].upper() + filled[1:]

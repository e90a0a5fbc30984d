"""Writes a review from a latent vector: how the album sounds, what the reviewer thinks of it, and some talk."""

from __future__ import annotations

import re
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

import numpy as np

from musicdata.twin.albums.words import DIRECTIONS, FACTS, OPINIONS, POLES, SENTENCES, SHORT, SUMMARIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_LEANS = np.array([[pole.sign * (pole.direction == name) for name in DIRECTIONS] for pole in POLES])
_SHARPNESS = 1.5  # how far the poles of an album differ in weight
_FEWEST, _MEAN_MORE, _MOST = 3, 9.0, 60  # sentences
_SHORT = 0.03  # share of reviews that say next to nothing
_WITHOUT_TALK = 0.3
_A_BEFORE_VOWEL = re.compile(r"\b([Aa]) (?=[aeiou])")


def pole_weights(latent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of each pole, shape ``(n_poles,)``: a softmax of how the latent lies to their leans."""
    grown = np.exp(_SHARPNESS * (_LEANS @ latent))
    return np.asarray(grown / grown.sum())


def write(
    latent: NDArray[np.float64], rating: int, names: tuple[str, str, Sequence[str]], rng: np.random.Generator
) -> str:
    """Write a review.

    Args:
        latent: shape ``(6,)``.
        rating: 1 … 5.
        names: artist, title of the album, titles of its songs.
        rng: what the choices are drawn with.
    """
    length, short, opinion, fact, place = rng.random(5).tolist()
    if short < _SHORT:
        return _among(SHORT, opinion)
    n_sentences = min(_MOST, _FEWEST + int(-_MEAN_MORE * np.log1p(-length)))
    weights = pole_weights(latent).cumsum()
    which = rng.integers(len(SENTENCES), size=n_sentences).tolist()
    poles = np.minimum(weights.searchsorted(rng.random((n_sentences, 3))), len(POLES) - 1).tolist()
    picks = rng.random((n_sentences, 4)).tolist()
    artist, title, songs = names
    sentences = [_sentence(*drawn, songs) for drawn in zip(which, poles, picks, strict=True)]
    sentences.insert(0 if place < 0.5 else n_sentences, _among(OPINIONS[rating], opinion))
    if place > _WITHOUT_TALK:
        sentences.insert(1, _among(FACTS, fact).format(artist=artist, title=title))
    return " ".join(sentences)


def summary(rating: int, draw: float) -> str:
    """Return the headline of a review."""
    return _among(SUMMARIES[rating], draw)


def _among(texts: Sequence[str], draw: float) -> str:
    return texts[int(draw * len(texts))]


@cache
def _slots(sentence: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((text, name) for text, name, _, _ in Formatter().parse(sentence))


def _sentence(which: int, poles: Sequence[int], picks: Sequence[float], songs: Sequence[str]) -> str:
    text = ""
    place = 0
    for before, slot in _slots(SENTENCES[which]):
        text += before
        if slot == "song":
            text += _among(songs, picks[3])
        elif slot:
            pole = POLES[poles[place]]
            text += _among(pole.sounds if slot == "n" else pole.adjectives, picks[place])
            place += 1
    filled = _A_BEFORE_VOWEL.sub(r"\1n ", text)
    return filled[0].upper() + filled[1:]

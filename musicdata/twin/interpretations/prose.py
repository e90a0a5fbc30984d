"""Prose about a song: sentences of words as often as texts have them, and how somebody else's copy of it reads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from musicdata.twin.songs.verses import draw

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

LEAST_CHARACTERS = 256
"""Shorter ones are not in the papers' files."""

_MEDIAN_WORDS, _SPREAD, _FEWEST, _MOST = 110.0, 0.8, 56, 2_500
_SHORT_WORDS = (6, 30)
_SENTENCE_WORDS = (5, 22)
_OPENERS = (
    "I think this song is about", "To me this is a song about", "I always thought that it was about",
    "This one is clearly about", "When I first heard it I thought of", "My take on it is", "It seems to be about",
    "Maybe he is singing about", "She told in an interview that it is about", "I am surprised that nobody said",
    "I could be wrong but it is about", "The way I see it this is about", "In my opinion the song speaks of",
)  # fmt: skip
_AGREES = ("I agree with the one above.", "Great song!", "This is what I found.", "Love it.", "I read this somewhere.")


def n_words(rng: np.random.Generator) -> int:
    """Return how many words somebody writes about a song, as often as real ones have so many."""
    return min(max(round(_MEDIAN_WORDS * math.exp(_SPREAD * rng.standard_normal())), _FEWEST), _MOST)


def write(rng: np.random.Generator, language: str, theme: int, n: int) -> list[str]:
    """Return sentences of about `n` words, `LEAST_CHARACTERS` characters at least.

    Args:
        rng: what is drawn comes from it.
        language: ISO 639-1 code, one of `musicdata.twin.songs.languages`.
        theme: number of some words that come more often than elsewhere.
        n: words of all sentences, but for the phrase that begins them.
    """
    sentences = _sentences(rng, language, theme, n)
    if language == "en":
        opener = _OPENERS[int(rng.integers(len(_OPENERS)))]
        sentences[0] = f"{opener} {sentences[0][:1].lower()}{sentences[0][1:]}"
    while sum(map(len, sentences)) + len(sentences) - 1 < LEAST_CHARACTERS:
        sentences += _sentences(rng, language, theme, _SENTENCE_WORDS[1])
    return sentences


def write_short(rng: np.random.Generator, theme: int) -> list[str]:
    """Return sentences that are too few."""
    n = int(rng.integers(*_SHORT_WORDS))
    return [" ".join(_sentences(rng, "en", theme, n))[: LEAST_CHARACTERS - 60].rstrip()]


def _sentences(rng: np.random.Generator, language: str, theme: int, n: int) -> list[str]:
    sizes = rng.integers(*_SENTENCE_WORDS, 1 + n // _SENTENCE_WORDS[0]).tolist()
    words = draw(rng, language, n, theme)
    sentences, start = [], 0
    for size in sizes:
        if start >= n:
            break
        sentence = " ".join(words[start : start + size])
        sentences.append(f"{sentence[:1].upper()}{sentence[1:]}.")
        start += size
    return sentences


def copied(rng: np.random.Generator, sentences: Sequence[str], share: float) -> list[str]:
    """Return the sentences as somebody hands them on: words changed, a sentence left out, one of another's beside them.

    Args:
        rng: what is drawn comes from it.
        sentences: as they were.
        share: of words that are replaced by others.
    """
    kept = list(sentences)
    leave_out, comes_first, comes_last = rng.random(3).tolist()
    if len(kept) > 4 and leave_out < 0.4:
        del kept[int(rng.integers(1, len(kept)))]
    changed = []
    for sentence in kept:
        words = sentence.split(" ")
        others, is_other = draw(rng, "en", len(words)), (rng.random(len(words)) < share).tolist()
        changed.append(
            " ".join(other if is_so else word for word, other, is_so in zip(words, others, is_other, strict=True))
        )
    said = _AGREES[int(rng.integers(len(_AGREES)))]
    return [*([said] if comes_first < 0.2 else []), *changed, *([said] if comes_last < 0.2 else [])]

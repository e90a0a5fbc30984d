"""How near songs are to a few sentences that stand for an emotion, by vectors of a sentence encoder.

    e(s, k) = (d(s, k) - μ(k)) / σ(k),   d(s, k) = c(s, k) - mean over the emotions of c(s, ·)

c(s, k) is the mean over the song's sections of the product with the mean vector of the sentences of k. A song in plain
words is near to all sentences, so each emotion is held against the others in the song first (d), then against the mean
μ and the standard deviation σ of the songs it is fitted on. The sentences are ours (`emotions.toml`); nothing here was
checked against listeners.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.music import text as texts
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata.music.features.text_encoder import TextEncoder

EMOTIONS = ("joy", "sadness", "love", "anger", "fear", "hope", "longing", "peace")
LEAST_SONGS = 20
"""Of fewer songs mean and deviation say nothing."""

_FILE = Path(texts.__file__).with_name("emotions.toml")


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    return tomllib.loads(paths.read_regular(_FILE).decode("utf-8"))


def version() -> int:
    """Return the version of the sentences."""
    number: int = _document()["version"]
    return number


def directions(encoder: TextEncoder) -> NDArray[np.float32]:
    """Return the mean vector of each emotion's sentences, shape (8, width); its product with a section is c."""
    sentences: dict[str, list[str]] = _document()["sentences"]
    return np.stack([encoder.encode(sentences[emotion]).vectors.mean(axis=0) for emotion in EMOTIONS])


def of_songs(
    directions: NDArray[np.float32], vectors: NDArray[np.floating[Any]], starts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how much nearer songs are to each emotion than to the others, shape (songs, 8).

    Args:
        directions: of the emotions, shape (8, width).
        vectors: of the songs' parts, shape (parts, width), those of a song one after the other.
        starts: where each song begins in them, ascending; each has at least one.
    """
    if not len(starts):
        return np.zeros((0, len(EMOTIONS)))
    sizes = np.diff(np.append(starts, len(vectors)))
    songs = np.add.reduceat(vectors.astype(np.float64), starts, axis=0) / sizes[:, None]
    # Not by a product of matrices: that rounds a song otherwise, according to how many stand beside it.
    near = np.stack([(songs * one.astype(np.float64)).sum(axis=1) for one in directions], axis=1)
    return near - near.mean(axis=1, keepdims=True)


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean and standard deviation of each emotion over songs.

    Attributes:
        n_songs: that it was fitted on.
        mean: shape (8,), `deviation` likewise.
    """

    n_songs: int
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    @property
    def is_usable(self) -> bool:
        """Say whether there were songs enough, and not all the same."""
        return self.n_songs >= LEAST_SONGS and bool((self.deviation > 0).all())

    def standardised(self, near: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return emotions in standard deviations from the mean, shape (songs, 8)."""
        return ((near - self.mean) / self.deviation).astype(np.float32)


def fit(parts: Sequence[NDArray[np.float64]]) -> Scale:
    """Fit the scale to songs.

    Args:
        parts: how near they are to each emotion, shape (songs, 8) each.
    """
    near = np.concatenate(parts) if parts else np.zeros((0, len(EMOTIONS)))
    if not len(near):
        return Scale(0, np.zeros(len(EMOTIONS)), np.zeros(len(EMOTIONS)))
    return Scale(len(near), near.mean(axis=0), near.std(axis=0))

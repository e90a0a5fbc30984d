"""The caption of the song with the most similar lyrics and music."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from musicdata_baselines.captioning.nearest_lyrics import NearestLyrics, blocks, most_similar
from musicdata_baselines.captioning.scores.rouge import Rouge
from musicdata_baselines.captioning.songs import songs_with_captions
from musicdata_baselines.errors import ViewError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from musicdata_baselines.captioning.songs import Songs

WEIGHTS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
"""Of the music, those that are tried; the words have the rest."""

_HELD_OUT = 5  # one song of so many
_MOST_HELD_OUT = 500
_UNDECIDED = 0.5


class NearestLyricsAndAudio(NearestLyrics):
    r"""Copies the first caption of the training song that is most similar in words and sound.

    .. math:: s = (1 - w) \cos(\text{TF-IDF}) + w \cos(z), \quad z = \frac{\bar t - \mu}{\sigma}

    where :math:`\bar t` is the mean of a song's music tokens, standardised over the training songs. The weight w is the
    one of `WEIGHTS` whose copies have the highest ROUGE-1 F1 on a fifth of the training songs (500 at most) that the
    index then lacks; of equals the smallest, and ½ where there are fewer than two songs on either side.

    Raises:
        ViewError: songs without music tokens, or with numbers that are not finite.
    """

    name = "nearest lyrics + audio"

    weight_: float

    def fit(self, songs: Songs) -> Self:
        """Choose the weight, then make an index of all songs with captions."""
        songs = songs_with_captions(with_mean_tokens(songs))
        self.weight_ = self._choose(songs)
        self._index(songs)
        return self

    def _index(self, songs: Songs) -> None:
        super()._index(songs)
        sounds = mean_tokens(songs)
        self._mean, deviation = sounds.mean(axis=0), sounds.std(axis=0)
        self._deviation = np.where(deviation > 0, deviation, 1.0)
        self._sounds = self._directions(sounds)

    def _directions(self, sounds: NDArray[np.float64]) -> NDArray[np.float64]:
        standard = (sounds - self._mean) / self._deviation
        length = np.linalg.norm(standard, axis=1, keepdims=True)
        directions: NDArray[np.float64] = standard / np.where(length > 0, length, 1.0)
        return directions

    def _blocks(self, songs: Songs) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        for rows, words, sounds in self._both(songs):
            yield rows, (1 - self.weight_) * words + self.weight_ * sounds

    def _both(self, songs: Songs) -> Iterator[tuple[slice, NDArray[np.float64], NDArray[np.float64]]]:
        """Yield rows of songs with the similarity (rows, training songs) of words and that of sounds."""
        directions = self._directions(mean_tokens(songs))
        for rows, words in super()._blocks(songs):
            yield rows, words, directions[rows] @ self._sounds.T

    def _choose(self, songs: Songs) -> float:
        """Return the weight that copies the best captions for songs that the index lacks."""
        out = np.array([_number(one) % _HELD_OUT == 0 for one in songs.ids])
        asked, known = np.flatnonzero(out)[:_MOST_HELD_OUT], np.flatnonzero(~out)
        if min(len(asked), len(known)) < 2:
            return _UNDECIDED
        held_out = songs.take(asked)
        self._index(songs.take(known))
        rouge, totals = Rouge(), np.zeros(len(WEIGHTS))
        for rows, words, sounds in self._both(held_out):
            nearest = [most_similar((1 - w) * words + w * sounds, held_out.ids[rows]) for w in WEIGHTS]
            for places, references in zip(zip(*nearest, strict=True), held_out.references[rows], strict=True):
                copies = [self.songs_.references[place][0] for place in places]
                worth = {copy: np.mean([rouge.score(copy, one).rouge1_f1 for one in references]) for copy in copies}
                totals += [worth[copy] for copy in copies]
        return WEIGHTS[int(totals.round(9).argmax())]


def with_mean_tokens(songs: Songs) -> Songs:
    """Return the songs with one token each, the mean of theirs, so that no copy of all of them is made.

    Raises:
        ViewError: see `mean_tokens`.
    """
    tokens: Any = mean_tokens(songs)[:, None]
    return replace(songs, tokens=tokens)


def mean_tokens(songs: Songs) -> NDArray[np.float64]:
    """Return the mean (n, width) of each song's music tokens.

    Raises:
        ViewError: there are none, or numbers that are not finite.
    """
    if songs.tokens is None:
        raise ViewError("songs have no music tokens; give them, or leave what is nearest by sound out")
    means = np.empty((len(songs), songs.tokens.shape[2]))
    for rows in blocks(len(songs), songs.tokens.shape[1] * songs.tokens.shape[2]):
        means[rows] = songs.tokens[rows].astype(np.float64).mean(axis=1)
    for place in np.flatnonzero(~np.isfinite(means).all(axis=1)).tolist():
        raise ViewError(f"music tokens of song {songs.ids[place]!r} are not finite; leave the song out")
    return means


def _number(song_id: str) -> int:
    return hashlib.sha256(song_id.encode("utf-8", "surrogatepass")).digest()[0]

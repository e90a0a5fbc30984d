"""A population of songs with captions: each a function of seed and number, whatever else there is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from musicdata.twin.captions import midi, names, playing, verses, wording
from musicdata.twin.captions.facts import FACTS, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

LICENCE = "CC0-1.0"
_FACTS, _WORDS, _CAPTIONS, _SOUND = range(4)  # what a song's random numbers are for
_FIRST_SONGMEANINGS_ID = 3_530_822_000_000


class Song(NamedTuple):
    """A made-up song with its captions, and what is true of it.

    Attributes:
        id: of it, as Music4All has them; `songmeanings_id` likewise.
        artist: who sings it; `title` what it is called.
        lyrics: its words.
        captions: text and votes of each.
        truth: value of each fact.
        n_mood_lines: lines of its words that tell the mood.
        performance: how it is played.
    """

    id: str
    songmeanings_id: str
    artist: str
    title: str
    lyrics: str
    captions: tuple[tuple[str, int], ...]
    truth: Truth
    n_mood_lines: int
    performance: playing.Performance

    def midi(self) -> bytes:
        """Return its sound as a MIDI file."""
        return midi.write(self.performance)


@dataclass(frozen=True)
class CaptionPopulation:
    """Made-up songs with captions that name what is true of them.

    Attributes:
        n_songs: in it.
        seed: another one gives other songs.
    """

    n_songs: int = 1_400
    seed: int = 0

    def songs(self) -> Iterator[Song]:
        """Yield the songs in the order of their numbers."""
        return map(self.song, range(self.n_songs))

    def song(self, number: int) -> Song:
        """Return a song."""
        drawn = self._rng(number, _FACTS)
        truth = Truth(*(fact.values[int(drawn.integers(len(fact.values)))] for fact in FACTS))
        words = verses.compose(self._rng(number, _WORDS), truth)
        return Song(
            hashlib.sha256(f"{self.seed} {number}".encode()).hexdigest()[:16],
            str(_FIRST_SONGMEANINGS_ID + number),
            names.artist(number),
            names.title(number),
            words.text,
            wording.write(self._rng(number, _CAPTIONS), truth),
            truth,
            words.n_mood_lines,
            playing.perform(self._rng(number, _SOUND), truth),
        )

    def _rng(self, number: int, use: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, number, use])

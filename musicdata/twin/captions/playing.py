"""Notes of a song: tempo, instrument and mode are its facts; key, chords, tune, accents and pace within bounds its own.

A chord falls on every beat and mostly a note of the tune with it, so that onsets follow each other beat by beat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    from musicdata.twin.captions.facts import Truth

LENGTH_S = 16.0
TEMPO_BPM = {"slow": (58.0, 68.0), "medium": (96.0, 108.0), "fast": (152.0, 168.0)}
PROGRAMS = {"piano": 0, "violin": 40, "trumpet": 56}  # of General MIDI, counted from 0
_VOLUMES = {"piano": (72, 88), "violin": (48, 60), "trumpet": (58, 72)}  # alike in loudness, and below full scale
_TRIADS = {"happy": (0, 4, 7), "sad": (0, 3, 7)}
_SCALES = {"happy": (0, 2, 4, 7, 9), "sad": (0, 3, 5, 7, 10)}
_PROGRESSIONS = ((0, 5, 7, 0), (0, 7, 5, 0), (0, 5, 0, 7), (0, 0, 5, 7))  # semitones above the key note, a bar each
_BEATS_A_BAR = 4
_KEYS = (55, 57, 58, 60, 62)  # of the lowest chord tone, MIDI
_TUNE_ABOVE = 12
_RESTS = 0.12
_LATE_S = 0.012
_HELD = 0.9  # of a beat
_CHORD_VELOCITY, _TUNE_VELOCITY = (40, 56), (66, 90)


class Note(NamedTuple):
    """One note: pitch and velocity as in MIDI, onset and end in seconds."""

    pitch: int
    velocity: int
    onset_s: float
    offset_s: float


@dataclass(frozen=True, slots=True)
class Performance:
    """How a song is played.

    Attributes:
        program: General MIDI instrument, counted from 0.
        volume: of the channel, 0–127.
        bpm: beats a minute.
        key: MIDI number of the key note.
        notes: in order of their onsets.
    """

    program: int
    volume: int
    bpm: float
    key: int
    notes: tuple[Note, ...]


def perform(rng: np.random.Generator, truth: Truth) -> Performance:
    """Return the notes of a song of `LENGTH_S`."""
    bpm = round(float(rng.uniform(*TEMPO_BPM[truth.tempo])), 1)
    key = int(_KEYS[int(rng.integers(len(_KEYS)))])
    progression = _PROGRESSIONS[int(rng.integers(len(_PROGRESSIONS)))]
    beat_s = 60.0 / bpm
    n_beats = int(LENGTH_S / beat_s)
    place = int(rng.integers(len(_SCALES[truth.mood])))
    notes: list[Note] = []
    for beat in range(n_beats):
        root = key + progression[beat // _BEATS_A_BAR % len(progression)]
        onset_s = beat * beat_s + float(rng.uniform(0.0, _LATE_S))
        end_s = min(onset_s + _HELD * beat_s, LENGTH_S)
        accent = 8 if beat % _BEATS_A_BAR == 0 else 0
        velocity = int(rng.integers(*_CHORD_VELOCITY)) + accent
        notes += [Note(root + tone, velocity, onset_s, end_s) for tone in _TRIADS[truth.mood]]
        place = _step(rng, place)
        if rng.random() >= _RESTS:
            notes.append(
                Note(_pitch(key, place, truth.mood), int(rng.integers(*_TUNE_VELOCITY)) + accent, onset_s, end_s)
            )
    volume = int(rng.integers(*_VOLUMES[truth.instrument]))
    return Performance(PROGRAMS[truth.instrument], volume, bpm, key, tuple(notes))


def _step(rng: np.random.Generator, place: int) -> int:
    """Return the next place of the tune in its scale, two steps away at most, within two octaves."""
    return min(max(place + int(rng.integers(-2, 3)), 0), 9)


def _pitch(key: int, place: int, mood: str) -> int:
    scale = _SCALES[mood]
    return key + _TUNE_ABOVE + 12 * (place // len(scale)) + scale[place % len(scale)]

"""Plays a track from its latent vector: chords, a tune, drums and hiss, a few milliseconds of work for six seconds.

Arousal sets tempo, how many notes fall on a beat, and loudness; valence sets major or minor and tempo; brightness sets
register and overtones; weight sets hiss, distortion and drums. Everything else (key, tune, rhythm) is the track's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RATE_HZ = 22050
_TABLE_BITS = 11
_OVERTONES = 12
_LONGEST_PATTERN_S = 16.0  # of a longer track this much is played again and again
_MAJOR, _MINOR = (0, 2, 4, 7, 9), (0, 3, 5, 7, 10)
_CHORDS = {
    True: ((0, 4, 7), (7, 11, 14), (9, 12, 16), (5, 9, 12)),
    False: ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17)),
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a track is played.

    Attributes:
        tempo_bpm: beats a minute.
        notes_per_beat: of the tune: 1, 2 or 4.
        is_major: mode of chords and tune.
        root_midi: note number of the lowest chord tone.
        rolloff: amplitude of overtone k is ``rolloff ** k``.
        level: root mean square of the whole, full scale 1.
        hiss: share of noise.
        drive: how hard the sum is driven into its limits.
        drums: level of the drums.
    """

    tempo_bpm: float
    notes_per_beat: int
    is_major: bool
    root_midi: int
    rolloff: float
    level: float
    hiss: float
    drive: float
    drums: float


def manner(latent: NDArray[np.float64]) -> Manner:
    """Return how a latent vector ``(valence, arousal, brightness, weight)`` sounds."""
    valence, arousal, brightness, weight = np.tanh(latent / 1.5).tolist()
    return Manner(
        tempo_bpm=round(108 + 38 * arousal + 8 * valence, 1),
        notes_per_beat=1 if arousal < -0.35 else 2 if arousal < 0.35 else 4,
        is_major=valence > -0.05,
        root_midi=round(48 + 10 * brightness - 4 * weight),
        rolloff=0.55 + 0.25 * brightness + 0.1 * weight,
        level=10 ** ((-22 + 6 * arousal + 3 * weight) / 20),
        hiss=0.03 + 0.12 * max(0.0, 0.5 + weight) ** 2,
        drive=1.0 + 3.0 * max(0.0, weight),
        drums=0.15 + 0.75 * max(0.0, 0.4 + 0.5 * arousal + 0.3 * weight),
    )


def play(
    latent: NDArray[np.float64], length_s: float, seed: Sequence[int], pattern_s: float | None = None
) -> NDArray[np.int16]:
    """Play a track.

    Args:
        latent: shape ``(4,)``.
        length_s: of the track, seconds.
        seed: what its own part is drawn with.
        pattern_s: how much is played before it begins again, 16 s at most; the length of the track when None.

    Returns:
        mono samples at 22,050 Hz, shape ``(round(length_s * 22050),)``.
    """
    wanted_s = min(length_s if pattern_s is None else pattern_s, _LONGEST_PATTERN_S)
    pattern = _pattern(manner(latent), round(wanted_s * RATE_HZ), np.random.default_rng(list(seed)))
    return np.resize(pattern, round(length_s * RATE_HZ))


def _pattern(how: Manner, n_samples: int, rng: np.random.Generator) -> NDArray[np.int16]:
    beat = RATE_HZ * 60 / how.tempo_bpm  # samples
    n_beats = int(np.ceil(n_samples / beat))
    root = how.root_midi + int(rng.integers(-2, 3))
    bars = np.array([_CHORDS[how.is_major][(number // 4) % 4] for number in range(n_beats)])
    table = _wave(round(how.rolloff, 2))
    mix = np.zeros(n_samples, np.float32)
    for voice in range(3):
        mix += 0.25 * _voice(table, root + bars[:, voice], beat, n_samples)
    mix += 0.45 * _tune(table, how, root + 12, bars[:, 0], beat, n_samples, rng)
    mix += how.drums * _drums(how, beat, n_beats, n_samples, rng)
    start = int(rng.integers(len(_noise()) - n_samples))
    mix += 3 * how.hiss * _noise()[start : start + n_samples]
    if how.drive > 1.0:
        mix = np.tanh(how.drive * mix)
    mix *= how.level / max(float(np.sqrt(np.mean(mix * mix))), 1e-9)
    return np.clip(mix * 32767, -32767, 32767).astype(np.int16)


def _tune(
    table: NDArray[np.float32],
    how: Manner,
    root: int,
    chord_roots: NDArray[np.int64],
    beat: float,
    n_samples: int,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Return plucked notes of the scale, each dying away, some left out."""
    step = beat / how.notes_per_beat
    n_notes = int(np.ceil(n_samples / step))
    scale = np.array(_MAJOR if how.is_major else _MINOR)
    walk = np.abs(rng.integers(-2, 3, n_notes).cumsum()) % 10
    notes = root + scale[walk % 5] + 12 * (walk // 5)
    notes[:: 4 * how.notes_per_beat] = root + chord_roots[::4][: len(notes[:: 4 * how.notes_per_beat])] % 12
    strength = (rng.random(n_notes) < 0.85).astype(np.float32)
    starts = np.round(np.arange(n_notes + 1) * step).astype(np.int64)
    starts[-1] = max(n_samples, starts[-2])
    lengths = np.diff(starts)
    since = np.arange(n_samples) - np.repeat(starts[:-1], lengths)[:n_samples]
    dying = _decay()[np.minimum(since, len(_decay()) - 1)]
    plucked: NDArray[np.float32] = _voice(table, notes, step, n_samples) * dying
    return plucked * np.repeat(strength, lengths)[:n_samples]


def _drums(how: Manner, beat: float, n_beats: int, n_samples: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a low drum on each beat and a short hiss on the notes between."""
    track = np.zeros(n_samples + RATE_HZ, np.float32)
    kick, hat = _strokes()
    for number in range(n_beats):
        at = round(number * beat)
        track[at : at + len(kick)] += kick
        for part in range(1, how.notes_per_beat):
            if rng.random() < 0.7:
                between = round((number + part / how.notes_per_beat) * beat)
                track[between : between + len(hat)] += hat
    return track[:n_samples]


def _voice(table: NDArray[np.float32], notes: NDArray[np.int64], step: float, n_samples: int) -> NDArray[np.float32]:
    """Return one voice: note k from ``k * step`` samples on, its phase going on smoothly."""
    per_sample = np.round(440.0 * 2.0 ** ((notes - 69) / 12) / RATE_HZ * 2**32).astype(np.uint32)
    starts = np.round(np.arange(len(notes) + 1) * step).astype(np.int64)
    starts[-1] = max(n_samples, starts[-2])
    phase = np.repeat(per_sample, np.diff(starts))[:n_samples].cumsum(dtype=np.uint32)  # wraps round, as it should
    voice: NDArray[np.float32] = table[phase >> np.uint32(32 - _TABLE_BITS)]
    return voice


@cache
def _wave(rolloff: float) -> NDArray[np.float32]:
    turn = np.arange(1 << _TABLE_BITS) * (2 * np.pi / (1 << _TABLE_BITS))
    table = sum(rolloff**k * np.sin(k * turn) for k in range(1, _OVERTONES + 1))
    return np.asarray(table / np.sqrt(np.mean(np.square(table))), np.float32)


@cache
def _noise() -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal(40 * RATE_HZ, np.float32)


@cache
def _decay() -> NDArray[np.float32]:
    return np.exp(-np.arange(2 * RATE_HZ) / (0.25 * RATE_HZ)).astype(np.float32)


@cache
def _strokes() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    t_s = np.arange(round(0.12 * RATE_HZ)) / RATE_HZ
    kick = 2.5 * np.sin(2 * np.pi * 70 * t_s) * np.exp(-t_s / 0.04)
    hat = np.diff(_noise()[: round(0.04 * RATE_HZ) + 1]) * np.exp(-t_s[: round(0.04 * RATE_HZ)] / 0.01)
    return kick.astype(np.float32), hat.astype(np.float32)

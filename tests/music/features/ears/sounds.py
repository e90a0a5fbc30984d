"""Sounds for tests of ears: files of every kind that a folder may hold, and made-up instruments."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import soundfile

from tests.music.formats.midi_bytes import END, event, raw

RATE_HZ = 16_000


def tone(seconds: float, rate_hz: int = RATE_HZ, freq_hz: float = 440.0, level: float = 0.3) -> np.ndarray:
    """Return a sine, float32."""
    return (level * np.sin(2 * np.pi * freq_hz * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(np.float32)


def written(samples: np.ndarray, rate_hz: int = RATE_HZ, kind: str = "WAV", subtype: str = "PCM_16") -> bytes:
    """Return samples, shape (n,) or (n, channels), as the bytes of a sound file."""
    out = io.BytesIO()
    soundfile.write(out, samples, rate_hz, format=kind, subtype=subtype)
    return out.getvalue()


def tune(
    seconds: float = 15.0, *, program: int = 0, beat_s: float = 0.5, pitches: tuple[int, ...] = (60, 64, 67)
) -> bytes:
    """Return a MIDI file: one note a beat, 120 beats of 480 ticks a minute if `beat_s` is 0.5, tempo written out."""
    tempo = b"\x00\xff\x51\x03" + round(beat_s * 1e6).to_bytes(3, "big")
    notes = b"".join(
        event(0, bytes([0x90, pitches[n % len(pitches)], 90])) + event(480, bytes([0x80, pitches[n % len(pitches)], 0]))
        for n in range(round(seconds / beat_s))
    )
    return raw(tempo + END, event(0, bytes([0xC0, program])) + notes + END)


def plucks(n: int, seed: int) -> tuple[np.ndarray, list[set[str]]]:
    """Return n clips, shape (n, 240000), of pulses that differ in pace and in colour, and their tags."""
    rng = np.random.default_rng(seed)
    clips = np.zeros((n, 240_000), np.float32)
    tags: list[set[str]] = []
    for clip in clips:
        pace, colour = ("slow", 1.0) if rng.random() < 0.5 else ("fast", 0.3), ("dark", "bright")[int(rng.integers(2))]
        pace_name, beat_s = pace
        harmonics = np.arange(1, 3) if colour == "dark" else np.arange(4, 13)
        freq_hz = float(rng.uniform(150, 300))
        time_s = np.arange(round(0.25 * RATE_HZ)) / RATE_HZ
        pulse = np.exp(-12 * time_s) * np.sin(2 * np.pi * freq_hz * harmonics[:, None] * time_s).mean(axis=0)
        for onset in np.arange(float(rng.uniform(0, beat_s)), 14.5, beat_s):
            at = round(onset * RATE_HZ)
            clip[at : at + len(pulse)] += 0.4 * pulse
        tags.append({f"pace:{pace_name}", f"colour:{colour}"})
    return clips, tags


def reasons(error: Any) -> tuple[str, str]:
    """Return reason and detail of an error of one item."""
    return error.reason, error.detail

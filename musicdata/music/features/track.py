"""65 numbers that sum up the sound of a clip: what stands where the papers had Spotify's audio features.

Spotify withdrew those in November 2024, and how they were computed was never published; these are of the same number
and of the same kinds (tempo, key, loudness, timbre, pitch), computed from the clip alone:

- one spectrogram at 22,050 Hz, frames of 2048 every 512 samples, Hann, power;
- onsets: rises in dB of 40 mel bands, summed over the bands (spectral flux); the tempo is the lag with the largest
  autocorrelation of that curve, weighted towards 120 bpm (Ellis, *Beat tracking by dynamic programming*, 2007, eq. 7);
- key: the mean chroma against Krumhansl's and Kessler's profiles (*Psychological Review* 89, 1982) in all 24 keys; it
  stands as a point on the circle of fifths, where near keys are near;
- timbre: mean and deviation of 12 cepstral coefficients (the first, the level, left out); chroma: of 12 pitch classes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from musicdata.music.features import sound
from musicdata.music.features.extractor import Extractor
from musicdata.music.features.spectrogram import frame_power, hann, mel_bands, to_db
from musicdata.system.packages import version

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

RATE_HZ = 22_050
N_FFT, HOP_LENGTH, N_MELS = 2048, 512, 40
N_TIMBRE = 12
PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
MIN_BPM, MAX_BPM, USUAL_BPM = 40.0, 240.0, 120.0
FRAME_HZ = RATE_HZ / HOP_LENGTH
_ONSET_MARGIN = 1.0  # deviations above the mean
_ROLLOFF = 0.85
_SILENT_POWER = 1e-7


class Number(NamedTuple):
    """Names one of the numbers: its place in the vector is its place in `NUMBERS`."""

    name: str
    unit: str
    meaning: str


NUMBERS: tuple[Number, ...] = (
    Number("tempo", "bpm", "most likely tempo, 40 to 240"),
    Number("tempo_confidence", "", "autocorrelation of the onset curve at that tempo, 0 to 1"),
    Number("onset_rate", "1/s", "peaks of the onset curve a second"),
    Number("onset_strength_mean", "dB", "mean rise of a band from one frame to the next"),
    Number("onset_strength_std", "dB", "its deviation over time"),
    Number("key_fifths_cos", "", "key on the circle of fifths, cosine; of a minor key, that of its relative major"),
    Number("key_fifths_sin", "", "key on the circle of fifths, sine; of a minor key, that of its relative major"),
    Number("mode", "", "correlation with the best major key less that with the best minor key"),
    Number("key_confidence", "", "correlation with the best key, -1 to 1"),
    Number("loudness_mean", "dBFS", "mean level of a frame"),
    Number("loudness_std", "dB", "its deviation over time"),
    Number("loudness_high", "dBFS", "level that 5 % of the frames exceed"),
    Number("loudness_range", "dB", "that less the level that 95 % of the frames exceed"),
    Number("centroid_mean", "Hz", "mean centre of the spectrum"),
    Number("centroid_std", "Hz", "its deviation over time"),
    Number("rolloff_mean", "Hz", "mean frequency below which 85 % of the power lie"),
    Number("flatness_mean", "dB", "mean ratio of geometric to arithmetic mean of the bands: 0 is noise"),
    *(Number(f"timbre_mean_{k}", "dB", f"mean of cepstral coefficient {k}") for k in range(1, N_TIMBRE + 1)),
    *(Number(f"timbre_std_{k}", "dB", f"deviation of cepstral coefficient {k}") for k in range(1, N_TIMBRE + 1)),
    *(Number(f"chroma_mean_{p}", "", f"mean share of pitch class {p} in a frame's power") for p in PITCH_CLASSES),
    *(Number(f"chroma_std_{p}", "", f"deviation of the share of pitch class {p}") for p in PITCH_CLASSES),
)

# Krumhansl & Kessler's probe-tone ratings, C major and C minor.
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


def extractor() -> Extractor:
    """Return what says how the vectors are made."""
    settings: dict[str, Any] = {"hop_length": HOP_LENGTH, "n_fft": N_FFT, "n_mels": N_MELS, "sample_rate": RATE_HZ}
    settings["numbers"] = [number.name for number in NUMBERS]
    return Extractor("track_summary", f"1 (librosa {version('librosa')})", settings)


def take(samples: Floats, rate_hz: int) -> Floats:
    """Return the numbers of a clip of any length, shape (65,), in the order of `NUMBERS`; all are finite."""
    clip = sound.resample(samples, rate_hz, RATE_HZ)
    n_frames = 1 + len(clip) // HOP_LENGTH
    power = frame_power(clip, hann(N_FFT), HOP_LENGTH, -N_FFT // 2, n_frames)
    levels = to_db(np.ascontiguousarray((mel_bands(RATE_HZ, N_FFT, N_MELS, 0.0, RATE_HZ / 2) @ power.T).T))
    chroma = _chroma(power)
    numbers = np.concatenate(
        [_rhythm(levels), _tonality(chroma.mean(axis=0)), _loudness(clip, n_frames), _spectrum(power, levels)]
        + [part for rows in (_timbre(levels), chroma) for part in (rows.mean(axis=0), rows.std(axis=0))]
    )
    return numbers.astype(np.float32)


def _rhythm(levels: Floats) -> Floats:
    rise = np.maximum(np.diff(levels, axis=0), 0).mean(axis=1) if len(levels) > 1 else np.zeros(1, np.float32)
    tempo_bpm, confidence = tempo(rise)
    inner = rise[1:-1]
    is_peak = (inner > rise[:-2]) & (inner >= rise[2:]) & (inner > rise.mean() + _ONSET_MARGIN * rise.std())
    rate = is_peak.sum() / (len(levels) / FRAME_HZ)
    return np.array([tempo_bpm, confidence, rate, rise.mean(), rise.std()], np.float32)


def tempo(onsets: Floats) -> tuple[float, float]:
    """Return the tempo in bpm of an onset curve of `FRAME_HZ` values a second, and the autocorrelation there.

    A curve that is flat, or too short to have a tempo, gives `USUAL_BPM` and 0.
    """
    import scipy.fft

    centred = onsets - onsets.mean()
    spectrum = scipy.fft.rfft(centred, scipy.fft.next_fast_len(2 * len(centred), real=True))
    autocorrelation = scipy.fft.irfft(np.square(np.abs(spectrum)))[: len(centred)]
    low, high = int(np.ceil(60 * FRAME_HZ / MAX_BPM)), int(60 * FRAME_HZ / MIN_BPM)
    lags = np.arange(low, min(high, len(centred) // 2) + 1)
    if autocorrelation[0] <= 1e-9 or not len(lags):
        return USUAL_BPM, 0.0
    normed = autocorrelation[lags] / autocorrelation[0] * len(centred) / (len(centred) - lags)
    weights = np.exp(-0.5 * np.square(np.log2(60 * FRAME_HZ / lags / USUAL_BPM)))
    best = int(np.argmax(np.maximum(normed, 0) * weights))
    return float(60 * FRAME_HZ / lags[best]), float(np.clip(normed[best], 0, 1))


def _tonality(chroma: Floats) -> Floats:
    """Return the key of a mean chroma as a point on the circle of fifths, its mode and how clear it is."""
    if chroma.std() <= 1e-9:
        return np.zeros(4, np.float32)
    fits = _key_profiles() @ ((chroma - chroma.mean()) / (chroma.std() * len(chroma)))
    best = int(np.argmax(fits))
    tonic = best if best < len(PITCH_CLASSES) else best - len(PITCH_CLASSES) + 3  # of a minor key, its relative major's
    angle = 2 * np.pi * (tonic * 7 % 12) / 12
    return np.array([np.cos(angle), np.sin(angle), fits[:12].max() - fits[12:].max(), fits[best]], np.float32)


@lru_cache(1)
def _key_profiles() -> Floats:
    """Return the profiles of 12 major, then 12 minor keys, of mean 0 and deviation 1, shape (24, 12)."""
    rows = np.array([np.roll(profile, k) for profile in (_MAJOR, _MINOR) for k in range(12)])
    scaled: Floats = ((rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)).astype(np.float32)
    return scaled


def _loudness(clip: Floats, n_frames: int) -> Floats:
    whole = np.zeros(n_frames * HOP_LENGTH, np.float32)
    whole[: len(clip)] = clip[: len(whole)]
    levels = to_db(np.square(whole).reshape(n_frames, HOP_LENGTH).mean(axis=1))
    low, high = np.percentile(levels, [5, 95])
    return np.array([levels.mean(), levels.std(), high, high - low], np.float32)


def _spectrum(power: Floats, levels: Floats) -> Floats:
    frequencies = np.arange(power.shape[1], dtype=np.float32) * (RATE_HZ / N_FFT)
    total = power.sum(axis=1)
    sounding = total > _SILENT_POWER
    if not sounding.any():
        return np.array([0, 0, 0, 0], np.float32)
    centroid = (power @ frequencies)[sounding] / total[sounding]
    summed = np.cumsum(power[sounding], axis=1)
    rolloff = frequencies[(summed < _ROLLOFF * summed[:, -1:]).sum(axis=1).clip(max=power.shape[1] - 1)]
    bands = levels[sounding]
    flatness = bands.mean(axis=1) - 10 * np.log10(np.power(10, bands / 10).mean(axis=1))
    return np.array([centroid.mean(), centroid.std(), rolloff.mean(), flatness.mean()], np.float32)


def _timbre(levels: Floats) -> Floats:
    import scipy.fft

    coefficients: Floats = scipy.fft.dct(levels, axis=1, norm="ortho")[:, 1 : N_TIMBRE + 1]
    return coefficients


def _chroma(power: Floats) -> Floats:
    """Return each frame's share of the 12 pitch classes, shape (frames, 12); of a silent frame, zeros."""
    strength = power @ _chroma_bands().T
    total = strength.sum(axis=1, keepdims=True)
    shares: Floats = np.where(total > _SILENT_POWER, strength / np.maximum(total, _SILENT_POWER), 0)
    return shares


@lru_cache(1)
def _chroma_bands() -> Floats:
    from librosa.filters import chroma

    bands: Floats = chroma(sr=RATE_HZ, n_fft=N_FFT, n_chroma=12, tuning=0.0).astype(np.float32)
    return bands

"""Which numbers a low-level document holds, and what they are like: names, typical values, and how far songs differ.

Typical values are rounded medians of real documents of AcousticBrainz (CC0). How a number follows the latent vector is
ours: drawn once, the same for every population, so that what is learned from one holds for another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

STATISTICS = ("dmean", "dmean2", "dvar", "dvar2", "max", "mean", "median", "min", "var")
"""What is told of a number over frames; ``dmean`` is of differences from frame to frame, ``2`` of those of these."""

N_COEFFICIENTS = 13
"""Of ``mfcc`` and ``gfcc``, each with mean, covariance and its inverse."""

# Name, typical mean, standard deviation over the frames of a song, bounds. A song's bands are said as one line.
_OF_FRAMES = """
lowlevel.barkbands_crest 11.5 5 1 27
lowlevel.barkbands_flatness_db 0.16 0.07 0 0.62
lowlevel.barkbands_kurtosis 9.3 18 -2 900
lowlevel.barkbands_skewness 1.8 1.7 -6 75
lowlevel.barkbands_spread 23 17 0.02 160
lowlevel.dissonance 0.45 0.04 0.04 0.5
lowlevel.erbbands_crest 9.9 4.8 1.8 34
lowlevel.erbbands_flatness_db 0.16 0.06 0.02 0.58
lowlevel.erbbands_kurtosis 1.3 5 -2 170
lowlevel.erbbands_skewness 0.41 1 -8 11
lowlevel.erbbands_spread 47 26 0.3 190
lowlevel.hfc 15.6 22 1e-16 520
lowlevel.melbands_crest 15.8 6.1 1 38
lowlevel.melbands_flatness_db 0.23 0.085 0 0.77
lowlevel.melbands_kurtosis 23 42 -2 2100
lowlevel.melbands_skewness 3.3 2.3 -5 37
lowlevel.melbands_spread 21 21 0.2 300
lowlevel.pitch_salience 0.52 0.15 0.006 1
lowlevel.silence_rate_20dB 1 0 0 1
lowlevel.silence_rate_30dB 0.95 0.1 0 1
lowlevel.silence_rate_60dB 0.1 0.3 0 1
lowlevel.spectral_centroid 1170 820 76 11800
lowlevel.spectral_complexity 13.9 9.8 0 66
lowlevel.spectral_decrease -7.3e-9 7e-9 -1e-7 1e-9
lowlevel.spectral_energy 0.03 0.028 1e-20 0.4
lowlevel.spectral_energyband_high 0.0009 0.0017 7e-21 0.05
lowlevel.spectral_energyband_low 0.014 0.019 3e-23 0.28
lowlevel.spectral_energyband_middle_high 0.0041 0.0046 1e-21 0.12
lowlevel.spectral_energyband_middle_low 0.0106 0.016 2e-22 0.4
lowlevel.spectral_entropy 7.4 0.55 3.2 9.83
lowlevel.spectral_flux 0.085 0.06 6e-11 0.5
lowlevel.spectral_kurtosis 6 7 -1.5 630
lowlevel.spectral_rms 0.0049 0.0025 3e-12 0.02
lowlevel.spectral_rolloff 1660 2300 22 22000
lowlevel.spectral_skewness 1.6 0.78 -0.5 21
lowlevel.spectral_spread 5.2e6 2.1e6 2e5 4.8e7
lowlevel.spectral_strongpeak 0.84 1.1 0 42
lowlevel.zerocrossingrate 0.071 0.054 0.002 0.95
rhythm.beats_loudness 0.046 0.033 0 0.4
rhythm.bpm_histogram_first_peak_bpm 122 0 60 200
rhythm.bpm_histogram_first_peak_spread 0.27 0 0 1
rhythm.bpm_histogram_first_peak_weight 0.6 0 0 1
rhythm.bpm_histogram_second_peak_bpm 140 0 60 200
rhythm.bpm_histogram_second_peak_spread 0.18 0 0 1
rhythm.bpm_histogram_second_peak_weight 0.02 0 0 1
tonal.chords_strength 0.52 0.1 0.1 0.9
tonal.hpcp_entropy 2 0.78 0 4.9
"""
# Name, number of bands, mean of the first and of the last, standard deviation as a share of the mean, bounds.
_OF_BANDS = """
lowlevel.barkbands 27 4e-3 4e-5 2.1 1e-23 0.5
lowlevel.erbbands 40 18 0.2 2 1e-20 4000
lowlevel.melbands 40 2e-3 1e-6 2.1 1e-24 0.2
lowlevel.spectral_contrast_coeffs 6 -0.63 -0.78 0.1 -0.98 -0.2
lowlevel.spectral_contrast_valleys 6 -7.5 -10 0.17 -27 -4
rhythm.beats_loudness_band_ratio 6 0.58 0.05 0.5 0 1
tonal.hpcp 36 0.13 0.11 1.6 0 1
"""
# Name, typical value, bounds: told once of a song.
_OF_SONG = """
lowlevel.average_loudness 0.8 0.02 0.99
lowlevel.dynamic_complexity 4.2 1.5 9
rhythm.bpm 122 60 200
rhythm.danceability 1.17 0.6 1.9
rhythm.onset_rate 4.2 0.5 9
tonal.chords_changes_rate 0.06 0.01 0.2
tonal.chords_number_rate 0.002 0.0005 0.01
tonal.key_strength 0.63 0.2 0.95
tonal.tuning_diatonic_strength 0.5 0.3 0.8
tonal.tuning_equal_tempered_deviation 0.06 0.01 0.3
tonal.tuning_frequency 440 430 450
tonal.tuning_nontempered_energy_ratio 0.76 0.4 0.98
"""
NARROW = ("tonal.tuning_frequency", "lowlevel.silence_rate_20dB")
"""Which differ little from song to song."""

TEXTS = ("tonal.chords_key", "tonal.chords_scale", "tonal.key_key", "tonal.key_scale")
HISTOGRAM, PROFILE, BEATS = "tonal.chords_histogram", "tonal.thpcp", "rhythm.beats_position"
N_CHORDS, N_PITCHES = 24, 36


@dataclass(frozen=True, slots=True)
class Descriptors:
    """Numbers of one kind, band by band, side by side.

    Attributes:
        names: of the numbers, each once.
        widths: how many bands each has; 0 where it is no vector.
        centres: typical means, shape ``(n_bands,)`` with ``n_bands`` of all.
        spreads: standard deviations over frames, shape ``(n_bands,)``.
        lowest: bounds, shape ``(n_bands,)``.
        highest: bounds, shape ``(n_bands,)``.
    """

    names: tuple[str, ...]
    widths: tuple[int, ...]
    centres: np.ndarray
    spreads: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray


def _numbers(line: str) -> list[float]:
    return [float(word) for word in line.split()[1:]]


def _of_frames() -> Descriptors:
    names, widths, columns = [], [], []
    for line in _OF_FRAMES.strip().splitlines():
        names.append(line.split()[0])
        widths.append(0)
        columns.append(np.array(_numbers(line))[:, None])
    for line in _OF_BANDS.strip().splitlines():
        width, first, last, share, lowest, highest = _numbers(line)
        names.append(line.split()[0])
        widths.append(int(width))
        means = np.sign(first) * np.geomspace(abs(first), abs(last), int(width))
        columns.append(np.stack([means, share * abs(means), np.full(len(means), lowest), np.full(len(means), highest)]))
    return Descriptors(tuple(names), tuple(widths), *np.concatenate(columns, axis=1))


def _of_song() -> Descriptors:
    lines = _OF_SONG.strip().splitlines()
    names = tuple(line.split()[0] for line in lines)
    centres, lowest, highest = np.array([_numbers(line) for line in lines]).T
    return Descriptors(names, (0,) * len(names), centres, np.zeros(len(names)), lowest, highest)


OF_FRAMES, OF_SONG = _of_frames(), _of_song()

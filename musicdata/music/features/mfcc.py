"""MFCC sub-sequences of a clip (Yu, Tang, Raposo & Chen, arXiv 1711.08976, section IV).

30 s at 22,050 Hz in frames of 2048 every 1024 give 646 frames of 20 coefficients; every fourth goes to the same one
of four sub-sequences of 161. The coefficients are librosa's `feature.mfcc` with its own settings: 128 Slaney bands,
at most 80 dB below the loudest, orthonormal DCT-II.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata.music.features import sound
from musicdata.music.features.extractor import Extractor
from musicdata.music.features.spectrogram import frame_power, hann, mel_bands, to_db
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

RATE_HZ = 22_050
CLIP_S = 30
N_FFT, HOP_LENGTH = 2048, 1024
N_MFCC, N_MELS = 20, 128
N_FRAMES = 646
N_SEQUENCES, SEQUENCE_FRAMES = 4, 161
RANGE_DB = 80.0


def extractor() -> Extractor:
    """Return what says how the vectors are made."""
    settings = {"clip_s": CLIP_S, "hop_length": HOP_LENGTH, "n_fft": N_FFT, "n_mels": N_MELS, "sample_rate": RATE_HZ}
    return Extractor("mfcc", f"1 (librosa {version('librosa')})", settings)


def tools(_parameters: object) -> Mapping[str, str]:
    """Return the library the vectors depend on."""
    return {"librosa": version("librosa")}


def take(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """Return the sub-sequences of a clip, shape (4, 20, 161)."""
    return sub_sequences(mfcc(sound.resample(samples, rate_hz, RATE_HZ)))


def mfcc(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the coefficients of the first 30 s at 22,050 Hz, shape (20, 646); a shorter clip ends in silence."""
    import scipy.fft

    clip = np.zeros(RATE_HZ * CLIP_S, dtype=np.float32)
    clip[: len(samples)] = samples[: len(clip)]
    power = frame_power(clip, hann(N_FFT), HOP_LENGTH, -N_FFT // 2, N_FRAMES)
    levels = to_db(mel_bands(RATE_HZ, N_FFT, N_MELS, 0.0, RATE_HZ / 2) @ power.T)
    levels = np.maximum(levels, levels.max() - RANGE_DB)
    coefficients: NDArray[np.float32] = scipy.fft.dct(levels, axis=0, norm="ortho")[:N_MFCC]
    return coefficients


def sub_sequences(coefficients: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return sub-sequence k of frames k, k + 4, …, shape (4, n, 161) for n numbers a frame.

    The last two of 646 frames are left over.
    """
    used = coefficients[:, : N_SEQUENCES * SEQUENCE_FRAMES]
    return np.ascontiguousarray(used.reshape(len(used), SEQUENCE_FRAMES, N_SEQUENCES).transpose(2, 0, 1))

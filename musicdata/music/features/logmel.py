"""Log-mel sub-sequences of a clip: the other input of Yu, Tang, Raposo & Chen (arXiv 1711.08976, section VI).

30 s at 22,050 Hz in frames of 2048 every 1024 give 646 frames of 96 bands (Slaney bands of the power, in dB with a
floor at -100 dB); every fourth goes to the same one of four sub-sequences of 161, as those of `mfcc`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata.music.features import mfcc, sound
from musicdata.music.features.extractor import Extractor
from musicdata.music.features.spectrogram import frame_power, hann, mel_bands, to_db
from musicdata.system.packages import version

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_MELS = 96


def extractor() -> Extractor:
    """Return what says how the vectors are made."""
    settings = {
        "clip_s": mfcc.CLIP_S,
        "hop_length": mfcc.HOP_LENGTH,
        "n_fft": mfcc.N_FFT,
        "n_mels": N_MELS,
        "sample_rate": mfcc.RATE_HZ,
    }
    return Extractor("log_mel", f"1 (librosa {version('librosa')})", settings)


def take(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """Return the sub-sequences of a clip's first 30 s in dB, shape (4, 96, 161); a shorter clip ends in silence."""
    samples = sound.resample(samples, rate_hz, mfcc.RATE_HZ)
    clip = np.zeros(mfcc.RATE_HZ * mfcc.CLIP_S, dtype=np.float32)
    clip[: len(samples)] = samples[: len(clip)]
    power = frame_power(clip, hann(mfcc.N_FFT), mfcc.HOP_LENGTH, -mfcc.N_FFT // 2, mfcc.N_FRAMES)
    bands = mel_bands(mfcc.RATE_HZ, mfcc.N_FFT, N_MELS, 0.0, mfcc.RATE_HZ / 2)
    return mfcc.sub_sequences(to_db(bands @ power.T))

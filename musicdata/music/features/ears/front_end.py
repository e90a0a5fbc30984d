"""Mel spectrograms as ears were trained on them.

Frames of 512 samples every 256, each centred on its time with the sound mirrored at its ends, under a periodic Hann
window, taken to power: 938 frames of a clip. So do torchaudio's `MelSpectrogram` by default, and librosa's up to 0.9,
with which the ears were trained; the two differ in the mel scale: `htk` is torchaudio's, 2595 log₁₀(1 + f / 700) with
triangles of height 1, and `slaney` librosa's, with triangles of equal area.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from musicdata.music.features.ears.ear import RATE_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_FFT, HOP = 512, 256
N_FRAMES = 938
FLOOR_POWER = 1e-10

MelScale = Literal["htk", "slaney"]


@lru_cache(4)
def mel_bands(n_mels: int, scale: MelScale, n_fft: int = N_FFT) -> NDArray[np.float32]:
    """Return the bands from 0 to 8,000 Hz, shape (n_fft / 2 + 1, n_mels).

    Those of librosa and torchaudio, computed here: librosa compiles functions for seconds before it makes the first.
    """
    highest_hz = RATE_HZ / 2
    edges = np.linspace(0, _mel_of_hz(highest_hz, scale), n_mels + 2)
    edges_hz = _hz_of_mel(edges, scale)
    freqs_hz = np.linspace(0, highest_hz, n_fft // 2 + 1)[:, None]
    low_hz, middle_hz, high_hz = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising, falling = (freqs_hz - low_hz) / (middle_hz - low_hz), (high_hz - freqs_hz) / (high_hz - middle_hz)
    bands = np.maximum(0, np.minimum(rising, falling))
    if scale == "slaney":
        bands *= 2 / (high_hz - low_hz)
    return bands.astype(np.float32)


_LINEAR_HZ, _LINEAR_MEL, _LOG_STEP = 1000.0, 15.0, np.log(6.4) / 27  # Slaney's scale is linear up to 1,000 Hz


def _mel_of_hz(freq_hz: float, scale: MelScale) -> float:
    if scale == "htk":
        return float(2595 * np.log10(1 + freq_hz / 700))
    return float(_LINEAR_MEL + np.log(freq_hz / _LINEAR_HZ) / _LOG_STEP)


def _hz_of_mel(mel: NDArray[np.float64], scale: MelScale) -> NDArray[np.float64]:
    if scale == "htk":
        return 700 * (10 ** (mel / 2595) - 1)
    linear = mel * _LINEAR_HZ / _LINEAR_MEL
    return np.where(mel < _LINEAR_MEL, linear, _LINEAR_HZ * np.exp(_LOG_STEP * (mel - _LINEAR_MEL)))


def mel_power(clips: Any, bands: Any, *, n_fft: int = N_FFT, hop: int = HOP) -> Any:
    """Return the power in each band, a tensor of shape (clips, bands, frames).

    Args:
        clips: tensor of samples, shape (clips, n).
        bands: tensor of shape (n_fft / 2 + 1, bands).
        n_fft: samples in a frame.
        hop: samples from one frame to the next.
    """
    import torch

    window = torch.hann_window(n_fft)
    spectrum = torch.stft(clips, n_fft, hop, window=window, center=True, pad_mode="reflect", return_complex=True)
    power = spectrum.real.square() + spectrum.imag.square()
    return (power.transpose(1, 2) @ bands).transpose(1, 2)


def to_db(power: Any) -> Any:
    """Return 10 log₁₀ of the power, at least -100 dB."""
    return 10 * power.clamp(min=FLOOR_POWER).log10()

"""Mel spectrograms as ears were trained on them.

Frames of 512 samples every 256, each centred on its time with the sound mirrored at its ends, under a periodic Hann
window, taken to power: 938 frames of a clip. So do torchaudio's `MelSpectrogram` by default, and librosa's up to 0.9,
with which the ears were trained; the two differ in the mel scale: `htk` is torchaudio's, 2595 log₁₀(1 + f / 700) with
triangles of height 1, and `slaney` librosa's, with triangles of equal area.
"""

from __future__ import annotations

import warnings
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
    """Return the bands from 0 to 8,000 Hz, shape (n_fft / 2 + 1, n_mels)."""
    from librosa.filters import mel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of 128 bands one is empty, in the papers' ear too
        norm: Literal["slaney"] | None = None if scale == "htk" else "slaney"
        bands: NDArray[np.float32] = mel(sr=RATE_HZ, n_fft=n_fft, n_mels=n_mels, htk=scale == "htk", norm=norm)
    return np.ascontiguousarray(bands.T)


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

"""Sound: a FLAC file's bytes → samples."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def decode(flac: bytes) -> tuple[NDArray[np.float32], int]:
    """Return the mono samples, shape (n,), between -1 and 1, and their rate in Hz."""
    import soundfile

    samples, rate_hz = soundfile.read(io.BytesIO(flac), dtype="float32", always_2d=True)
    return samples.mean(axis=1) if samples.shape[1] > 1 else samples[:, 0], rate_hz


def resample(samples: NDArray[np.float32], rate_hz: int, wanted_hz: int) -> NDArray[np.float32]:
    """Return the samples at another rate, through librosa's band-limited resampler."""
    if rate_hz == wanted_hz:
        return samples
    import librosa

    resampled: NDArray[np.float32] = librosa.resample(samples, orig_sr=rate_hz, target_sr=wanted_hz)
    return resampled

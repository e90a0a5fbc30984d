"""Log-mel spectrograms, and their mean over the span of each note.

A frame is centred on its time, windowed with Hann and taken to power; the bands are librosa's (Slaney's mel scale,
triangles of equal area). librosa makes the bands; the frames are ours, since only those under notes are needed and
the bands are sparse.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import RecipeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLOOR_POWER = 1e-10  # -100 dB: what silence counts as
_FRAMES_AT_ONCE = 512


class LogMel:
    """Turns samples into levels of mel bands, in dB.

    Args:
        sample_rate: of the samples, in Hz.
        n_fft: samples in a frame.
        hop_length: samples from one frame to the next.
        n_mels: bands.
        fmin_hz: lower edge of the lowest band; `fmax_hz` upper edge of the highest.

    Raises:
        RecipeError: the bands reach beyond half the sample rate, or are so narrow that one holds no frequency.
    """

    def __init__(
        self, sample_rate: int, *, n_fft: int, hop_length: int, n_mels: int, fmin_hz: float, fmax_hz: float
    ) -> None:
        self.n_fft = n_fft
        self.hop_length = hop_length
        self._bands = mel_bands(sample_rate, n_fft, n_mels, fmin_hz, fmax_hz)
        self._window = hann(n_fft)

    def levels_db(self, samples: NDArray[np.float32], first: int, n_frames: int) -> NDArray[np.float32]:
        """Return the levels of frames first … first + n_frames, shape (frames, bands); beyond the ends is silence."""
        blocks = [
            self._block_db(samples, start, min(_FRAMES_AT_ONCE, first + n_frames - start))
            for start in range(first, first + n_frames, _FRAMES_AT_ONCE)
        ]
        return np.concatenate(blocks)

    def _block_db(self, samples: NDArray[np.float32], first: int, n_frames: int) -> NDArray[np.float32]:
        power = frame_power(samples, self._window, self.hop_length, first * self.hop_length - self.n_fft // 2, n_frames)
        mel: NDArray[np.float32] = (self._bands @ power.T).T
        return to_db(mel)

    def pool(
        self, samples: NDArray[np.float32], starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the mean level of each band over each span of samples, shape (spans, bands), in dB.

        A frame belongs to a span if its centre does; a span without a centre takes the frame nearest its middle.
        """
        low, high = -(-starts // self.hop_length), -(-stops // self.hop_length)
        nearest = np.rint((starts + stops) / 2 / self.hop_length).astype(np.int64)
        low, high = np.where(high > low, low, nearest), np.where(high > low, high, nearest + 1)
        first = int(low.min())
        levels = self.levels_db(samples, first, int(high.max()) - first)
        return np.stack([levels[a - first : b - first].mean(axis=0) for a, b in zip(low, high, strict=True)])

    def patches(self, samples: NDArray[np.float32], firsts: NDArray[np.int64], n_frames: int) -> NDArray[np.float32]:
        """Return the levels from each of the frames `firsts` on, shape (firsts, bands, n_frames), in dB."""
        low, high = int(firsts.min()), int(firsts.max()) + n_frames
        levels = self.levels_db(samples, low, high - low)
        return np.stack([levels[first - low : first - low + n_frames].T for first in firsts])


def frame_power(
    samples: NDArray[np.float32],
    window: NDArray[np.float32],
    hop_length: int,
    begin: int,
    n_frames: int,
    n_fft: int | None = None,
) -> NDArray[np.float32]:
    """Return the power spectrum of frames, shape (frames, n_fft / 2 + 1).

    Args:
        samples: what to look at; beyond its ends is silence.
        window: what to multiply each frame by.
        hop_length: samples from one frame to the next.
        begin: sample at which the first frame begins; may lie before the first.
        n_frames: how many.
        n_fft: length to which a frame is filled up with zeros; the window's when None.
    """
    import scipy.fft

    length = len(window) + (n_frames - 1) * hop_length
    held = np.zeros(length, dtype=np.float32)
    low, high = max(begin, 0), min(begin + length, len(samples))
    if high > low:
        held[low - begin : high - begin] = samples[low:high]
    frames = np.lib.stride_tricks.sliding_window_view(held, len(window))[::hop_length]
    spectrum = scipy.fft.rfft(frames * window, n_fft, axis=1)
    return np.square(spectrum.real) + np.square(spectrum.imag)


def to_db(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 10 log₁₀ of the power, at least -100 dB."""
    return 10 * np.log10(np.maximum(power, np.float32(FLOOR_POWER)))


def hann(n_fft: int) -> NDArray[np.float32]:
    """Return the periodic Hann window."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)).astype(np.float32)


@lru_cache(4)
def mel_bands(sample_rate: int, n_fft: int, n_mels: int, fmin_hz: float, fmax_hz: float) -> Any:
    """Return librosa's mel bands as a sparse matrix of shape (bands, n_fft / 2 + 1).

    Raises:
        RecipeError: they reach beyond half the sample rate, or one holds no frequency.
    """
    import scipy.sparse
    from librosa.filters import mel

    if not 0 <= fmin_hz < fmax_hz <= sample_rate / 2:
        raise RecipeError(
            f"mel bands from {fmin_hz:g} to {fmax_hz:g} Hz do not fit sound of {sample_rate} Hz: fmin_hz must be below "
            f"fmax_hz, and fmax_hz at most {sample_rate / 2:g}"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # librosa's, of empty bands: it is an error here
        bands = mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels, fmin=fmin_hz, fmax=fmax_hz)
    if empty := int((bands.max(axis=1) == 0).sum()):
        raise RecipeError(
            f"{empty} of {n_mels} mel bands from {fmin_hz:g} to {fmax_hz:g} Hz hold no frequency: with n_fft = {n_fft} "
            f"those lie {sample_rate / n_fft:.1f} Hz apart. Raise n_fft or widen the range"
        )
    return scipy.sparse.csr_matrix(bands)

"""A fingerprint by which a clip is known again after it was encoded anew.

Sound is cut into frames of 0.37 s, 0.19 s apart, and each into 17 bands, equally wide in mel, from 200 to 4,000 Hz. Of
the bands' levels, taken relative to their own mean over the clip, each bit says whether a band is louder than the one
below: gain and a codec's tilt cancel. This is the idea of J. Haitsma and T. Kalker, "A Highly Robust Audio
Fingerprinting System" (ISMIR 2002), with longer frames and differences over bands instead of over bands and time, since
whole clips are compared and not found in a stream. 30 s give 160 frames of 16 bits: 640 hexadecimal digits, from which
nothing can be heard.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAME_S = 8192 / 22_050
HOP_S = 4096 / 22_050
N_BITS = 16
LOWEST_HZ, HIGHEST_HZ = 200.0, 4000.0
SAME = 0.5  # similarity from which two clips are the same recording; tests say how far both sides are from it
_MOST_LAG = 5  # frames: clips cut 1 s apart still meet
_LEAST_FRAMES = 8
_FLOOR = 1e-4  # of the clip's mean level: what is below it counts as silence
_DIGITS = N_BITS // 4


def fingerprint(samples: NDArray[np.float32], rate_hz: int) -> str:
    """Return the fingerprint of mono samples, shape (n,): four hexadecimal digits a frame; "" for less than a frame."""
    frame, hop = round(FRAME_S * rate_hz), round(HOP_S * rate_hz)
    if len(samples) < frame:
        return ""
    frames = np.lib.stride_tricks.sliding_window_view(samples, frame)[::hop]
    window = np.hanning(frame).astype(np.float32)
    power = np.stack([_bands(np.square(np.abs(np.fft.rfft(row * window))), rate_hz) for row in frames])
    levels = np.log(power + _FLOOR * power.mean() + 1e-12)
    levels -= levels.mean(axis=0)
    bits = np.diff(levels, axis=1) > 0
    return np.packbits(bits, axis=1).tobytes().hex()


def _bands(power: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """Return the power in each band, given that in each bin of the spectrum."""
    edges = _edges(len(power), rate_hz)
    sums: NDArray[np.float64] = np.add.reduceat(power, edges[:-1])
    sums[-1] = power[edges[-2] : edges[-1]].sum()
    return sums


@cache
def _edges(n_bins: int, rate_hz: int) -> NDArray[np.int64]:
    """Return the bins at which bands begin, and the one where the last ends."""
    lowest, highest = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, HIGHEST_HZ))
    edges_hz = 700 * (10 ** (np.linspace(lowest, highest, N_BITS + 2) / 2595) - 1)
    edges: NDArray[np.int64] = np.round(edges_hz / (rate_hz / 2) * (n_bins - 1)).astype(np.int64)
    return edges


def similarity(one: str, other: str) -> float:
    """Return how much alike two fingerprints are: 1 for the same, about 0 for those of different songs.

    It is 1 - 2·(share of bits that differ), at the lag of up to 1 s at which they agree best.

    >>> similarity("00ff" * 20, "00ff" * 20), similarity("00ff" * 20, "ff00" * 20)
    (1.0, 0.0)
    """
    left, right = _bits(one), _bits(other)
    best = 0.0
    for lag in range(-_MOST_LAG, _MOST_LAG + 1):
        first, second = left[max(lag, 0) :], right[max(-lag, 0) :]
        n = min(len(first), len(second))
        if n >= _LEAST_FRAMES:
            best = max(best, 1 - 2 * float(np.mean(first[:n] != second[:n])))
    return best


def _bits(text: str) -> NDArray[np.uint8]:
    whole = text[: len(text) // _DIGITS * _DIGITS]
    return np.unpackbits(np.frombuffer(bytes.fromhex(whole), np.uint8)).reshape(-1, N_BITS)

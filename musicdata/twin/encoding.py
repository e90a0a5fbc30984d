"""Turns samples into files, the same bytes every time."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from musicdata.twin.sound import RATE_HZ

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONTENT_TYPES = {"flac": "audio/flac", "ogg": "audio/ogg"}
_BLOCK = 1 << 14  # samples; libsndfile puts all that is written at once on the stack, and minutes are too much for it
_POLYNOMIAL = 0x04C11DB7  # of the checksum in Ogg pages (RFC 3533, 6)


def encode(samples: NDArray[np.int16], extension: str) -> bytes:
    """Return a FLAC file, or an Ogg Vorbis one.

    Args:
        samples: mono, at 22,050 Hz.
        extension: ``flac`` or ``ogg``.
    """
    import soundfile

    buffer = io.BytesIO()
    if extension == "flac":
        soundfile.write(buffer, samples, RATE_HZ, format="FLAC", subtype="PCM_16")
        return buffer.getvalue()
    with soundfile.SoundFile(buffer, "w", RATE_HZ, channels=1, format="OGG", subtype="VORBIS") as file:
        for start in range(0, len(samples), _BLOCK):
            file.write(samples[start : start + _BLOCK])
    return _with_serial(buffer.getvalue(), 1)


def _with_serial(ogg: bytes, serial: int) -> bytes:
    """Return an Ogg file with this serial number in place of the one that libsndfile draws from the clock."""
    data, at = bytearray(ogg), 0
    while at < len(data):
        n_segments = data[at + 26]
        length = 27 + n_segments + sum(data[at + 27 : at + 27 + n_segments])
        change = int.from_bytes(data[at + 14 : at + 18], "big") ^ int.from_bytes(serial.to_bytes(4, "little"), "big")
        # The checksum is linear: that of the change, shifted past the bytes that follow it, is all that differs.
        crc = int.from_bytes(data[at + 22 : at + 26], "little") ^ _times(change, _power_of_x(8 * (length - 18) + 32))
        data[at + 14 : at + 18] = serial.to_bytes(4, "little")
        data[at + 22 : at + 26] = crc.to_bytes(4, "little")
        at += length
    return bytes(data)


def _times(a: int, b: int) -> int:
    """Multiply two polynomials over GF(2), modulo the checksum's."""
    product = 0
    for bit in range(31, -1, -1):
        product <<= 1
        if product >> 32:
            product ^= 1 << 32 | _POLYNOMIAL
        if b >> bit & 1:
            product ^= a
    return product


def _power_of_x(exponent: int) -> int:
    result, square = 1, 2
    while exponent:
        if exponent & 1:
            result = _times(result, square)
        square = _times(square, square)
        exponent >>= 1
    return result

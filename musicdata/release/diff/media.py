"""Decodes sounds and pictures to tell a new encoding from a new content."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import soundfile
    from PIL import Image

_FRAMES = 65_536  # decoded at a time
_MOST_PIXELS = 50_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")


def same_sound(a: bytes, b: bytes) -> bool:
    """Say whether two sound files decode to the same rate, channels and samples; False where one does not decode."""
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(a)) as ours, soundfile.SoundFile(io.BytesIO(b)) as theirs:
            return _same_shape(ours, theirs) and _same_samples(ours, theirs)
    except (soundfile.SoundFileError, ValueError, OSError):
        return False


def _same_shape(a: soundfile.SoundFile, b: soundfile.SoundFile) -> bool:
    return (a.samplerate, a.channels, a.frames) == (b.samplerate, b.channels, b.frames)


def _same_samples(a: soundfile.SoundFile, b: soundfile.SoundFile) -> bool:
    while True:
        # A float64 holds every sample of 32-bit PCM exactly.
        ours, theirs = a.read(_FRAMES, dtype="float64"), b.read(_FRAMES, dtype="float64")
        if not np.array_equal(ours, theirs, equal_nan=True):
            return False
        if len(ours) < _FRAMES:
            return True


def same_picture(a: bytes, b: bytes) -> bool:
    """Say whether two pictures decode to the same size and pixels; False where one does not decode."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(a), formats=_FORMATS) as ours, Image.open(io.BytesIO(b), formats=_FORMATS) as theirs:
            return (
                ours.size == theirs.size
                and max(map(_n_pixels, (ours, theirs))) <= _MOST_PIXELS
                and _same_pixels(ours, theirs)
            )
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return False


def _n_pixels(picture: Image.Image) -> int:
    return picture.width * picture.height


def _same_pixels(a: Image.Image, b: Image.Image) -> bool:
    if a.mode == b.mode != "P" and a.info.get("transparency") == b.info.get("transparency"):
        return a.tobytes() == b.tobytes()
    if {a.mode, b.mode} & {"I;16", "I", "F"}:  # deeper than what they would be turned into
        return False
    return a.convert("RGBA").tobytes() == b.convert("RGBA").tobytes()


SAME: Mapping[str, Callable[[bytes, bytes], bool]] = {"audio": same_sound, "image": same_picture}

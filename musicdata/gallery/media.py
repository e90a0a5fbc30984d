"""Sounds and pictures as a page can hold them: within a size, checked, as ``data:`` addresses."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata.errors import IntegrityError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

SECONDS = 10.0
"""No more is heard of a sound."""
_MOST_PIXELS = 50_000_000
_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_LEVELS = 400  # columns of a sound's outline
_SHORTER = 0.8


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its ``data:`` address, and its size in pixels before it was made smaller."""

    uri: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound from its beginning.

    Attributes:
        uri: its ``data:`` address.
        seconds: that are heard, of `whole_s`.
        whole_s: length of the whole.
        peaks: lowest and highest level in each part of what is heard, of shape (parts, 2), within −1 to 1.
    """

    uri: str
    seconds: float
    whole_s: float
    peaks: NDArray[np.float64]


def picture(data: bytes, most_bytes: int) -> Picture:
    """Return a picture of at most so many bytes; a larger one is drawn smaller.

    Raises:
        IntegrityError: it is no PNG, JPEG or WebP, or has too many pixels.
    """
    import PIL.Image

    try:
        with PIL.Image.open(io.BytesIO(data), formats=list(_FORMATS)) as opened:
            kind, (width, height) = _FORMATS[str(opened.format)], opened.size
            if width * height > _MOST_PIXELS:
                raise IntegrityError(f"a picture of {width} × {height} pixels is too large to be shown")
            pixels = opened.convert("L" if opened.mode in ("1", "L") else "RGB")
    except (OSError, SyntaxError, ValueError, KeyError, PIL.Image.DecompressionBombError) as error:
        raise IntegrityError(f"a picture cannot be shown: {error}. Look for it with: musicdata check") from error
    while len(data) > most_bytes and min(pixels.size) > 1:
        scale = _SHORTER * math.sqrt(most_bytes / len(data))
        pixels = pixels.resize((max(1, int(pixels.width * scale)), max(1, int(pixels.height * scale))))
        kind, data = "image/png", _png(pixels)
    return Picture(_uri(kind, data), width, height)


def _png(pixels: Image) -> bytes:
    out = io.BytesIO()
    pixels.save(out, "PNG", optimize=True)
    return out.getvalue()


def sound(data: bytes, most_bytes: int) -> Sound:
    """Return the beginning of a sound, of at most ten seconds and so many bytes, as FLAC.

    Raises:
        IntegrityError: it is no sound, or an empty one.
    """
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(data)) as opened:
            rate, n_frames, is_flac = opened.samplerate, opened.frames, opened.format == "FLAC"
            levels: NDArray[np.float64] = opened.read(int(SECONDS * rate), dtype="float64", always_2d=True)
    except (soundfile.SoundFileError, ValueError, OSError) as error:
        raise IntegrityError(f"a sound cannot be shown: {error}. Look for it with: musicdata check") from error
    if not len(levels):
        raise IntegrityError("a sound cannot be shown: it is empty. Look for it with: musicdata check")
    if not (is_flac and len(levels) == n_frames and len(data) <= most_bytes):
        levels, data = _shortened(levels, rate, most_bytes)
    return Sound(_uri("audio/flac", data), len(levels) / rate, n_frames / rate, _peaks(levels))


def _shortened(levels: NDArray[np.float64], rate: int, most_bytes: int) -> tuple[NDArray[np.float64], bytes]:
    """Return as much of a sound as so many bytes hold, and these."""
    while True:
        encoded = _flac(levels, rate)
        if len(encoded) <= most_bytes or len(levels) <= rate // 10:
            return levels, encoded
        levels = levels[: max(1, int(len(levels) * min(_SHORTER, most_bytes / len(encoded))))]


def _flac(levels: NDArray[np.float64], rate: int) -> bytes:
    import soundfile

    out = io.BytesIO()
    soundfile.write(out, levels, rate, format="FLAC", subtype="PCM_16")
    return out.getvalue()


def _peaks(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    mono = levels.mean(axis=1)
    parts = np.array_split(mono, min(_LEVELS, len(mono)))
    peaks: NDArray[np.float64] = np.clip([[part.min(), part.max()] for part in parts], -1, 1)
    return peaks


def _uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"

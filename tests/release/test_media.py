"""Sounds and pictures: another encoding of the same is the same, anything else is not."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from PIL import Image

from musicdata.release.diff import media

RATE_HZ = 8000
WAVE = (9000 * np.sin(np.arange(100_000) / 9)).astype(np.int16)
PIXELS = np.random.default_rng(0).integers(0, 256, (9, 14), np.uint8)


def sound(
    wave: NDArray[Any] = WAVE,
    rate_hz: int = RATE_HZ,
    subtype: str = "PCM_16",
    kind: str = "FLAC",
) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, wave, rate_hz, format=kind, subtype=subtype)
    return file.getvalue()


def picture(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


FLOATS = sound(WAVE / np.float32(2**15), kind="WAV", subtype="FLOAT")
GREY = Image.fromarray(PIXELS)


@pytest.mark.parametrize(
    "other",
    [sound(kind="WAV"), sound(subtype="PCM_24"), FLOATS],
    ids=["WAV", "24 bit", "float"],
)
def test_a_sound_in_another_format_is_the_same(other: bytes) -> None:
    assert other != sound()
    assert media.same_sound(sound(), other)


DIFFERENT = {
    "one sample of the last block": sound(np.concatenate([WAVE[:-1], WAVE[-1:] + 1])),
    "shorter": sound(WAVE[:-1]),
    "another rate": sound(rate_hz=RATE_HZ * 2),
    "two channels": sound(np.stack([WAVE, WAVE], axis=1)),
    "8 bit": sound(subtype="PCM_S8"),
    "cut off": sound()[:-2000],
    "empty": b"",
    "a picture": picture(GREY),
}


@pytest.mark.parametrize("other", DIFFERENT.values(), ids=DIFFERENT)
def test_another_sound_is_not_the_same(other: bytes) -> None:
    assert not media.same_sound(sound(), other)
    assert not media.same_sound(other, sound())


def test_sounds_without_samples_are_the_same() -> None:
    assert media.same_sound(sound(WAVE[:0], kind="WAV"), sound(WAVE[:0], kind="WAV", subtype="PCM_24"))


SAME_PICTURES = {
    "compressed less": picture(GREY, compress_level=0),
    "RGB": picture(GREY.convert("RGB")),
    "palette": picture(GREY.convert("P")),
    "WebP": picture(GREY.convert("RGB"), "WEBP", lossless=True),
}


@pytest.mark.parametrize("other", SAME_PICTURES.values(), ids=SAME_PICTURES)
def test_a_picture_in_another_format_is_the_same(other: bytes) -> None:
    assert other != picture(GREY)
    assert media.same_picture(picture(GREY), other)


OTHER_PICTURES = {
    "one pixel": picture(Image.fromarray(np.where(np.arange(126).reshape(9, 14) == 77, PIXELS ^ 1, PIXELS))),
    "other shape": picture(Image.fromarray(PIXELS.reshape(14, 9))),
    "transparent": picture(GREY, transparency=int(PIXELS[3, 3])),
    "16 bit": picture(Image.fromarray(PIXELS.astype(np.uint16))),
    "cut off": picture(GREY)[:-30],
    "empty": b"",
    "a sound": sound(),
    "a format that is not read": picture(GREY, "PPM"),
    "far too large": picture(Image.new("1", (8000, 8000))),
}


@pytest.mark.parametrize("other", OTHER_PICTURES.values(), ids=OTHER_PICTURES)
def test_another_picture_is_not_the_same(other: bytes) -> None:
    assert not media.same_picture(picture(GREY), other)
    assert not media.same_picture(other, picture(GREY))


def test_a_picture_too_large_to_decode_is_never_the_same() -> None:
    assert not media.same_picture(OTHER_PICTURES["far too large"], OTHER_PICTURES["far too large"])

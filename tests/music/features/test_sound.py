"""Sounds: decoded from FLAC, mixed down, and brought to another rate."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from musicdata.music.features import sound

RATE_HZ = 44_100
TIMES_S = np.arange(RATE_HZ) / RATE_HZ


def flac(samples: np.ndarray, rate_hz: int = RATE_HZ) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def test_a_sound_is_what_was_written() -> None:
    written = (0.5 * np.sin(2 * np.pi * 440 * TIMES_S)).astype(np.float32)
    samples, rate_hz = sound.decode(flac(written))
    assert (samples.shape, rate_hz) == ((RATE_HZ,), RATE_HZ)
    assert samples.dtype == np.float32
    np.testing.assert_allclose(samples, written, atol=2**-15)


def test_channels_are_mixed_to_their_mean() -> None:
    left, right = (0.5 * np.sin(2 * np.pi * hz * TIMES_S) for hz in (440, 550))
    samples, _ = sound.decode(flac(np.stack([left, right], axis=1)))
    np.testing.assert_allclose(samples, (left + right) / 2, atol=2**-14)


def test_another_rate_keeps_pitch_and_length_and_takes_what_lies_above() -> None:
    both = np.sin(2 * np.pi * 1000 * TIMES_S) + np.sin(2 * np.pi * 15_000 * TIMES_S)
    samples = sound.resample(both.astype(np.float32), RATE_HZ, 22_050)
    assert len(samples) == 22_050
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum.argmax() == 1000
    assert np.sort(spectrum)[-2] < 0.02 * spectrum.max()


def test_the_same_rate_changes_nothing() -> None:
    samples = np.ones(5, np.float32)
    assert sound.resample(samples, 8000, 8000) is samples


def test_what_is_no_sound_is_an_error() -> None:
    with pytest.raises(soundfile.LibsndfileError):
        sound.decode(b"fLaC and nothing else")

"""Levels are where the sound is, and librosa's where librosa has them."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from musicdata.errors import RecipeError
from musicdata.music.features.spectrogram import LogMel

RATE_HZ = 22_050
SETTINGS = {"n_fft": 2048, "hop_length": 512, "n_mels": 128, "fmin_hz": 30.0, "fmax_hz": 8000.0}


def log_mel(**changes: object) -> LogMel:
    return LogMel(RATE_HZ, **(SETTINGS | changes))  # type: ignore[arg-type]


def tone(freq_hz: float, duration_s: float = 1.0) -> np.ndarray:
    times_s = np.arange(round(RATE_HZ * duration_s)) / RATE_HZ
    return np.sin(2 * np.pi * freq_hz * times_s).astype(np.float32)


def spans(*edges: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    starts, stops = np.array(edges, dtype=np.int64).T
    return starts, stops


@pytest.mark.parametrize("pitch", [40, 55, 60, 69, 81, 96, 108])
def test_a_tone_is_loudest_in_the_band_of_its_pitch(pitch: int) -> None:
    freq_hz = 440 * 2 ** ((pitch - 69) / 12)
    centres_hz = librosa.mel_frequencies(130, fmin=30, fmax=8000)[1:-1]
    levels_db = log_mel().pool(tone(freq_hz), *spans((0, RATE_HZ)))[0]
    assert abs(int(levels_db.argmax()) - int(np.abs(centres_hz - freq_hz).argmin())) <= 1


def test_frames_are_librosa_s() -> None:
    noise = np.random.default_rng(0).normal(size=30_000).astype(np.float32)
    power = librosa.feature.melspectrogram(
        y=noise, sr=RATE_HZ, n_fft=2048, hop_length=512, n_mels=128, fmin=30, fmax=8000, pad_mode="constant"
    )
    expected_db = librosa.power_to_db(power, top_db=None).T
    np.testing.assert_allclose(log_mel().levels_db(noise, 0, len(expected_db)), expected_db, atol=2e-3)


def test_a_run_of_frames_is_the_same_wherever_it_begins() -> None:
    noise = np.random.default_rng(1).normal(size=600_000).astype(np.float32)
    levels_db = log_mel().levels_db(noise, -3, 1180)  # more than are computed at once
    assert np.array_equal(levels_db[700:710], log_mel().levels_db(noise, 697, 10))


def test_a_span_is_the_mean_of_the_frames_centred_in_it() -> None:
    signal = np.concatenate([tone(440), tone(2000)])
    mel = log_mel()
    pooled = mel.pool(signal, *spans((0, RATE_HZ), (RATE_HZ, 2 * RATE_HZ), (512, 513)))
    np.testing.assert_allclose(pooled[0], mel.levels_db(signal, 0, 44).mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(pooled[1], mel.levels_db(signal, 44, 43).mean(axis=0), atol=1e-4)
    assert np.array_equal(pooled[2], mel.levels_db(signal, 1, 1)[0])


def test_a_span_shorter_than_a_hop_takes_the_nearest_frame() -> None:
    mel = log_mel()
    noise = np.random.default_rng(2).normal(size=10_000).astype(np.float32)
    pooled = mel.pool(noise, *spans((600, 700), (900, 1000)))
    assert np.array_equal(pooled, mel.levels_db(noise, 1, 2))


def test_silence_and_what_lies_beyond_the_clip_are_at_the_floor() -> None:
    pooled = log_mel().pool(np.zeros(5000, dtype=np.float32), *spans((0, 5000), (50_000, 60_000)))
    np.testing.assert_allclose(pooled, -100, atol=1e-3)


def test_patches_are_runs_of_frames() -> None:
    mel = log_mel()
    noise = np.random.default_rng(3).normal(size=10_000).astype(np.float32)
    patches = mel.patches(noise, np.array([-2, 5]), 4)
    assert patches.shape == (2, 128, 4)
    assert np.array_equal(patches[1].T, mel.levels_db(noise, 5, 4))


def test_bands_that_do_not_fit_the_sound_are_refused() -> None:
    with pytest.raises(RecipeError, match=r"up to|at most 11025"):
        log_mel(fmax_hz=12_000.0)
    with pytest.raises(RecipeError, match=r"fmin_hz must be below"):
        log_mel(fmin_hz=900.0, fmax_hz=900.0)
    with pytest.raises(RecipeError, match=r"of 128 mel bands .* Raise n_fft"):
        log_mel(n_fft=256)

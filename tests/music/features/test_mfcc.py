from __future__ import annotations

import librosa
import numpy as np
import pytest

from musicdata.music.features import mfcc


@pytest.mark.parametrize("seconds", [5, 30, 31])
def test_coefficients_are_librosa_s_of_thirty_seconds(seconds: int) -> None:
    times_s = np.arange(22_050 * seconds) / 22_050
    noise = np.random.default_rng(0).normal(size=len(times_s))
    clip = (np.sin(2 * np.pi * 440 * times_s) + 0.01 * noise).astype(np.float32)
    padded = librosa.util.fix_length(clip, size=22_050 * 30)
    expected = librosa.feature.mfcc(y=padded, sr=22_050, n_mfcc=20, n_fft=2048, hop_length=1024)
    found = mfcc.mfcc(clip)
    assert found.shape == expected.shape == (20, 646)
    np.testing.assert_allclose(found, expected, atol=2e-2)


def test_every_fourth_frame_goes_to_the_same_sub_sequence() -> None:
    frames = np.tile(np.arange(646, dtype=np.float32), (20, 1))
    sequences = mfcc.sub_sequences(frames)
    assert sequences.shape == (4, 20, 161)
    assert sequences[3, 7].tolist() == list(range(3, 644, 4))
    assert sequences.flags.c_contiguous

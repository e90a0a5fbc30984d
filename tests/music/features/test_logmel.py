from __future__ import annotations

import librosa
import numpy as np
import pytest

from musicdata.music.features import logmel


@pytest.mark.parametrize("seconds", [2, 30])
def test_levels_are_librosa_s_and_a_short_clip_ends_in_silence(seconds: int) -> None:
    times_s = np.arange(22_050 * seconds) / 22_050
    clip = (0.5 * np.sin(2 * np.pi * 440 * times_s) + 0.01 * np.random.default_rng(0).normal(size=len(times_s))).astype(
        "f4"
    )
    found = logmel.take(clip, 22_050)
    assert found.shape == (4, 96, 161)
    padded = librosa.util.fix_length(clip, size=22_050 * 30)
    power = librosa.feature.melspectrogram(y=padded, sr=22_050, n_fft=2048, hop_length=1024, n_mels=96)
    expected = librosa.power_to_db(power, top_db=None)
    np.testing.assert_allclose(found[1, :, :160], expected[:, 1:641:4], atol=2e-2)
    assert (found[0, :, -1] < -99.9).all() == (seconds == 2)

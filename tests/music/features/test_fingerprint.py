from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicdata.music.features.fingerprint import SAME, fingerprint, similarity
from musicdata.music.formats import sound_files
from musicdata.music.formats.sound_files import RATE_HZ
from tests.tunes import tune, write

CLIP_S = 30.0
LONGER = sound_files.resample(tune(1, CLIP_S + 1), 44_100)
CLIP = LONGER[: round(CLIP_S * RATE_HZ)]
OURS = fingerprint(CLIP, RATE_HZ)


def test_thirty_seconds_give_160_frames_of_four_digits() -> None:
    assert len(OURS) == 4 * 160
    assert set(OURS) <= set("0123456789abcdef")


@pytest.mark.parametrize(("kind", "bit_rate"), [("ogg", 96), ("mp3", 96), ("m4a", 96), ("m4a", 128), ("webm", 96)])
def test_encoding_anew_keeps_it(tmp_path: Path, kind: str, bit_rate: int) -> None:
    path = write(tune(1, CLIP_S), tmp_path / f"tune.{kind}", bit_rate=bit_rate)
    theirs = fingerprint(sound_files.read(path, tmp_path), RATE_HZ)
    assert similarity(OURS, theirs) > SAME + 0.3


@pytest.mark.parametrize("gain", [0.5, 2.0])
def test_gain_keeps_it(gain: float) -> None:
    assert similarity(OURS, fingerprint(CLIP * np.float32(gain), RATE_HZ)) > 0.99


@pytest.mark.parametrize("shift_s", [0.01, 0.05, 0.5, 1.0])
def test_a_shift_keeps_it(shift_s: float) -> None:
    start = round(shift_s * RATE_HZ)
    shifted = LONGER[start : start + len(CLIP)]
    assert similarity(OURS, fingerprint(shifted, RATE_HZ)) > SAME + 0.05


def test_other_tunes_are_far_away() -> None:
    others = [fingerprint(sound_files.resample(tune(seed, CLIP_S), 44_100), RATE_HZ) for seed in range(2, 10)]
    among = [similarity(one, other) for one in others for other in others if one is not other]
    assert max(among) < SAME - 0.2
    assert max(similarity(OURS, other) for other in others) < SAME - 0.2


def test_silence_and_little_sound_are_like_nothing() -> None:
    assert fingerprint(CLIP[:100], RATE_HZ) == ""
    assert similarity(OURS, "") == 0.0
    assert similarity(OURS, fingerprint(np.zeros(RATE_HZ * 30, np.float32), RATE_HZ)) < SAME

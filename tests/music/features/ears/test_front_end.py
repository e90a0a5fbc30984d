"""Mel spectrograms, against the definition written out in numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from musicdata.music.features.ears import front_end


def htk_bands(n_mels: int, n_fft: int = 512) -> np.ndarray:
    """Triangles of height 1 on the scale 2595 log10(1 + f / 700) from 0 to 8,000 Hz, as torchaudio documents them."""
    highest = 2595 * np.log10(1 + 8000 / 700)
    edges = 700 * (10 ** (np.linspace(0, highest, n_mels + 2) / 2595) - 1)
    freqs = np.linspace(0, 8000, n_fft // 2 + 1)
    rising = (freqs[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - freqs[:, None]) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling))


def reference(clip: np.ndarray, bands: np.ndarray, n_fft: int = 512, hop: int = 256) -> np.ndarray:
    """Power of mirrored, centred, Hann-windowed frames in bands, one frame after the other, in double precision."""
    mirrored = np.pad(clip.astype(np.float64), n_fft // 2, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    columns = []
    for number in range(1 + len(clip) // hop):
        frame = mirrored[number * hop : number * hop + n_fft] * window
        angles = np.exp(-2j * np.pi * np.outer(np.arange(n_fft // 2 + 1), np.arange(n_fft)) / n_fft)
        columns.append(np.abs(angles @ frame) ** 2 @ bands)
    return np.stack(columns, axis=1)


def test_the_bands_are_torchaudios() -> None:
    bands = front_end.mel_bands(128, "htk")
    assert bands.shape == (257, 128)
    assert np.abs(bands - htk_bands(128)).max() < 1e-5
    assert (bands.max(axis=0) == 0).sum() == 1  # in the papers' ear too


def test_the_slaney_bands_are_librosas() -> None:
    bands = front_end.mel_bands(96, "slaney")
    assert bands.shape == (257, 96)
    # Highest place, value there and sum of some of librosa.filters.mel(sr=16000, n_fft=512, n_mels=96), librosa 0.11.
    for number, highest, value, total in (
        (0, 1, 0.0319992, 0.0319992), (10, 11, 0.0304135, 0.0319992), (40, 42, 0.0148779, 0.0297316),
        (70, 111, 0.008447, 0.0320357), (95, 248, 0.0039846, 0.0319853),
    ):  # fmt: skip
        assert bands[:, number].argmax() == highest
        assert bands[highest, number] == pytest.approx(value, abs=1e-6)
        assert bands[:, number].sum() == pytest.approx(total, abs=1e-6)


def test_power_is_that_of_the_definition() -> None:
    clip = np.random.default_rng(0).standard_normal(4000).astype(np.float32)
    bands = front_end.mel_bands(64, "htk")
    power = front_end.mel_power(torch.from_numpy(clip[None]), torch.from_numpy(bands))[0].numpy()
    expected = reference(clip, bands)
    assert power.shape == expected.shape == (64, 16)
    assert np.abs(power - expected).max() < 1e-5 * expected.max()


def test_a_clip_has_938_frames() -> None:
    bands = torch.from_numpy(front_end.mel_bands(96, "slaney"))
    assert front_end.mel_power(torch.zeros(1, 240_000), bands).shape == (1, 96, front_end.N_FRAMES)


@pytest.mark.parametrize(("power", "level_db"), [(1.0, 0.0), (100.0, 20.0), (0.0, -100.0), (1e-12, -100.0)])
def test_levels_have_a_floor(power: float, level_db: float) -> None:
    assert front_end.to_db(torch.tensor([power])).item() == pytest.approx(level_db, abs=1e-4)

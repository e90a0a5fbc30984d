"""The planted link: what is heard tells what is sung, as strongly as it was asked to."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from musicdata.twin import Population
from musicdata.twin.words import THEMES

_N = 320
_N_TRAIN = 240


@pytest.fixture(scope="module")
def heard() -> NDArray[np.float64]:
    """Return crude features of the sound, which is the same whatever the strength: energy in bands, and its changes."""
    population = linked(1.0)
    rows = []
    for track in population.tracks[:_N]:
        samples = population.samples(track) / 32768
        frames = np.lib.stride_tricks.sliding_window_view(samples[: 22050 * 3], 1024)[::512] * np.hanning(1024)
        power = np.abs(np.fft.rfft(frames)) ** 2
        bands = np.log(np.stack([part.sum(axis=1) for part in np.array_split(power, 12, axis=1)], axis=1) + 1e-9)
        rows.append([*bands.mean(axis=0), *bands.std(axis=0)])
    return np.array(rows)


def sung(population: Population) -> NDArray[np.float64]:
    """Return how often words of each theme are sung."""
    theme_of = {
        word: number for number, theme in enumerate(THEMES) for word in (*theme.nouns, *theme.verbs, *theme.adjectives)
    }
    rows = []
    for track in population.tracks[:_N]:
        words = population.lyrics(track).casefold().split()
        counted = Counter(theme_of[word] for word in words if word in theme_of)
        rows.append([np.log1p(counted[number]) for number in range(len(THEMES))])
    return np.array(rows)


def held_out_correlations(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the canonical correlations of the training part, measured on the rest."""

    def whitening(values: NDArray[np.float64]) -> NDArray[np.float64]:
        covariance = np.cov(values.T) + 1e-2 * np.eye(values.shape[1])
        size, axes = np.linalg.eigh(covariance)
        return np.asarray(axes / np.sqrt(size))

    def scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
        train = values[:_N_TRAIN]
        return np.asarray((values - train.mean(axis=0)) / (train.std(axis=0) + 1e-9))

    x, y = scaled(x), scaled(y)
    to_x, to_y = whitening(x[:_N_TRAIN]), whitening(y[:_N_TRAIN])
    u, _, vt = np.linalg.svd((x[:_N_TRAIN] @ to_x).T @ (y[:_N_TRAIN] @ to_y))
    left, right = x[_N_TRAIN:] @ to_x @ u[:, :3], y[_N_TRAIN:] @ to_y @ vt.T[:, :3]
    return np.array([np.corrcoef(left[:, k], right[:, k])[0, 1] for k in range(3)])


def linked(strength: float) -> Population:
    return Population(_N, clip_s=2.0, strength=strength, non_english=0.0)


def test_strength_is_the_correlation_of_the_latent_vectors() -> None:
    for strength in (0.0, 0.5, 0.8):
        population = Population(4000, strength=strength)
        for k in range(4):
            found = np.corrcoef(population.latents[:, k], population.word_latents[:, k])[0, 1]
            assert found == pytest.approx(strength, abs=0.06)


def test_canonical_correlation_finds_the_link_and_none_where_there_is_none(heard: NDArray[np.float64]) -> None:
    strong, weak, none = (held_out_correlations(heard, sung(linked(strength))) for strength in (1.0, 0.7, 0.0))
    assert strong[0] > 0.7
    assert strong[1] > 0.5
    assert strong[0] > weak[0] + 0.1
    assert weak[0] > 0.25
    assert abs(none[0]) < 0.25


def test_mood_can_be_guessed_from_sound_and_from_words(heard: NDArray[np.float64]) -> None:
    population = linked(0.8)
    moods = np.array([track.mood for track in population.tracks[:_N]])
    for features in (heard, sung(population)):
        scaled = (features - features.mean(axis=0)) / features.std(axis=0)
        centres = {mood: scaled[:_N_TRAIN][moods[:_N_TRAIN] == mood].mean(axis=0) for mood in population.moods}
        guesses = [
            min(centres, key=lambda mood: float(((row - centres[mood]) ** 2).sum())) for row in scaled[_N_TRAIN:]
        ]
        assert np.mean(np.array(guesses) == moods[_N_TRAIN:]) > 2.5 / 20

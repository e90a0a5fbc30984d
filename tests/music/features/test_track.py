"""The 65 numbers say what they are called after."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from musicdata.music.features import track

RATE = track.RATE_HZ


def named(samples: NDArray[np.float64], rate_hz: int = RATE) -> dict[str, float]:
    """Return name → number of a sound."""
    vector = track.take(samples.astype(np.float32), rate_hz)
    assert vector.shape == (65,)
    assert np.isfinite(vector).all()
    return {number.name: float(value) for number, value in zip(track.NUMBERS, vector, strict=True)}


def tone(*pitches_hz: float, seconds: float = 6.0) -> NDArray[np.float64]:
    times = np.arange(int(RATE * seconds)) / RATE
    return 0.2 * sum((np.sin(2 * np.pi * f * times) for f in pitches_hz), np.zeros_like(times))


def test_there_are_sixty_five_and_the_docs_name_each() -> None:
    names = [number.name for number in track.NUMBERS]
    assert len(names) == len(set(names)) == 65
    docs = (Path(__file__).parents[3] / "docs" / "features.md").read_text("utf-8")
    for number in track.NUMBERS:
        shown = number.name.rsplit("_", 1)[0] if number.name.startswith(("timbre", "chroma")) else number.name
        assert f"`{shown}" in docs, number.name


@pytest.mark.parametrize("bpm", [60, 90, 120, 150])
def test_clicks_have_their_tempo_or_an_octave_of_it(bpm: int) -> None:
    samples = np.zeros(RATE * 15)
    for start in np.arange(0, 15, 60 / bpm):
        at = int(start * RATE)
        samples[at : at + 1000] = 0.5 * np.random.default_rng(0).normal(size=1000)[: len(samples) - at]
    found = named(samples)
    assert min(abs(found["tempo"] / (bpm * times) - 1) for times in (0.5, 1, 2)) < 0.03
    assert found["tempo_confidence"] > 0.5
    assert found["onset_rate"] == pytest.approx(bpm / 60, rel=0.15)


@pytest.mark.parametrize(("tonic", "fifths"), [(60, 0), (67, 1), (65, 11), (62, 2)])
@pytest.mark.parametrize("is_major", [True, False])
def test_a_cadence_has_its_key_and_its_mode(tonic: int, fifths: int, is_major: bool) -> None:
    third = 4 if is_major else 3
    chords = [(0, third, 7, 12), (5, 5 + third, 12, 17), (7, 11, 14, 19), (0, third, 7, 12)]
    samples = np.concatenate([tone(*(440 * 2 ** ((tonic + n - 69) / 12) for n in one), seconds=1.5) for one in chords])
    found = named(samples)
    angle = np.degrees(np.arctan2(found["key_fifths_sin"], found["key_fifths_cos"])) % 360
    place = fifths if is_major else (fifths - 3) % 12  # C minor stands where E flat major does
    assert (angle - 30 * place + 180) % 360 == pytest.approx(180, abs=1)
    assert (found["mode"] > 0) is is_major
    assert found["key_confidence"] > 0.6


def test_levels_frequencies_and_pitch_classes_are_those_of_a_tone() -> None:
    found = named(tone(440.0))
    assert found["loudness_mean"] == pytest.approx(10 * np.log10(0.02), abs=0.5)
    assert found["centroid_mean"] == pytest.approx(440, abs=15)
    assert found["rolloff_mean"] == pytest.approx(440, abs=15)
    assert max((n for n in found if n.startswith("chroma_mean")), key=found.__getitem__) == "chroma_mean_A"
    assert named(np.random.default_rng(0).normal(size=RATE * 3) * 0.1)["flatness_mean"] > -2 > found["flatness_mean"]


@pytest.mark.parametrize("length", [1, 600, RATE * 30])
def test_silence_and_the_shortest_sound_give_finite_numbers(length: int) -> None:
    assert named(np.zeros(length))["tempo_confidence"] == 0
    named(np.full(length, 0.5))

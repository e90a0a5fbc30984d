"""Intervals over songs, and what length explains."""

from __future__ import annotations

import numpy as np
import pytest

from musicdata_baselines.captioning.intervals import SongBootstrap, length_effect
from musicdata_baselines.captioning.scores import Scores, score
from musicdata_baselines.errors import ViewError

RNG = np.random.default_rng(5)
REFERENCES = [("a song of the sea and of the land",), ("of hills and of home, a slow song",)]


def scored(*captions: str) -> Scores:
    return score(captions, REFERENCES)


def test_the_interval_covers_and_its_error_is_that_of_a_mean() -> None:
    values = RNG.random(400)
    found = SongBootstrap(400).interval(values)
    assert found.mean == pytest.approx(values.mean())
    assert found.error == pytest.approx(values.std() / 20, rel=0.06)
    assert found.high - found.low == pytest.approx(3.92 * found.error, rel=0.06)
    assert found == SongBootstrap(400).interval(values)
    assert found != SongBootstrap(400, seed=1).interval(values)


def test_intervals_hold_the_true_mean_as_often_as_they_say() -> None:
    held = 0
    for seed in range(100):
        values = np.random.default_rng(seed).random(60)
        found = SongBootstrap(60, 400, seed).interval(values)
        held += found.low <= 0.5 <= found.high
    assert 86 <= held <= 100


def test_right_less_wrong_music_is_told_from_none() -> None:
    songs, right = SongBootstrap(200), RNG.random(200)
    gain = songs.difference(right, right - 0.02 + 0.05 * RNG.standard_normal(200))
    none = songs.difference(right, right + 0.05 * RNG.standard_normal(200))
    assert 0 < gain.low < gain.mean < gain.high
    assert none.low < 0 < none.high
    assert gain.p_value < 0.01 < none.p_value


def test_one_song_and_values_that_are_none_are_errors() -> None:
    with pytest.raises(ViewError):
        SongBootstrap(1)
    with pytest.raises(ViewError, match=r"expected \(3,\) finite numbers"):
        SongBootstrap(3).interval(np.array([0.5, np.nan, 0.5]))


def test_captions_of_the_right_length_have_no_length_effect() -> None:
    assert length_effect(scored("a song of the moon and of stars", "of hills and of a home so far")) is None


@pytest.mark.parametrize(("captions", "times"), [(("sea", "home"), "0.12"), (("of the sea " * 9,) * 2, "3.18")])
def test_short_and_long_captions_are_named(captions: tuple[str, str], times: str) -> None:
    said = length_effect(scored(*captions))
    assert said is not None
    assert said.startswith(f"captions have {times} times the words of their references")


def test_recall_up_with_f1_down_is_named() -> None:
    short = scored("a song of the moon", "of hills and dales")
    long = scored(
        "a song of the moon and the stars, in the night of all years a bell", "of hills and dales, a bell, in a song"
    )
    said = length_effect(long, short)
    assert said is not None
    assert "recall is higher" in said
    assert "and F1 lower" in said
    assert length_effect(short, long) is None


def test_recall_up_with_f1_up_is_no_length_effect() -> None:
    worse, better = scored("a moon", "dales"), scored("a song of the sea", "of hills and of home")
    assert "recall" not in (length_effect(better, worse) or "")

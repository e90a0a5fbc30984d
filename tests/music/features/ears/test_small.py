"""The small ear: it learns what can be heard, gives the same bytes again, and is kept in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from musicdata.errors import InputError
from musicdata.music.features.ears import open_ear, small
from musicdata.music.features.ears.small import SmallEar, Trained, train_small
from tests.music.features.ears.sounds import plucks

N = 96


@pytest.fixture(scope="module")
def heard() -> tuple[np.ndarray, list[set[str]]]:
    return plucks(N + 48, seed=0)


@pytest.fixture(scope="module")
def trained(heard: tuple[np.ndarray, list[set[str]]]) -> Trained:
    clips, tags = heard
    return train_small(iter([clips[:40], clips[40:N]]), tags[:N], 0, epochs=20)


def test_it_hears_pace_and_colour_of_songs_it_has_not_heard(
    trained: Trained, heard: tuple[np.ndarray, list[set[str]]]
) -> None:
    clips, tags = heard
    assert trained.ear.tags == ("colour:bright", "colour:dark", "pace:fast", "pace:slow")
    said = trained.ear.probabilities(clips[N:]) > 0.5
    truth = np.array([[tag in of_song for tag in trained.ear.tags] for of_song in tags[N:]])
    assert (said == truth).mean() >= 0.9
    assert trained.losses[-1] < trained.losses[0]
    assert trained.n_clips == N


def test_its_tokens_follow_the_clip_in_time(trained: Trained, heard: tuple[np.ndarray, list[set[str]]]) -> None:
    clip = heard[0][0].copy()
    tokens = trained.ear.tokens(clip[None])
    assert tokens.shape == (1, 10, 64)
    assert (tokens >= 0).all()
    clip[168_000:] = 0  # from 10.5 s on
    changed = np.abs(trained.ear.tokens(clip[None]) - tokens).max(axis=(0, 2))
    assert changed[:6].max() < 1e-4
    assert changed[7:].min() > 1e-3


def test_a_clip_is_heard_alike_beside_any_other(trained: Trained, heard: tuple[np.ndarray, list[set[str]]]) -> None:
    clips = heard[0][:5]
    together = trained.ear.tokens(clips)
    assert np.array_equal(trained.ear.tokens(clips[2:4]), together[2:4])
    assert np.array_equal(trained.ear.tokens(clips[::-1]), together[::-1])
    assert trained.ear.tokens(clips[:0]).shape == (0, 10, 64)


def test_the_same_seed_gives_the_same_bytes(heard: tuple[np.ndarray, list[set[str]]]) -> None:
    clips, tags = heard[0][:24], heard[1][:24]
    first, again, other = (train_small(iter([clips]), tags, seed, epochs=2).ear.saved() for seed in (3, 3, 4))
    assert first == again
    assert first != other
    assert train_small(iter([clips[:7], clips[7:]]), tags, 3, epochs=2).ear.saved() == first


def test_it_is_kept_in_a_file(trained: Trained, heard: tuple[np.ndarray, list[set[str]]], tmp_path: Path) -> None:
    path = tmp_path / "ear.safetensors"
    path.write_bytes(trained.ear.saved())
    opened = open_ear("small", path)
    assert isinstance(opened, SmallEar)
    assert (opened.facts, opened.tags) == (trained.ear.facts, trained.ear.tags)
    assert opened.facts.label == "small 1"
    assert np.array_equal(opened.tokens(heard[0][:2]), trained.ear.tokens(heard[0][:2]))


def test_another_file_is_refused(trained: Trained) -> None:
    weights = {name: np.array(array) for name, array in trained.ear.weights.items()}
    tags = np.frombuffer(b'["a", "b", "c", "d"]', np.uint8)
    assert SmallEar.restored(save(weights | {"tags": tags})).tags == ("a", "b", "c", "d")
    cases: list[tuple[dict[str, Any], str]] = [
        (weights, "its tags are missing or cannot be read"),
        (weights | {"tags": tags[:5]}, "its tags are missing or cannot be read"),
        (weights | {"tags": np.frombuffer(b'["a"]', np.uint8)}, "no small ear of this version"),
        (weights | {"tags": np.frombuffer(b'{"a": 1}', np.uint8)}, "no small ear of this version"),
        (weights | {"tags": tags, "more": tags}, "no small ear of this version"),
        (weights | {"tags": tags, "band_mean": np.zeros(64)}, "no small ear of this version"),
    ]
    for arrays, message in cases:
        with pytest.raises(InputError, match=message):
            SmallEar.restored(save(arrays))
    with pytest.raises(InputError, match="safetensors"):
        SmallEar.restored(trained.ear.saved()[:-1])


def test_tags_that_all_or_few_songs_have_are_not_learned() -> None:
    songs = [{"all", "half"} if number % 2 else {"all", "few"} if number < 8 else {"all"} for number in range(40)]
    assert small.usable_tags(songs) == ["half"]
    many = [{f"tag {number % 300:03}" for number in range(n, n + 200)} for n in range(300)]
    assert len(small.usable_tags(many)) == small.MAX_TAGS


def test_without_tags_there_is_nothing_to_learn() -> None:
    with pytest.raises(InputError, match="nothing to learn: no tag is on 5 songs"):
        train_small(iter([]), [set()] * 20, 0)
    with pytest.raises(InputError, match="3 clips for 20 songs"):
        train_small(iter([np.zeros((3, 240_000), np.float32)]), [{"a"}, {"b"}] * 10, 0)


def test_silence_is_no_fault(trained: Trained) -> None:
    assert np.isfinite(trained.ear.tokens(np.zeros((1, 240_000), np.float32))).all()
    ear = train_small(iter([np.zeros((12, 240_000), np.float32)]), [{"a"}, {"b"}] * 6, 0, epochs=1).ear
    assert np.isfinite(ear.tokens(np.zeros((1, 240_000), np.float32))).all()

"""The audio-sheet encoder: its loss, what it learns, and that it learns it the same way twice."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from musicdata.music.features.encoder import TEMPERATURE, Encoder, Views, info_nce


def planted(n: int, seed: int = 0) -> tuple[Views, np.ndarray]:
    """Notes of 24 kinds: a bright band in the sound at one height, a bar in the picture at another that goes with it."""
    chance = np.random.default_rng(seed)
    kinds = chance.integers(24, size=n)
    sounds = chance.normal(-60, 3, size=(n, 32, 12)).astype(np.float32)
    crops = chance.integers(0, 20, size=(n, 48, 16), dtype=np.uint8)
    sounds[np.arange(n), kinds + 4] += 40
    for row in range(3):
        crops[np.arange(n), (kinds * 7 % 24) * 2 + row - 2] += 180
    return Views(sounds, crops), kinds


def fitted(views: Views, kinds: np.ndarray, seed: int = 0) -> Encoder:
    encoder = Encoder((32, 12), (48, 16), seed)
    encoder.fit(views, kinds, epochs=8, batch_size=64)
    return encoder


def test_the_loss_is_that_of_the_formula() -> None:
    chance = np.random.default_rng(0)
    audio, sheet = (v / np.linalg.norm(v, axis=1)[:, None] for v in chance.normal(size=(2, 4, 5)))
    kinds = [0, 1, 0, 2]
    scores = np.exp(audio @ sheet.T / TEMPERATURE)
    terms = []
    for own in range(4):
        others = [j for j in range(4) if j == own or kinds[j] != kinds[own]]
        terms += [
            np.log(scores[own, own] / scores[own, others].sum()),
            np.log(scores[own, own] / scores[others, own].sum()),
        ]
    found = info_nce(torch.from_numpy(audio), torch.from_numpy(sheet), torch.tensor(kinds))
    assert found.item() == pytest.approx(-np.mean(terms))


def test_it_finds_the_picture_of_a_sound_it_has_not_heard() -> None:
    encoder = fitted(*planted(1500))
    views, kinds = planted(200, seed=1)
    audio, sheet = encoder.encode(views)
    assert audio.shape == sheet.shape == (200, 32)
    np.testing.assert_allclose(np.linalg.norm(audio, axis=1), 1, rtol=1e-5)
    nearest = kinds[(audio @ sheet.T).argmax(axis=1)]
    assert (nearest == kinds).mean() > 0.8  # chance is 1 in 24


def test_the_same_seed_gives_the_same_numbers_and_another_other_ones() -> None:
    views, kinds = planted(300)
    torch.manual_seed(1)
    first = fitted(views, kinds).encode(views)
    torch.manual_seed(2)
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    second = fitted(views, kinds).encode(views)
    torch.set_num_threads(threads)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0], fitted(views, kinds, seed=1).encode(views)[0])


def test_the_loss_falls() -> None:
    views, kinds = planted(600)
    losses = Encoder((32, 12), (48, 16), 0).fit(views, kinds, epochs=5, batch_size=64)
    assert len(losses) == 5
    assert losses[-1] < 0.7 * losses[0]


def test_a_note_alone_and_notes_of_one_kind_have_nothing_to_lose() -> None:
    views, _ = planted(3)
    assert Encoder((32, 12), (48, 16), 0).fit(views, np.zeros(3, dtype=np.int64), epochs=1, batch_size=2) == [0.0]

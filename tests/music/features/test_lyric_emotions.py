"""Emotions: nearer to one kind of sentences than to the others, in standard deviations."""

from __future__ import annotations

import numpy as np
import pytest

from musicdata.errors import SetupError
from musicdata.music.features import lyric_emotions
from musicdata.music.features.lyric_emotions import EMOTIONS, directions, fit, of_songs
from musicdata.music.features.text_encoders import open_encoder


def test_a_song_is_the_mean_of_its_parts_against_the_other_emotions() -> None:
    axes = np.eye(8, 16, dtype=np.float32)
    parts = np.stack([axes[0], axes[1], axes[2]])
    near = of_songs(axes, parts, np.array([0, 2]))
    assert np.allclose(near[0], np.where(np.arange(8) < 2, 0.5, 0) - 1 / 8)
    assert np.allclose(near[1], np.where(np.arange(8) == 2, 1, 0) - 1 / 8)
    assert of_songs(axes, parts[:0], np.array([], np.int64)).shape == (0, 8)


def test_a_song_gets_the_same_numbers_whoever_stands_beside_it() -> None:
    rng = np.random.default_rng(0)
    axes = rng.standard_normal((8, 384)).astype(np.float32)
    parts = rng.standard_normal((300, 384)).astype(np.float16)
    starts = np.arange(0, 300, 3)
    whole = of_songs(axes, parts, starts)
    for first, last in ((0, 1), (1, 8), (17, 60), (99, 100)):
        some = of_songs(axes, parts[3 * first : 3 * last], starts[: last - first])
        assert np.array_equal(some, whole[first:last])


def test_the_songs_it_is_fitted_on_have_mean_0_and_deviation_1() -> None:
    near = np.random.default_rng(0).random((50, 8))
    scale = fit([near[:20], near[20:]])
    assert scale.is_usable
    assert np.allclose(scale.standardised(near).mean(axis=0), 0, atol=1e-5)
    assert np.allclose(scale.standardised(near).std(axis=0), 1, atol=1e-5)


@pytest.mark.parametrize("near", [[], [np.ones((100, 8))], [np.random.default_rng(0).random((19, 8))]])
def test_of_few_songs_or_equal_ones_nothing_is_said(near: list[np.ndarray]) -> None:
    assert not fit(near).is_usable


def test_every_emotion_has_sentences() -> None:
    sentences = lyric_emotions._document()["sentences"]
    assert tuple(sentences) == EMOTIONS
    assert {len(some) for some in sentences.values()} == {4}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("minilm", {"sadness": "Weep, my eyes, my only love is dead", "love": "I adore you, kiss me, my sweetheart"}),
        (
            "use",
            {"sadness": "Tränen fließen, mein Herz ist voller Trauer", "love": "Je t'aime, mon amour, embrasse-moi"},
        ),
    ],
)
def test_plain_texts_are_nearest_to_their_emotion(name: str, texts: dict[str, str]) -> None:
    try:
        encoder = open_encoder(name)
    except SetupError as error:
        pytest.skip(str(error))
    near = of_songs(directions(encoder), encoder.encode(list(texts.values())).vectors, np.arange(len(texts)))
    assert [EMOTIONS[place] for place in near.argmax(axis=1)] == list(texts)

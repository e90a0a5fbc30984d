"""Word vectors and their means over texts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.features import word_vectors
from musicdata.music.features.word_vectors import WIDTH, WordVectors

WORDS = tuple("abcdefgh")
MODEL = WordVectors(WORDS, np.random.default_rng(0).standard_normal((8, WIDTH)).astype(np.float32))
TEXTS = st.lists(st.lists(st.sampled_from((*WORDS, "x", "y")), max_size=12), max_size=6)


@given(TEXTS)
def test_a_mean_is_that_of_the_known_words_in_whatever_order(texts: list[list[str]]) -> None:
    means, counts = MODEL.means(texts)
    assert means.shape == (len(texts), WIDTH)
    for text, mean, count in zip(texts, means, counts, strict=True):
        known = [MODEL.vectors[WORDS.index(word)] for word in text if word in WORDS]
        assert count == len(known)
        assert np.allclose(mean, np.mean(known, axis=0) if known else 0, atol=1e-6)
    assert np.array_equal(means, MODEL.means([text[::-1] for text in texts])[0])
    assert all(np.array_equal(MODEL.means([text])[0][0], mean) for text, mean in zip(texts, means, strict=True))


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    MODEL.save(tmp_path)
    again = word_vectors.load(tmp_path)
    assert tuple(again.words) == WORDS
    assert np.array_equal(again.vectors, MODEL.vectors)


def test_words_of_like_company_come_near_each_other_and_the_seed_decides() -> None:
    rng = np.random.default_rng(1)
    sets = (["horn", "brass", "swing", "jazz"], ["violin", "cello", "quartet", "sonata"])
    texts = [rng.choice(sets[n % 2], 8).tolist() for n in range(300)]
    settings = {"epochs": 10, "window": 3, "negative": 5, "sample": 0.0, "min_count": 2}
    model = word_vectors.fit(texts, **settings, seed=0)  # type: ignore[arg-type]
    assert sorted(model.words) == sorted(sets[0] + sets[1])
    unit = model.vectors / np.linalg.norm(model.vectors, axis=1, keepdims=True)
    of = {word: unit[place] for place, word in enumerate(model.words)}
    assert of["horn"] @ of["brass"] > of["horn"] @ of["cello"] + 0.2
    assert np.array_equal(word_vectors.fit(texts, **settings, seed=0).vectors, model.vectors)  # type: ignore[arg-type]
    assert not np.array_equal(word_vectors.fit(texts, **settings, seed=1).vectors, model.vectors)  # type: ignore[arg-type]


def test_nothing_to_learn_from_has_no_words() -> None:
    model = word_vectors.fit([["once"]], epochs=1, window=2, negative=1, sample=0.0, min_count=2, seed=0)
    means, counts = model.means([["once"], []])
    assert not model.words
    assert not means.any()
    assert counts.tolist() == [0, 0]

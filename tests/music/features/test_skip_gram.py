"""Skip-gram: near for what stands in like places, and the same bytes on every run."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from musicdata.music.features import skip_gram

SETTINGS = {"window": 2, "epochs": 100, "negative": 5, "seed": 1}


def verses(n: int = 600) -> list[list[str]]:
    """Two sets of words that never meet: day with sun, night with moon."""
    chance = np.random.default_rng(0)
    themes = (["day", "sun", "light", "bright"], ["night", "moon", "dark", "star"])
    return [list(chance.permutation(themes[number % 2])) for number in range(n)]


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize("negative", [5, 0])
def test_words_of_like_places_are_near(negative: int) -> None:
    vectors = skip_gram.fit(verses(), **SETTINGS | {"negative": negative})
    assert len(vectors) == 8
    assert all(vector.shape == (20,) and vector.dtype == np.float32 for vector in vectors.values())
    assert cosine(vectors["sun"], vectors["day"]) > cosine(vectors["sun"], vectors["night"]) + 0.1


_PROGRAM = """
import hashlib
from tests.music.features.test_skip_gram import SETTINGS, verses
from musicdata.music.features import skip_gram
vectors = skip_gram.fit(verses(), **SETTINGS)
print(hashlib.sha256(b"".join(token.encode() + vectors[token].tobytes() for token in vectors)).hexdigest())
"""


@pytest.mark.parametrize(("hash_seed", "threads"), [("1", "1"), ("4711", "4")])
def test_neither_hash_seed_nor_threads_matter(hash_seed: str, threads: str) -> None:
    vectors = skip_gram.fit(verses(), **SETTINGS)
    here = hashlib.sha256(b"".join(token.encode() + vectors[token].tobytes() for token in vectors)).hexdigest()
    environment = {"PYTHONHASHSEED": hash_seed, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    done = subprocess.run([sys.executable, "-c", _PROGRAM], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == here


def test_another_seed_gives_other_vectors() -> None:
    one, other = (skip_gram.fit(verses(), **SETTINGS | {"seed": seed})["sun"] for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_unknown_tokens_are_zero_and_say_so() -> None:
    rows, known = skip_gram.look_up({"sun": np.ones(20, dtype=np.float32)}, ["sun", "", "moon"])
    assert rows.shape == (3, 20)
    assert known.tolist() == [True, False, False]
    assert rows.any(axis=1).tolist() == [True, False, False]


def test_nothing_to_fit_knows_nothing() -> None:
    assert skip_gram.fit([[], []], **SETTINGS) == {}
    assert skip_gram.look_up({}, [])[0].shape == (0, 20)

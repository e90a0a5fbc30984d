"""Near-duplicate texts: copies are found however they are punctuated, and texts on one subject are none."""

from __future__ import annotations

import random
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.similarity import texts
from musicdata.music.similarity.shingles import shingle_words

WORDS = ["".join(random.Random(seed).choices("abcdefghiklmnoprstuvw", k=2 + seed % 7)) for seed in range(2000)]


def text(seed: int, n_words: int = 80) -> str:
    return " ".join(random.Random(f"text {seed}").choices(WORDS, k=n_words))


def changed(given_text: str, share: float) -> str:
    draw = random.Random(f"{share} {given_text}")
    return " ".join("changed" if draw.random() < share else word for word in given_text.split())


def copies(*given_texts: str) -> list[texts.Copy]:
    signer = texts.Signer()
    for batch in (given_texts[:2], given_texts[2:]):
        signer.add(batch)
    return texts.verified(signer.candidates().tolist(), dict(enumerate(given_texts)))


def test_a_copy_in_other_dress_is_wholly_the_same() -> None:
    punctuated = text(1).replace(" ", ", ").upper().replace("E", "É")
    assert copies(text(0), text(1), text(2), punctuated) == [texts.Copy(1, 3, 1.0, 1.0)]


@pytest.mark.parametrize(("share", "least"), [(0.02, 0.7), (0.04, 0.6)])
def test_a_text_with_some_words_changed_is_found(share: float, least: float) -> None:
    for seed in range(20):
        (copy,) = copies(text(seed, 200), text(seed + 100, 200), changed(text(seed, 200), share))
        assert copy[:2] == (0, 2)
        assert least <= copy.similarity < 1


def test_an_excerpt_and_its_text_are_near_duplicates() -> None:
    (copy,) = copies(text(0), " ".join(text(0).split()[:45]))
    assert copy[:3] == (0, 1, 1.0)
    assert 0.3 < copy.jaccard < 0.7


def test_stock_phrases_make_no_copies() -> None:
    stock = "one of the best albums of all time i highly recommend it to anyone "
    assert copies(*(stock + text(seed) for seed in range(50))) == []


def test_short_and_empty_texts_are_nobodys_copies() -> None:
    assert copies("", "Great CD!", "Great CD!", "I love it", "") == []
    assert texts.Signer().candidates().tolist() == []


@given(st.lists(st.text(string.ascii_letters + " .,éß愛\n\0" + "\U0001d504", max_size=80), max_size=6))
def test_what_a_text_is_cut_into_does_not_depend_on_the_others(given_texts: list[str]) -> None:
    together = shingle_words(given_texts, 5)
    assert len(together) == len(given_texts)
    for number, one in enumerate(given_texts):
        assert np.array_equal(together.of(number), shingle_words([one], 5).of(0))
        assert np.array_equal(together.of(number), shingle_words([one.upper()], 5).of(0)) or "ß" in one


def test_shingles_begin_with_words_and_signs_without_spaces() -> None:
    assert shingle_words(["abc def ghi"], 4).sizes.tolist() == [2]  # abcd and defg: ghi is too short for a third
    assert shingle_words(["愛愛歌声と"], 2).sizes.tolist() == [4]
    assert shingle_words(["a-b c", "abc"], 3).of(0).tolist() == shingle_words(["abc"], 3).of(0).tolist()

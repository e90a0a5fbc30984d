"""Near-duplicate texts: copies are found however they are punctuated, and texts on one subject are none."""

from __future__ import annotations

import random
import string
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.similarity import texts
from musicdata.music.similarity.shingles import Letters, shingle_words

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


HOSTILE = st.text(st.characters(codec="utf-8"), max_size=60) | st.text(
    string.ascii_letters + " .,éß愛歌한ไท\n\0\u0301", max_size=60
)


@given(st.lists(HOSTILE, max_size=6))
def test_letters_of_a_text_do_not_depend_on_the_others(given_texts: list[str]) -> None:
    together = Letters.of(given_texts)
    shingles, prints = together.shingles(7, 3), together.prints()
    assert len(shingles) == len(prints) == len(given_texts)
    for number, one in enumerate(given_texts):
        alone = Letters.of([one])
        assert prints[number] == alone.prints()[0]
        assert np.array_equal(shingles.of(number), alone.shingles(7, 3).of(0))
        assert (prints[number] == b"") == (len(alone.codes) == 0)


def test_prints_are_equal_where_letters_are() -> None:
    one, other, accented, more = Letters.of(["Row, row 1 x!", "ROW\nrowx", "rów rôw X", "row row x x"]).prints()
    assert one == other == accented != more
    assert Letters.of(["12 !?", "", "愛"]).prints()[:2] == [b"", b""]


def test_signs_without_spaces_are_cut_into_runs_of_their_own_length() -> None:
    letters = Letters.of(["愛の歌を君に", "abc def ghi", "愛 abcdef"])
    assert letters.shingles(4).sizes.tolist() == [3, 2, 2]
    assert letters.shingles(4, 2).sizes.tolist() == [5, 2, 2]
    assert set(letters.shingles(4).of(1)) == set(letters.shingles(4, 2).of(1))


def test_a_likeness_says_what_is_near() -> None:
    whole, part = text(0, 200), " ".join(text(0, 200).split()[:60])
    signer = texts.Signer(texts.LYRICS)
    signer.add([whole, part, text(1, 200)])
    pairs = signer.candidates()
    assert pairs.tolist() == [[0, 1]]
    known = {0: whole, 1: part}
    (copy,) = texts.verified(pairs, known, texts.LYRICS)
    assert copy[:3] == (0, 1, 1.0)
    assert 0.2 < copy.jaccard < 0.4
    assert texts.verified(pairs, known, replace(texts.LYRICS, min_shared=200)) == []
    strict = replace(texts.LYRICS, min_containment=1.0, min_jaccard=0.9)
    assert len(texts.verified(pairs, known, strict)) == 1
    assert texts.verified(pairs, {0: whole, 1: part + " " + text(2, 9)}, strict) == []
    assert signer.candidates(np.array([0, 2])).tolist() == []

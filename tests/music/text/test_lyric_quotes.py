"""How much of a text is quoted from lyrics."""

from __future__ import annotations

import pytest

from musicdata.music.text.lyric_quotes import LENGTH, runs, share, words
from musicdata.music.text.writing import n_words

LYRICS = runs(words("Don’t you know the river\nruns to the sea tonight"))


def test_case_signs_and_apostrophes_do_not_matter() -> None:
    assert words("DON`T You´ve “it’s”") == ["don't", "you've", "it's"]
    assert share(words("DON'T you know, the river runs to THE SEA... tonight!"), LYRICS) == 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0.0),
        ("don't you know the", 0.0),
        ("nothing of it is said in these words", 0.0),
        ("he sings don't you know the river there", 1 / 4),
        ("river the know you don't", 0.0),
    ],
)
def test_share_of_runs(text: str, expected: float) -> None:
    assert share(words(text), LYRICS) == expected


def test_lyrics_of_few_words_are_not_quoted() -> None:
    assert runs(words("la la la la")) == frozenset()
    assert share(words("la la la la la la"), runs(words("la la la la"))) == 0.0
    assert len(next(iter(LYRICS))) == LENGTH


@pytest.mark.parametrize("text", ["It’s 99, isn't_it", "愛の歌 love", "हिन्दी में", "a’b’’c", "x's' y"])
def test_words_are_as_many_as_are_counted(text: str) -> None:
    assert len(words(text)) == n_words(text)

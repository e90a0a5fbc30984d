"""How much of a text is quoted from lyrics."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text.lyric_quotes import LENGTH, QuotableLyrics, words
from musicdata.music.text.writing import n_words

LYRICS = QuotableLyrics.of(words("Don’t you know the river\nruns to the sea tonight"))


def test_case_signs_and_apostrophes_do_not_matter() -> None:
    assert words("DON`T You´ve “it’s”") == ["don't", "you've", "it's"]
    assert LYRICS.share(words("DON'T you know, the river runs to THE SEA... tonight!")) == 1.0


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
    assert LYRICS.share(words(text)) == expected


def test_lyrics_of_few_words_are_not_quoted() -> None:
    few = QuotableLyrics.of(words("la la la la"))
    assert few.runs == frozenset()
    assert few.share(words("la la la la la la")) == 0.0
    assert {len(run) for run in LYRICS.runs} == {LENGTH}


@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abcd"), max_size=30))
def test_every_run_is_looked_for(lyrics: list[str], text: list[str]) -> None:
    there = {tuple(lyrics[n : n + LENGTH]) for n in range(len(lyrics) - LENGTH + 1)}
    runs = [tuple(text[n : n + LENGTH]) for n in range(len(text) - LENGTH + 1)]
    expected = sum(run in there for run in runs) / len(runs) if runs else 0.0
    assert QuotableLyrics.of(lyrics).share(text) == expected


@pytest.mark.parametrize("text", ["It’s 99, isn't_it", "愛の歌 love", "हिन्दी में", "a’b’’c", "x's' y"])
def test_words_are_as_many_as_are_counted(text: str) -> None:
    assert len(words(text)) == n_words(text)

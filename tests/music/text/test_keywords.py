"""Keywords: what a song has often and few others have; no stop words, no slips, in languages of every kind."""

from __future__ import annotations

import pytest

from musicdata.music.text import keywords
from musicdata.music.text.keywords import Counting, Frequencies, terms


def counted(texts: list[str], language: str = "en") -> Frequencies:
    counting = Counting()
    for text in texts:
        counting.add(terms(text, language))
    return counting.frequencies()


def test_what_is_often_here_and_seldom_elsewhere_comes_first() -> None:
    songs = [f"the and of {word} {word} the" for word in ("sea", "rose", "king", "road", "snow", "wine")] * 4 + [
        "filler"
    ] * 20
    songs[0] = "the sea and the sea and the sea of a rose"
    found = counted(songs).keywords(terms(songs[0], "en"))
    assert found == ["sea", "rose"]


def test_stop_words_and_slips_are_no_keywords_in_any_language() -> None:
    for language, stop, word in (("de", "und", "nacht"), ("zh", "不見", "曲水"), ("ar", "من", "بحر")):
        songs = [f"{stop} {word if number < 3 else number} {stop}" for number in range(20)]
        songs[0] += " xqz"
        assert counted(songs, language).keywords(terms(songs[0], language)) == [word]


def test_equal_weights_are_in_order_of_the_alphabet_and_there_are_no_more_than_asked_for() -> None:
    songs = ["pear apple fig"] * 2 + ["other words"] * 20
    frequencies = counted(songs)
    assert frequencies.keywords(terms(songs[0], "en")) == ["apple", "fig", "pear"]
    assert frequencies.keywords(terms(songs[0], "en"), most=2) == ["apple", "fig"]


def test_the_order_of_songs_does_not_matter() -> None:
    songs = [f"song {number % 7} of {number % 3} things" * 2 for number in range(40)]
    assert counted(songs) == counted(songs[::-1])


def test_of_many_songs_more_than_two_must_have_a_term(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keywords, "_SONGS_A_TERM", 10)
    songs = ["rare"] * 3 + ["usual"] * 4 + ["filler"] * 13
    assert set(counted(songs).songs) == {"usual"}


def test_when_there_are_too_many_terms_those_of_one_song_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keywords, "_MOST_TERMS", 10)
    songs = [f"kept and only{letter} once{letter}" for letter in "abcdefghijkl"] + ["filler"] * 60
    assert set(counted(songs).songs) == {"kept", "and"}


@pytest.mark.parametrize("text", ["", "\0", "\U0001f622", "la la la oh", "!?", "a b c"])
def test_what_has_no_words_has_no_terms(text: str) -> None:
    assert not terms(text, "en")
    assert counted([text]).keywords(terms(text, "en")) == []

"""Artists of songs: spellings of one name are one, and names of nobody are none."""

from __future__ import annotations

import pytest

from musicdata.music.text.artists import song_artist


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Björk", "BJORK"),
        ("The Beatles", "Beatles, The"),
        ("Jay-Z feat. Alicia Keys", "Jay-Z"),
        ("Calvin Harris (ft. Rihanna)", "Calvin  Harris"),
        ("Santana featuring Rob Thomas", "Santana"),
        ("P!nk", "Pink"),
    ],
)
def test_two_spellings_of_one_name_are_equal(one: str, other: str) -> None:
    assert song_artist(one) == song_artist(other) is not None


@pytest.mark.parametrize(
    "credit",
    [None, "", "  ", "Various Artists", "VARIOUS", "Anonymous", "Anon.", "Traditional", "Trad.", "trad", "Unknown Artist",
     "N/A", "Unbekannt", "无名氏", "佚名", "Public Domain", "NaN"],
)  # fmt: skip
def test_names_of_nobody_are_none(credit: str | None) -> None:
    assert song_artist(credit) is None


@pytest.mark.parametrize(
    "credit", ["Simon & Garfunkel", "Feature", "Little Feat", "Ft. Worth Trio", "feat. Somebody", "Anna"]
)
def test_names_that_look_like_guests_stay(credit: str) -> None:
    assert song_artist(credit)


def test_no_credit_is_too_long_or_too_odd() -> None:
    assert song_artist("x feat. " * 100_000) == "x"
    assert song_artist("\0\ud800!!! \u202e") is not None

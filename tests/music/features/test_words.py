from __future__ import annotations

import pytest

from musicdata.music.features import words


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("Herz,", "herz"), ("„Ach!“", "ach"), ("GROSS", "gross"), ("groß", "gross"), ("te a", "te a"), ("it's", "it's"),
        ("e\u0301te\u0301", "\u00e9t\u00e9"), ("Αγάπη", "αγάπη"), ("...", ""), ("", ""), (None, ""), ("3x", "3x"),
    ],
)  # fmt: skip
def test_what_counts_as_the_same_token(text: str | None, token: str) -> None:
    assert words.token(text) == token


def test_a_word_counts_once_however_many_notes_it_is_sung_on() -> None:
    sung = ["Hei", "Hei", "hei", None, "!", "Hei"]
    assert words.sung_words(sung, [0, 0, 1, None, 2, 3]) == ["hei", "hei", "hei"]

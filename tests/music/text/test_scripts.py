"""Names of one script spelled in another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text import scripts

SPELLINGS = [
    ("Чайковский", ["Tchaikovsky", "Chaikovskij", "Chaykovskiy"]),
    ("Звезда по имени Солнце", ["Zvezda po imeni Solntse"]),
    ("Жить", ["Zhit'"]),
    ("Юля", ["Yulya", "Julja"]),
    ("Μίκης Θεοδωράκης", ["Mikis Theodorakis"]),
    ("좋은 날", ["Joheun Nal", "joheunnal"]),
    ("한글", ["hangeul", "hangul"]),
]


@pytest.mark.parametrize(("name", "spellings"), SPELLINGS)
def test_spellings_of_one_name_have_one_skeleton(name: str, spellings: list[str]) -> None:
    assert {scripts.skeleton(spelling) for spelling in spellings} == {scripts.skeleton(name)}


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("しょうじょ", ["Shoujo", "shōjo", "syozyo"]),
        ("きって", ["kitte"]),
        ("がっこう", ["gakkō", "gakkou"]),
        ("ちょっと", ["chotto"]),
    ],
)
def test_so_have_japanese_ones(name: str, spellings: list[str]) -> None:
    plain = [spelling.replace("ō", "o") for spelling in spellings]
    skeletons = {scripts.skeleton(spelling, japanese=True) for spelling in plain}
    assert skeletons == {scripts.skeleton(name, japanese=True)}


def test_other_names_have_others() -> None:
    assert scripts.skeleton("Город снов") != scripts.skeleton("Gorod slov")
    assert scripts.skeleton("Анна") != scripts.skeleton("Inna")
    assert scripts.romanised("夜的海") == "夜的海"
    assert scripts.skeleton("夜的海") == ""


def test_scripts_are_told_apart() -> None:
    assert scripts.scripts_of("IU 아이유 さくら 花 Кино 7 -") == {"latin", "hangul", "kana", "han", "cyrillic"}
    assert scripts.scripts_of("قمر") == {"other"}
    assert scripts.scripts_of("7 !") == frozenset()


def test_traditional_characters_have_a_simplified_form() -> None:
    assert scripts.simplified("陳大文 - 愛情轉移 Live") == "陈大文 - 爱情转移 Live"
    assert scripts.simplified("陈大文") == "陈大文"


@given(st.text(max_size=40))
def test_any_text_has_a_skeleton_of_letters_and_digits(text: str) -> None:
    assert all(character.isascii() and character.isalnum() for character in scripts.skeleton(text))

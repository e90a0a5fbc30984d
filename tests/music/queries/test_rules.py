"""The rules' files are whole, and every phrase in them can be met."""

from __future__ import annotations

import pytest

from musicdata.music.queries import EMOTIONS, eras
from musicdata.music.queries.rules import Rules, all_rules, meaning_of, phrase_words
from musicdata.music.queries.words import words

ASKED_IN = [rules for rules in all_rules() if rules.phrases]


@pytest.mark.parametrize("rules", ASKED_IN, ids=lambda rules: str(rules.language))
def test_each_language_names_all_emotions_and_most_languages(rules: Rules) -> None:
    phrases = [phrase for some in rules.phrases.values() for phrase in some]
    for kind in ("emotion", "emotion_noun"):
        assert {phrase.value for phrase in phrases if phrase.kind == kind} == set(EMOTIONS)
    named = {phrase.value for phrase in phrases if phrase.kind == "language"}
    assert {"en", "de", "fr", rules.language} <= named
    assert all(len(code) == 2 for code in named)
    for kind in ("song", "request", "not"):
        assert any(phrase.kind == kind for phrase in phrases)


@pytest.mark.parametrize("rules", ASKED_IN, ids=lambda rules: str(rules.language))
def test_every_phrase_is_met_as_people_write_it(rules: Rules) -> None:
    for some in rules.phrases.values():
        for phrase in some:
            text = " ".join(phrase.words).replace("*", "e").replace("' ", "'")
            text += "a" if text.endswith("'") else ""
            plains = [word.plain for word in words(text, [])]
            assert any(one.words == phrase.words for one in rules.at(plains, 0)), phrase


def test_at_least_six_languages_have_rules() -> None:
    assert len(ASKED_IN) == 14
    assert ASKED_IN[0].language == "en"


@pytest.mark.parametrize(
    ("language", "text", "years"),
    [
        ("en", "from the 60s", (1960, 1969)),
        ("en", "1800s", (1800, 1899)),
        ("en", "2010s", (2010, 2019)),
        ("en", "the nineteenth century", (1801, 1900)),
        ("en", "since 1990", (1990, eras.LAST_YEAR)),
        ("en", "after 1990", (1991, eras.LAST_YEAR)),
        ("en", "before 1950", (eras.FIRST_YEAR, 1949)),
        ("en", "between 1960 and 1950", None),
        ("de", "aus den Achtzigern", (1980, 1989)),
        ("fr", "du XIXe siècle", (1801, 1900)),
        ("es", "del siglo XX", (1901, 2000)),
        ("it", "degli anni 90", (1990, 1999)),
        ("pl", "z XVIII wieku", (1701, 1800)),
        ("ru", "60-х годов", (1960, 1969)),
        ("zh", "1990年代", (1990, 1999)),
        ("hu", "1950 előtti", (eras.FIRST_YEAR, 1949)),
        ("en", "summer of 69", None),
        ("en", "99 red balloons", None),
    ],
)
def test_times_are_read(language: str, text: str, years: tuple[int, int] | None) -> None:
    rules = next(rules for rules in all_rules() if rules.language == language)
    plains = [word.plain for word in words(text, [])]
    found = eras.at(rules, plains, 0, len(plains), framed=language != "zh")
    assert (found[1] if found and found[0] == len(plains) else None) == years


def test_genres_have_one_meaning_in_all_languages() -> None:
    assert {meaning_of(name) for name in ("Hymn", "Kirchenlieder", "cantiques", "inni", "圣诗", "гимны")} == {"hymn"}
    assert phrase_words("s' il te plaît") == ("s'", "il", "te", "plait")

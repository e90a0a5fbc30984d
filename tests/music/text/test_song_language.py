"""The language of a song, from its words and its source."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict

import pytest

from musicdata.music.text import lyric_residue
from musicdata.music.text.language_names import CODES, iso_639_1
from musicdata.music.text.song_language import judge
from tests.music.text.test_language import VERSES
from tests.songs import shared

GERMAN = VERSES["de"]
LATIN = "Aurora surgit aurea\nFesta restaurans annua,\nCum Benedictus arduum\nCæli scandit palatium."
CLASSICAL = "椒聊之实，蕃衍盈升。彼其之子，硕大无朋。椒聊且，远条且。"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("English", "en"), ("eng", "en"), ("EN", "en"), ("en-US", "en"), ("en_GB", "en"), (" english ", "en"),
        ("Deutsch", "de"), ("ger", "de"), ("deu", "de"), ("Français", "fr"), ("français", "fr"),
        ("pt-br", "pt"), ("Portuguese (Brazil)", "pt"), ("Brazilian Portuguese", "pt"), ("zh-TW", "zh"), ("zh_Hant_TW", "zh"),
        ("cmn", "zh"), ("Mandarin", "zh"), ("中文", "zh"), ("日本語", "ja"), ("iw", "he"), ("fil", "tl"), ("kr", "kr"),
        ("Norwegian", "no"), ("nb", "nb"), ("sr-Latn", "sr"), ("Latin", "la"), ("Español", "es"), ("Castilian", "es"),
        ("", None), ("N/A", None), ("nan", None), ("unknown", None), ("English/Spanish", None), ("xx", None), ("und", None),
        ("e" * 10_000, None), ("multiple languages", None), ("\0", None), ("en-", None), ("-en", None),
    ],
)  # fmt: skip
def test_names_of_languages(name: str, code: str | None) -> None:
    assert iso_639_1(name) == code


def test_every_code_is_its_own_name() -> None:
    assert len(CODES) == 184
    assert {code: iso_639_1(code.upper()) for code in CODES} == {code: code for code in CODES}


@pytest.mark.parametrize(
    ("text", "given", "language", "source", "detected", "agree"),
    [
        (GERMAN, "German", "de", "agreement", "de", True),
        (GERMAN, "English", "de", "words", "de", False),
        (GERMAN, None, "de", "words", "de", None),
        (GERMAN, "N/A", "de", "words", "de", None),
        ("Allein, allein", "German", "de", "source", "und", None),
        ("Der Mond ist aufgegangen", "nl", "nl", "source", "de", False),
        ("la la la", None, "und", "neither", "und", None),
        ("1 2 3", "English", "en", "source", "und", None),
        (LATIN, None, "la", "words", "la", None),
        (LATIN, "Italian", "la", "words", "la", False),
        (CLASSICAL, None, "zh", "words", "zh", None),
        ("さくら さくら やよいの空は 見わたす限り", None, "ja", "words", "ja", None),
    ],
)
def test_languages(text: str, given: str | None, language: str, source: str, detected: str, agree: bool | None) -> None:
    found = judge(text, given)
    assert (found.language, found.language_from, found.language_detected) == (language, source, detected)
    assert found.languages_agree is agree
    assert 0 <= found.language_score <= 1


def test_two_languages_in_one_song_are_seen() -> None:
    english = (
        "The moon has risen over the water and the night is calm\nEvery star is shining where the river used to be\n"
        "I remember every summer that we walked along the harbour\nNobody could tell me what the winter had in mind\n"
    )
    german = (
        "Die Nacht ist still und über allen Wiesen liegt der Schnee\nIch gehe durch die Straßen und ich denke an dich\n"
        "Wir haben uns verloren in den Jahren dieser Stadt\nUnd keiner kann mir sagen wann der Frühling wiederkommt\n"
    )
    assert [judge(text, "en").is_mixed for text in (english + german, english, german, "star")] == [
        True, False, False, None,
    ]  # fmt: skip
    assert judge("사랑해 너를 너만을 영원히 " * 4 + "I love you baby forever and ever " * 3, "ko").is_mixed is True
    assert judge("사랑해 너를 너만을 영원히 " * 20 + "baby", "ko").is_mixed is False


def test_the_languages_of_real_songs() -> None:
    """Of 13 languages: each of the shared songs as its source names it, or told apart from it with reason."""
    right: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with (shared("lyrics") / "songs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows[::12]:
        text = lyric_residue.clean(row["Lyrics"]).text
        right[row["Language"]][judge(text, None).language] += 1
    assert len(right) == 13
    for language, found in right.items():
        assert found[language] >= 0.9 * found.total(), (language, found)

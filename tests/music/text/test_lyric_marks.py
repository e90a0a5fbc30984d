"""What marks of sections say."""

from __future__ import annotations

import pytest

from musicdata.music.text import lyric_marks
from musicdata.music.text.lyric_marks import BARE, PREFIX, STRICT, begins_section, may_begin, read


@pytest.mark.parametrize(
    ("text", "kind", "label", "singers", "times"),
    [
        ("Verse 1: The Moss & Ivy", "verse", "Verse 1", "The Moss & Ivy", None),
        ("Verse II - Bob", "verse", "Verse II", "Bob", None),
        ("2nd verse:", "verse", "2nd verse", None, None),
        ("Strophe 2", "verse", "Strophe 2", None, None),
        ("Куплет 1", "verse", "Куплет 1", None, None),
        ("Chorus (x2)", "chorus", "Chorus", None, 2),
        ("Chorus 3x", "chorus", "Chorus", None, 3),
        ("Chorus (Ivy)", "chorus", "Chorus", "Ivy", None),
        ("Repeat Chorus twice", "chorus", "Chorus", None, 2),
        ("Refrain [bis]", "refrain", "Refrain", None, 2),
        ("Припев", "chorus", "Припев", None, None),
        ("副歌", "chorus", "副歌", None, None),
        ("Pré-Refrain", "pre_chorus", "Pré-Refrain", None, None),
        ("Pre Chorus: Ivy x2", "pre_chorus", "Pre Chorus", "Ivy", 2),
        ("Post-Chorus", "other", "Post-Chorus", None, None),
        ("Puente", "bridge", "Puente", None, None),
        ("Guitar Solo", "interlude", "Guitar Solo", None, None),
        ("Instrumental Break", "interlude", "Instrumental Break", None, None),
        ("Outro", "outro", "Outro", None, None),
        ("Hook x4", "hook", "Hook", None, 4),
        ("x3", "other", None, None, 3),
        ("ter", "other", None, None, 3),
        ("Versailles", "other", "Versailles", None, None),
        ("whispering", "other", "whispering", None, None),
        ("x0", "other", None, None, None),
    ],
)
def test_marks_are_read(text: str, kind: str, label: str | None, singers: str | None, times: int | None) -> None:
    assert read(text) == (kind, label, singers, times, 0)


def test_a_part_begins_with_marks_that_name_one() -> None:
    marks = [read(text) for text in ("Chorus", "Post-Chorus", "Spoken", "whispering", "x2", "Ivy")]
    assert [begins_section(mark.kind, mark.label) for mark in marks] == [True, True, True, False, False, False]


def test_what_may_be_a_mark_without_brackets_is_never_passed_over() -> None:
    """The quick look knows the beginning of every part that the patterns know."""
    words = [
        "Chorus", "Coro", "Estribillo", "Ritornello", "Refrão", "Refren", "Припев", "副歌", "サビ", "후렴", "Nakarat", "Điệp khúc",
        "Verse", "Strophe", "Stanza", "Couplet", "Verso", "Strofa", "Estrofa", "Zwrotka", "Sloka", "Versszak", "Куплет", "主歌",
        "Aメロ", "Bridge", "Pont", "Puente", "Ponte", "Brücke", "Бридж", "Intro", "Вступление", "前奏", "Outro", "Coda", "Ending",
        "Hook", "Refrain", "Interlude", "Zwischenspiel", "Instrumental", "Break", "Guitar solo", "Solo", "Проигрыш", "間奏",
        "Pre-Chorus", "Pré-Refrain", "Post-Chorus", "Pós-refrão", "Spoken", "Skit", "Ad-lib", "Breakdown", "Drop",
    ]  # fmt: skip
    assert [word for word in words if not BARE.fullmatch(f"{word}:")] == []
    assert [word for word in words if not may_begin(f"{word.upper()}: sing")] == []
    assert [word for word in words if not begins_section(*read(word)[:2])] == []


def test_without_square_brackets_a_mark_stands_alone() -> None:
    assert [bool(STRICT.fullmatch(text)) for text in ("Chorus x2", "Verse 1: Ivy", "bridge over water")] == [
        True,
        True,
        False,
    ]
    assert [bool(BARE.fullmatch(text)) for text in ("Chorus", "Verse 2", "Bridge", "Chorus of angels")] == [
        True,
        True,
        False,
        False,
    ]
    found = PREFIX.match("Chorus:(2 times)Down in the field")
    assert found is not None
    assert lyric_marks.read(found[1]).times == 2
    assert PREFIX.match("Verse: you sing") is None

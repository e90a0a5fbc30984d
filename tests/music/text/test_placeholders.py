"""Texts that stand in the place of words, and such as only speak of it."""

from __future__ import annotations

import pytest

from musicdata.music.text.placeholders import is_instrumental, is_placeholder


@pytest.mark.parametrize(
    "text",
    [
        "Lyrics not available", "[Lyrics not available]", "The lyrics for this song are not available yet.", "No lyrics",
        "Lyrics for this song have yet to be released. Please check back once the song has been released.",
        "Sorry, we have no lyrics for this song at the moment", "We do not have the lyrics for River yet.", "N/A", "nan",
        "Unfortunately we are not licensed to display the full lyrics for this song.", "Lyrics coming soon!", "NULL",
        "We're not authorized to display these lyrics.", "Be the first to add the lyrics", "(No lyrics on part 1)", "Lyrics",
        "Songtext nicht verfügbar", "Leider kein Songtext vorhanden.", "Paroles non disponibles", "Letra no disponible",
        "Letra não disponível", "Testo non disponibile", "Brak tekstu", "Text písně není k dispozici", "Текст песни отсутствует",
        "Şarkı sözü bulunamadı", "Lời bài hát đang được cập nhật", "暂无歌词", "歌詞準備中", "가사 준비중입니다", "Tekst niet beschikbaar",
        "המילים לא זמינות", "كلمات الأغنية غير متوفرة", "- no lyrics -", "TBA",
    ],
)  # fmt: skip
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)
    assert not is_instrumental(text)


@pytest.mark.parametrize(
    "text",
    [
        "Instrumental", "[Instrumental]", "(Instrumental)", "♪ instrumental ♪", "This song is an instrumental.", "Strumentale",
        "Инструментал", "インストゥルメンタル", "纯音乐，请欣赏", "此歌曲为没有填词的纯音乐，请您欣赏", "No lyrics, it's just instrumental",
    ],
)  # fmt: skip
def test_instrumentals(text: str) -> None:
    assert is_instrumental(text)


@pytest.mark.parametrize(
    "text",
    [
        "No lyrics on my lips", "Instrumental to my plan", "Nothing", "Silence", "Sorry", "Coming soon to me", "Unknown",
        "I have no lyrics for this song\nbut I sing it anyway\nall night long", "Letra de amor", "Paroles, paroles", "Love",
        "Kein Wort", "Sin ti", "無", "가사", "Testo", "x" * 100_000, "", "The lyrics of my heart are not for sale",
    ],
)  # fmt: skip
def test_songs_are_none_of_these(text: str) -> None:
    assert not is_placeholder(text)
    assert not is_instrumental(text)

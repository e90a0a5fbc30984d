"""The sections of songs go into a table, beside their samples."""

from __future__ import annotations

from typing import Any

import pytest

from musicdata.definitions import contract, trial
from musicdata.definitions.arrow import strings
from musicdata.errors import IntegrityError
from musicdata.stages.place import clean_lyrics
from musicdata.stages.place.lyric_sections import STAGE, LyricSections, remark
from tests.stages.place.test_clean_lyrics import source

SONG = "[Verse 1: Ivy]\nUnder the willow\n\n[Chorus]\nSing it\nloud\n\nand nobody knows\nwhat this is\n\n[Chorus]\nSing it,\nLOUD\n[Ivy]\n[Outro]"


def tables(texts: dict[str, str], left_out: tuple[str, ...] = ()) -> dict[str, Any]:
    made = trial.run(clean_lyrics.STAGE, source(texts)).tables
    samples = [
        filled("lyric_samples", sample_id=song_id, split="test" if song_id.endswith("1") else "train")
        for song_id in strings(made["clean_lyrics"].column("song_id"))
        if song_id not in left_out
    ]
    return {"lyric_samples": samples, "clean_lyrics": made["clean_lyrics"], "lyric_marks": made["lyric_marks"]}


def filled(table: str, **given: object) -> dict[str, object]:
    """Return a row of a table in which every column that may not be empty has something."""
    of_type: dict[str, object] = {"string": "x", "int32": 1, "bool": False}
    needed = {
        column.name: column.values[0] if column.values else of_type[column.type]
        for column in contract.load(table).columns
        if not column.nullable
    }
    return needed | given


def test_each_song_has_its_sections() -> None:
    made = trial.run(STAGE, tables({"a": SONG, "b1": "one line"}))
    names = (
        "sample_id",
        "split",
        "section_index",
        "kind",
        "label",
        "first_line",
        "n_lines",
        "n_words",
        "repeat_of",
        "repeats",
    )
    assert [tuple(row[name] for name in names) for row in made.rows("lyric_sections")] == [
        ("a", "train", 0, "verse", "Verse 1", 0, 1, 3, None, 0),
        ("a", "train", 1, "chorus", "Chorus", 2, 2, 3, None, 1),
        ("a", "train", 2, "unmarked", None, 5, 2, 6, None, 0),
        ("a", "train", 3, "chorus", "Chorus", 8, 2, 3, 1, 0),
        ("b1", "test", 0, "unmarked", None, 0, 1, 2, None, 0),
    ]
    told = remark(LyricSections(), trial._Inputs(made.tables))
    assert told.facts == {"sections": 5, "repeats": 1, "marked": 3}


def test_songs_that_are_no_samples_have_none() -> None:
    made = trial.run(STAGE, tables({"a": SONG, "b": SONG, "c": SONG}, left_out=("b",)))
    assert {row["sample_id"] for row in made.rows("lyric_sections")} == {"a", "c"}


def test_a_sample_without_words_is_told_of() -> None:
    given = tables({"a": SONG, "b": SONG})
    given["clean_lyrics"] = given["clean_lyrics"].slice(0, 1)
    with pytest.raises(IntegrityError, match="sample b has no row in clean_lyrics"):
        trial.run(STAGE, given)


def test_shards_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    given = tables({f"s{number}": SONG for number in range(9)})
    whole = trial.run(STAGE, given).rows("lyric_sections")
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert trial.run(STAGE, given).rows("lyric_sections") == whole
    assert trial.run(STAGE, tables({})).rows("lyric_sections") == []

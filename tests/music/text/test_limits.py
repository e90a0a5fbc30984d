"""One rule for the texts of every format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import mido
import pytest

import musicdata
from musicdata.errors import FormatError
from musicdata.music.formats.song import Song, SungNote
from musicdata.music.text import limits
from musicdata.sources.spotify.records import Track, Unusable, checked
from tests.musicxml_scores import lyric, note, part, score
from tests.recipes import write_recipe

NOTE = SungNote(60, 1.0, 0.0, "la", "la", 0)
SONG = Song("", "Title", "A. B.", None, "CC0", "en", [NOTE])


@pytest.mark.parametrize("field", ["name", "title", "composer", "lyricist", "rights"])
def test_a_statement_has_its_limit(field: str) -> None:
    longest: dict[str, Any] = {field: "x" * limits.STATEMENT}
    assert getattr(limits.checked(replace(SONG, **longest)), field) == longest[field]
    with pytest.raises(FormatError, match=f"{field}: 2,001 characters") as caught:
        limits.checked(replace(SONG, **{field: longest[field] + "x"}))
    assert caught.value.reason == "text_too_long"
    assert len(caught.value.detail) < 200


@pytest.mark.parametrize("field", ["syllable", "word"])
@pytest.mark.parametrize(("text", "reason"), [("x" * 201, "text_too_long"), ("a\x9bb", "unfit_character")])
def test_what_is_sung_has_its_limits(field: str, text: str, reason: str) -> None:
    sung: dict[str, Any] = {field: text}
    with pytest.raises(FormatError) as caught:
        limits.checked(replace(SONG, notes=[NOTE, replace(NOTE, **sung)]))
    assert caught.value.reason == reason


def test_control_characters_of_a_statement_are_spaces() -> None:
    song = limits.checked(replace(SONG, title="\x9bA\x1b\x00B\ud800", rights="\x07"))
    assert (song.title, song.rights) == ("A B", None)
    assert limits.checked(SONG) == SONG


LONG = "x" * 5_000_000


def test_no_format_takes_a_title_without_end(tmp_path: Path) -> None:
    folder = tmp_path / "songs"
    folder.mkdir()
    bar = part(note("C4", 12, lyric("la", "single")))
    (folder / "title.musicxml").write_bytes(score(bar, head=f"<work><work-title>{LONG}</work-title></work>"))
    rights = f"<identification><rights>{LONG}</rights></identification>"
    (folder / "rights.musicxml").write_bytes(score(bar, head=rights))
    (folder / "sung.musicxml").write_bytes(score(part(note("C4", 12, lyric("x" * 5000, "single")))))
    (folder / "table.csv").write_text(f"pitch,duration,rest,syllable,title\n60,1,0,la,{'x' * 3000}\n")
    track = mido.MidiTrack([mido.MetaMessage("copyright", text="x" * 5000)])
    for word in ("Twin", "kle ", "lit", "tle ", "star "):
        track.append(mido.MetaMessage("lyrics", text=word, time=0))
        track.append(mido.Message("note_on", note=60, velocity=80, time=0))
        track.append(mido.Message("note_off", note=60, velocity=0, time=480))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(str(folder / "rights.mid"))
    (folder / "good.csv").write_text("pitch,duration,rest,syllable\n60,1,0,la\n")
    work = musicdata.build(write_recipe(tmp_path, "ingest.songs"), input=folder, work=tmp_path / "w")
    assert work.table("songs").num_rows == 1
    rejects = list(work.rows("rejects"))
    assert {row["key"]: row["reason"] for row in rejects} == {
        "rights.mid": "text_too_long",
        "rights.musicxml": "text_too_long",
        "sung.musicxml": "text_too_long",
        "table.csv": "bad_value",
        "title.musicxml": "text_too_long",
    }
    assert max(len(row["detail"]) for row in rejects) < 300


@pytest.mark.parametrize(
    "given",
    [{"title": "x" * 2001}, {"artists": ("x" * 2001,)}, {"artists": ("x",) * 201}, {"album": "x" * 2001}],
    ids=["title", "artist", "artists", "album"],
)
def test_names_of_tracks_have_the_same_limits(given: dict[str, object]) -> None:
    assert isinstance(checked({"title": "T", "artists": ("A",)}), Track)
    refused = checked({"title": "T", "artists": ("A",), **given})
    assert isinstance(refused, Unusable)
    assert refused.reason == "wrong_value"

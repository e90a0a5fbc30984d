"""A dump of LRCLIB, in the schema of its server, and files that only look like one."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from musicdata.engine.fetching.calls import ItemCalls
from musicdata.errors import InputError
from musicdata.sources.lrclib_dump import LrclibDump, names
from musicdata.sources.lyric_record import MAX_CHARACTERS, Reply, Track
from musicdata.system.http import HttpError, Outcome
from tests.lyric_calls import MORE, VERSE, calls

TRACKS = (
    "CREATE TABLE tracks (id INTEGER PRIMARY KEY, name TEXT, name_lower TEXT, artist_name_lower TEXT,"
    " album_name_lower TEXT, duration FLOAT, last_lyrics_id INTEGER)"
)
LYRICS = (
    "CREATE TABLE lyrics (id INTEGER PRIMARY KEY, plain_lyrics TEXT, synced_lyrics TEXT, track_id INTEGER,"
    " instrumental BOOLEAN, source TEXT)"
)
INDEX = "CREATE INDEX idx_tracks_name_lower ON tracks (name_lower)"
TRACK = Track(title="Don’t Go (River)", artist="Beyoncé", album="Banks", duration_s=233.0)


def make(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return path


def add(path: Path, track_id: int, album: str, duration_s: float, text: object, instrumental: object = 0) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        track = (track_id, "dont go river", "beyonce", album, duration_s, track_id + 100)
        connection.execute("INSERT INTO tracks VALUES (?, 'x', ?, ?, ?, ?, ?)", track)
        values = (track_id + 100, text, None, track_id, instrumental)
        connection.execute("INSERT INTO lyrics VALUES (?, ?, ?, ?, ?, 'made')", values)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return make(tmp_path / "a dump?#1.sqlite3", TRACKS, LYRICS, INDEX)


def _look_up(dump: Path, track: Track, caller: ItemCalls) -> Reply:
    with closing(LrclibDump(dump)) as source:
        return source.look_up(track, caller)


def test_names_are_compared_as_the_server_does() -> None:
    assert names("AC/DC") == ("ac dc", "ac dc")
    assert names("  Don't   STOP, [Live]") == ("dont stop live", "dont stop live")
    assert names("한국")[0] == "한국"


def test_the_same_album_comes_first_then_the_nearest_duration(dump: Path, tmp_path: Path) -> None:
    add(dump, 1, "live", 234.5, "one")
    add(dump, 2, "best of", 233.4, "two")
    with calls(tmp_path) as caller:
        assert _record(_look_up(dump, TRACK, caller)) == ("lrclib_dump", "2", "two")
        add(dump, 3, "banks", 231.5, "three")
        assert _record(_look_up(dump, TRACK, caller)) == ("lrclib_dump", "3", "three")
        assert _look_up(dump, TRACK.model_copy(update={"duration_s": 240.0}), caller) == Reply(note="not_found")
        anything = _look_up(dump, TRACK.model_copy(update={"duration_s": 0.0, "album": ""}), caller)
        assert _record(anything)[1] == "3"  # no duration is known: the shortest of all


def _record(reply: Reply) -> tuple[str, str, str]:
    assert reply.record is not None
    return reply.record.source, reply.record.source_id, reply.record.text


def test_a_record_without_words_gives_way_to_one_with_words(dump: Path, tmp_path: Path) -> None:
    add(dump, 1, "banks", 233.0, None)
    with calls(tmp_path) as caller:
        assert _look_up(dump, TRACK, caller) == Reply(note="empty")
        add(dump, 2, "live", 233.0, VERSE)
        assert _record(_look_up(dump, TRACK, caller))[1] == "2"


def test_values_of_other_kinds_count_as_no_words(dump: Path, tmp_path: Path) -> None:
    add(dump, 1, "banks", 233.0, b"\xff\xfe")
    add(dump, 2, "banks", 233.0, "a" * (MAX_CHARACTERS + 1))
    with calls(tmp_path) as caller:
        assert _look_up(dump, TRACK, caller) == Reply(note="empty")


def test_letters_that_are_none_are_shown_as_such(dump: Path, tmp_path: Path) -> None:
    add(dump, 1, "banks", 233.0, VERSE)
    with closing(sqlite3.connect(dump)) as connection, connection:
        connection.execute("UPDATE lyrics SET plain_lyrics = CAST(x'61ff62' AS TEXT)")
    with calls(tmp_path) as caller:
        assert _record(_look_up(dump, TRACK, caller))[2] == "a\ufffdb"


def test_the_file_is_left_as_it_is(dump: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(dump)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    add(dump, 1, "banks", 233.0, VERSE)
    before = dump.read_bytes()
    dump.chmod(0o444)
    with calls(tmp_path / "calls") as caller:
        assert _record(_look_up(dump, TRACK, caller))[2] == VERSE
    assert dump.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [dump.name]


def test_a_text_too_long_to_hold_is_damage(dump: Path, tmp_path: Path) -> None:
    add(dump, 1, "banks", 233.0, "a" * (5 * MAX_CHARACTERS))
    with calls(tmp_path) as caller, pytest.raises(HttpError, match="damaged where 'Don’t Go") as caught:
        _look_up(dump, TRACK, caller)
    assert (caught.value.outcome, caught.value.reason) == (Outcome.INVALID, "damaged_dump")


def test_damage_is_said(dump: Path, tmp_path: Path) -> None:
    add(dump, 1, "banks", 233.0, VERSE)
    with closing(sqlite3.connect(dump)) as connection, connection:
        rows = [(number, MORE * 20) for number in range(200, 300)]
        connection.executemany("INSERT INTO lyrics (id, plain_lyrics) VALUES (?, ?)", rows)
    data = bytearray(dump.read_bytes())
    for start in range(3 * 4096, len(data), 4096):  # behind the schema and the roots
        data[start : start + 64] = b"\xee" * 64
    dump.write_bytes(data)
    with calls(tmp_path) as caller, pytest.raises((HttpError, InputError), match=r"damaged|cannot be read"):
        _look_up(dump, TRACK, caller)


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        ((), "not a SQLite database"),
        (("CREATE TABLE songs (id INTEGER)",), "it has no table tracks"),
        (("CREATE TABLE tracks (id INTEGER PRIMARY KEY, name_lower TEXT)", LYRICS), "lacks the columns album_name"),
        ((TRACKS, LYRICS), "no index on tracks.name_lower"),
        ((TRACKS, INDEX, LYRICS.replace(" PRIMARY KEY", "")), "no index on lyrics.id"),
        (
            (TRACKS, INDEX, LYRICS.replace("lyrics (", "words ("), "CREATE VIEW lyrics AS SELECT * FROM words"),
            "no table",
        ),
        ((TRACKS, INDEX, "CREATE VIRTUAL TABLE lyrics USING fts5(id, plain_lyrics)"), "it has no table lyrics"),
        (
            (TRACKS, INDEX, LYRICS.replace("plain_lyrics TEXT", "plain_lyrics TEXT AS (zeroblob(9000)) VIRTUAL")),
            "table lyrics lacks the columns plain_lyrics",
        ),
    ],
)
def test_what_is_no_dump(tmp_path: Path, statements: tuple[str, ...], problem: str) -> None:
    path = make(tmp_path / "dump", *statements)
    with pytest.raises(InputError, match=problem):
        LrclibDump(path)


def test_a_packed_dump_is_told_from_a_wrong_one(tmp_path: Path) -> None:
    path = tmp_path / "dump.gz"
    path.write_bytes(gzip.compress(b"SQLite format 3\x00"))
    with pytest.raises(InputError, match="unpack it first"):
        LrclibDump(path)
    with pytest.raises(InputError, match="cannot be read: No such file"):
        LrclibDump(tmp_path / "nowhere")
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 500)
    with pytest.raises(InputError, match="cannot be read as a SQLite database"):
        LrclibDump(path)

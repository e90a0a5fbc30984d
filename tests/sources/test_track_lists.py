"""Lists of tracks in files, as people and spreadsheets write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.errors import InputError
from musicdata.sources import track_lists
from musicdata.sources.spotify.records import Track, Unusable

ID = "11dFghVXANMlKmJXsNCbNl"
EXPORTIFY = (
    '"Track URI","Track Name","Artist URI(s)","Artist Name(s)","Album URI","Album Name","Album Release Date",'
    '"Track Duration (ms)","Explicit","Popularity","ISRC"\r\n'
    f'"spotify:track:{ID}","Cut To The Feeling","spotify:artist:a, spotify:artist:b","Carly Rae, Jepsen","spotify:album:x",'
    '"Cut To The Feeling","2017-05-26","207959","false","63","USUM71703861"\r\n'
    f'"spotify:track:{ID}","Yonkers","spotify:artist:a","Tyler, The Creator","","Goblin","2011","249000","true","70",""\r\n'
)


def one(path: Path) -> list[Track | Unusable]:
    return [row.track for mood in track_lists.read(str(path)).moods for row in mood.rows]


def tracks(path: Path) -> list[Track]:
    return [row for row in one(path) if isinstance(row, Track)]


def test_exportify_files_of_a_folder_are_named_like_their_moods(tmp_path: Path) -> None:
    (tmp_path / "Feel-Good.csv").write_text(EXPORTIFY, "utf-8-sig")
    (tmp_path / "sad.jsonl").write_text(json.dumps({"title": "Hurt", "artists": ["Johnny Cash", "X"]}) + "\n")
    (tmp_path / "notes.txt").write_text("not a list")
    found = track_lists.read(str(tmp_path))
    assert [(mood.mood, mood.file, len(mood.rows)) for mood in found.moods] == [
        ("feel_good", "Feel-Good.csv", 2),
        ("sad", "sad.jsonl", 1),
    ]
    first, second, third = tracks(tmp_path)
    assert first == Track(
        spotify_id=ID,
        isrc="USUM71703861",
        title="Cut To The Feeling",
        artists=("Carly Rae", "Jepsen"),
        album="Cut To The Feeling",
        release_date="2017-05-26",
        duration_ms=207_959,
        explicit=False,
        popularity=63,
    )
    assert (second.artists, second.isrc, second.explicit) == (("Tyler, The Creator",), None, True)
    assert third.artists == ("Johnny Cash", "X")


def test_a_column_names_the_mood_and_a_rank_the_order(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("mood,rank,artist,title\nsad,2,B,Two\nHappy,1,C,One\nsad,1,A,One\n,3,D,Lost\n")
    found = track_lists.read(str(path))
    assert {
        mood.mood: [row.track.title for row in mood.rows if isinstance(row.track, Track)] for mood in found.moods
    } == {
        "happy": ["One"],
        "sad": ["One", "Two"],
    }
    assert [(row.line, row.track.reason) for row in found.unplaced if isinstance(row.track, Unusable)] == [
        (5, "no_mood")
    ]


ENCODINGS = {
    "utf-8": "Beyoncé".encode(),
    "utf-8-sig": b"\xef\xbb\xbf" + "Beyoncé".encode(),
    "utf-16": "Beyoncé".encode("utf-16"),
    "cp1252": "Beyoncé".encode("cp1252"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_are_found_out(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "sad.csv"
    path.write_bytes(f"artist{separator}title\r\nBeyoncé{separator}Halo\r\n".encode(encoding))
    assert [(track.artists, track.title) for track in tracks(path)] == [(("Beyoncé",), "Halo")]


def test_what_a_spreadsheet_did_is_undone(tmp_path: Path) -> None:
    path = tmp_path / "sad.csv"
    path.write_text(
        'sep=;\nartist;title;duration;isrc\nAbba;="1999";3:45;us-abc-99-00001\nX;\'=SUM(A1);61,5;\nY;=;0:30;\n'
    )
    assert [(t.title, t.duration_ms, t.isrc) for t in tracks(path)] == [
        ("1999", 225_000, "USABC9900001"),
        ("=SUM(A1)", 61_500, None),
        ("=", 30_000, None),
    ]


ROWS = {
    "Only,,": "no_artist",
    ",Artist,": "no_title",
    "Song,Artist,abc": "wrong_value",
    "Song,Artist,-4": "wrong_value",
    "Song,Artist,nan": "wrong_value",
    "Song,Artist,1e11": "wrong_value",
    "Song\0,Artist,5": "",
    "Song": "no_artist",
    "Song,Artist,5,extra,cells": "",
    '"' + "x" * 200_000 + '",A,1': "not_csv",
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: repr(row[:24]))
def test_a_bad_row_costs_no_other(tmp_path: Path, row: str) -> None:
    path = tmp_path / "sad.csv"
    path.write_text(f"title,artist,popularity\nFirst,A,1\n{row}\nLast,B,2\n")
    found = track_lists.read(str(path))
    rows = [row for mood in found.moods for row in mood.rows] + list(found.unplaced)
    assert [r.track.reason for r in rows if isinstance(r.track, Unusable)] == [ROWS[row]] * bool(ROWS[row])
    assert {"First", "Last"} <= {r.track.title for r in rows if isinstance(r.track, Track)}


def test_a_quotation_mark_that_is_not_closed_is_told(tmp_path: Path) -> None:
    path = tmp_path / "sad.csv"
    path.write_text('title,artist\nFirst,A\n"Open,B\n' + "Song,C\n" * 100)
    found = track_lists.read(str(path))
    assert [track.title for track in tracks(path)] == ["First"]
    assert ["lines 3 to 103" in str(row.track) for row in found.unplaced] == [True]


def test_json_lines_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    lines = [
        '{"mood": "sad", "name": "A", "artist": "X", "duration_ms": 1000, "explicit": true}',
        "{broken",
        "[1, 2]",
        "[" * 100_000,
        '{"mood": "sad", "name": {"x": 1}, "artist": "X"}',
        '{"mood": 7, "name": "B \\ud83d", "artist": "X"}',
        "",
    ]
    path.write_text("\n".join(lines))
    found = track_lists.read(str(path))
    assert [(mood.mood, [type(row.track) for row in mood.rows]) for mood in found.moods] == [
        ("7", [Track]),
        ("sad", [Track, Unusable]),
    ]
    assert [row.line for row in found.unplaced] == [2, 3, 4]
    assert tracks(path)[0].title == "B"


def test_ids_alone_are_not_enough_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "sad.csv"
    path.write_text(f"spotify_id\n{ID}\n")
    assert [(row.reason, "only an id" in row.detail) for row in one(path) if isinstance(row, Unusable)] == [
        ("no_title", True)
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("", "", "give a file or a folder"),
        ("absent.csv", None, "no such file or folder"),
        ("list.pdf", "x", "not of a kind"),
        ("list.csv", "", "names no column"),
        ("list.csv", "colour,size\nred,1\n", "it has colour, size"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, name: str, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / (name or "x")).write_text(text)
    with pytest.raises(InputError, match=said):
        track_lists.read(str(tmp_path / name) if name else "")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no list"):
        track_lists.read(str(tmp_path / "empty"))


def test_links_that_leave_the_folder_are_told_and_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "sad.csv").write_text("title,artist\nOne,A\n")
    (tmp_path / "letter.csv").write_text("title,artist\nSecret,B\n")
    links = {"happy.csv": "../letter.csv", "calm.csv": "/proc/self/environ", "angry.csv": "sad.csv", "more": "/"}
    for name, target in links.items():
        (folder / name).symlink_to(target)
    lists = track_lists.read(str(folder))
    assert [track.title for track in tracks(folder)] == ["One"]
    assert {row.file: row.track.reason for row in lists.unplaced if isinstance(row.track, Unusable)} == {
        "angry.csv": "link_to_another_file",
        "calm.csv": "link_leaves_folder",
        "happy.csv": "link_leaves_folder",
        "more": "link_leaves_folder",
    }
    assert len(track_lists.digest(str(folder))) == 64


def test_the_digest_follows_the_content_and_not_the_place(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "sad.csv").write_text(EXPORTIFY)
    assert track_lists.digest(str(tmp_path / "a")) == track_lists.digest(str(tmp_path / "b"))
    before = track_lists.read(str(tmp_path / "a")).moods[0].digest
    assert before == track_lists.read(str(tmp_path / "b")).moods[0].digest
    (tmp_path / "b" / "sad.csv").write_text(EXPORTIFY.replace("Yonkers", "Yonkers 2"))
    assert track_lists.digest(str(tmp_path / "a")) != track_lists.digest(str(tmp_path / "b"))
    assert before != track_lists.read(str(tmp_path / "b")).moods[0].digest


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_rejects(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "sad.csv"
    path.write_bytes(b"title,artist,duration\n" + data)
    for mood in track_lists.read(str(path)).moods:
        for row in mood.rows:
            row.track.model_dump_json().encode()

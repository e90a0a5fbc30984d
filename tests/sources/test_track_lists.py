"""Lists of tracks in files, as people and spreadsheets write them."""

from __future__ import annotations

import contextlib
import csv
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


CREDITS = {
    # as the cell says it, with what else the row says → artists
    "Ann Alpha, Bob Beta": ("Ann Alpha", "Bob Beta"),
    "Ann Alpha; Bob Beta": ("Ann Alpha", "Bob Beta"),
    "Ann Alpha | Bob Beta": ("Ann Alpha", "Bob Beta"),
    "Ann Alpha feat. Bob Beta": ("Ann Alpha", "Bob Beta"),
    "Ann Alpha (ft. Bob Beta, Cid Gamma)": ("Ann Alpha", "Bob Beta", "Cid Gamma"),
    "['Ann Alpha', 'Bob Beta']": ("Ann Alpha", "Bob Beta"),
    '["Ann Alpha", "D\'Or"]': ("Ann Alpha", "D'Or"),
    "['Ann \\'A\\' Alpha', \"Bob's\"]": ("Ann 'A' Alpha", "Bob's"),
    "['Beyonc\\xe9', 'Bj\\u00f6rk']": ("Beyoncé", "Björk"),
    "['Ann Alpha' 'Bob Beta']": ("Ann Alpha", "Bob Beta"),
    "['Tyler, The Maker']": ("Tyler, The Maker",),
    "[Alexandros]": ("[Alexandros]",),
    "[:SITD:]": ("[:SITD:]",),
    "10,000 Makers": ("10,000 Makers",),
    "Tyler, The Maker": ("Tyler, The Maker",),
    "Sun, Rain & Thunder": ("Sun, Rain & Thunder",),
    "Peter, Paul and Mary": ("Peter, Paul and Mary",),
    "Fern & Tide": ("Fern & Tide",),
    "Now, Now": ("Now, Now",),
    "Taylor\\, The Maker": ("Taylor, The Maker",),
    "Sun\\, Rain & Thunder, The Feelings": ("Sun, Rain & Thunder", "The Feelings"),
    "Ann Alpha,Bob Beta": ("Ann Alpha", "Bob Beta"),
    "Tyler, The Maker,Bob Beta": ("Tyler, The Maker", "Bob Beta"),
    "Blink-182,Bob Beta": ("Blink-182", "Bob Beta"),
    "AC/DC": ("AC/DC",),
}


@pytest.mark.parametrize("credit", CREDITS)
def test_credits_are_taken_apart_where_something_says_so(tmp_path: Path, credit: str) -> None:
    path = tmp_path / "sad.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["Track name", "Artist name"], ["Song", credit]])
    assert [track.artists for track in tracks(path)] == [CREDITS[credit]]


def test_what_commas_mean_is_a_habit_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "sad.csv"
    path.write_text('title,artist\nA,"Ann,Bob"\nB,"Cid, Dot"\n')
    assert [track.artists for track in tracks(path)] == [("Ann", "Bob"), ("Cid, Dot",)]
    path.write_text('title,artist\nA,"Ann\\, Bob"\nB,"Cid, The Dots"\n')
    assert [track.artists for track in tracks(path)] == [("Ann, Bob",), ("Cid", "The Dots")]


@pytest.mark.parametrize(
    ("header", "row", "artists"),
    [
        ("id_artists", "['45tIt06XoI0Iio4LBEVpls', '55tIt06XoI0Iio4LBEVpls']", ("Tyler", "The Maker")),
        ("artist_count", "1", ("Tyler, The Maker",)),
        ("artist_count", "2", ("Tyler", "The Maker")),
        ("Artist URI(s)", "spotify:artist:a", ("Tyler, The Maker",)),
        ("Artist URI(s)", "spotify:artist:a, spotify:artist:b", ("Tyler", "The Maker")),
        ("Artist URI(s)", "spotify:artist:a,spotify:artist:b,spotify:artist:c", ("Tyler, The Maker",)),
    ],
)
def test_ids_tell_how_many_artists_there_are(tmp_path: Path, header: str, row: str, artists: tuple[str, ...]) -> None:
    path = tmp_path / "sad.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["track_name", "artist(s)_name", header], ["Song", "Tyler, The Maker", row]])
    assert [track.artists for track in tracks(path)] == [artists]


def test_artists_of_json_are_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "sad.jsonl"
    rows = [{"title": "A", "artists": ["Tyler, The Maker", {"name": "Ann"}]}, {"title": "B", "artist": "Ann, Bob"}]
    path.write_text("\n".join(map(json.dumps, rows)))
    assert [track.artists for track in tracks(path)] == [("Tyler, The Maker", "Ann"), ("Ann", "Bob")]


KINDS = {
    "spotify:local:Ann:Album:Song:207": "local_file",
    "spotify:episode:000000000000000000000a": "not_a_track",
    "https://open.spotify.com/episode/000000000000000000000a?si=1": "not_a_track",
    "https://open.spotify.com/intl-de/show/000000000000000000000a": "not_a_track",
    "spotify:album:000000000000000000000a": "not_a_track",
    "spotify:video:000000000000000000000a": "not_a_track",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ": "not_a_track",
    "https://youtu.be/dQw4w9WgXcQ": "not_a_track",
}


@pytest.mark.parametrize("address", KINDS)
def test_a_row_that_is_no_track_by_its_own_word_is_none(tmp_path: Path, address: str) -> None:
    path = tmp_path / "sad.csv"
    path.write_text(f"Track URI,Track Name,Artist Name(s)\n{address},Song,Ann\nspotify:track:{ID},Song,Ann\n")
    first, second = one(path)
    assert isinstance(first, Unusable)
    assert first.reason == KINDS[address]
    assert isinstance(second, Track)


def test_a_column_of_kinds_counts_where_it_names_one(tmp_path: Path) -> None:
    path = tmp_path / "sad.csv"
    path.write_text("title,artist,type\nA,Ann,Playlist\nB,Ann,Episode\nC,Ann,local\nD,Ann,track\n")
    assert [getattr(row, "reason", "") for row in one(path)] == ["", "not_a_track", "local_file", ""]


LENGTHS = {
    # column, cells → milliseconds
    ("duration", "207320"): [207_320],
    ("duration", "207.32"): [207_320],
    ("duration_ms", "207320"): [207_320],
    ("duration_ms", "207"): [207_000],
    ("duration_s", "207320 180000 240000"): [207_320, 180_000, 240_000],
    ("duration", "3:27 1:03:27 0:03:27 3m27s PT3M27S"): [207_000, 3_807_000, 207_000, 207_000, 207_000],
    ("duration_ms", "3:27 180000"): [207_000, 180_000],
    ("duration", "0 0:00"): [None, None],
    ("length", "200 210 207320"): [200_000, 210_000, "wrong_value"],
    ("Track Duration (ms)", "200000 210000 999999999999"): [200_000, 210_000, "wrong_value"],
    ("duration", "long -5 nan"): ["wrong_value"] * 3,
}


@pytest.mark.parametrize(("column", "cells"), LENGTHS)
def test_the_unit_of_lengths_is_that_of_the_column(tmp_path: Path, column: str, cells: str) -> None:
    path = tmp_path / "sad.csv"
    path.write_text(f"title;artist;{column}\n" + "".join(f"Song;Ann;{cell}\n" for cell in cells.split()))
    shown = [row.duration_ms if isinstance(row, Track) else row.reason for row in one(path)]
    assert shown == LENGTHS[column, cells]


def test_the_reason_of_a_length_that_cannot_be_says_what_it_would_mean(tmp_path: Path) -> None:
    path = tmp_path / "sad.csv"
    path.write_text("title,artist,duration\nA,Ann,200\nB,Ann,210\nC,Ann,207320\n")
    assert "that is 58 hours" in str(one(path)[2])


DATES = {
    "2017-05-26": "2017-05-26",
    "2017-05": "2017-05",
    "2017": "2017",
    "2017.0": "2017",
    "2017/5/6": "2017-05-06",
    "2017-05-26T00:00:00Z": "2017-05-26",
    "2017-00-00": "2017",
    "2017-02-31": "2017-02",
    "0000": None,
    "0000-00-00": None,
    "05/06/2017": None,
    "soon": None,
}


@pytest.mark.parametrize("date", DATES)
def test_dates_are_taken_as_far_as_they_are_some(tmp_path: Path, date: str) -> None:
    path = tmp_path / "sad.csv"
    path.write_text(f"title,artist,year\nA,Ann,{date}\n")
    assert [track.release_date for track in tracks(path)] == [DATES[date]]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_wide_letters_are_known_without_a_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "sad.csv"
    path.write_bytes("title,artist\nHalo,Beyoncé\n".encode(encoding))
    assert [track.artists for track in tracks(path)] == [("Beyoncé",)]


OLD_LISTS = {
    "cp1252": [
        ("Beyoncé", "Halo"),
        ("Sigur Rós", "Hoppípolla"),
        ("Motörhead", "Ace"),
        ("Señor", "Mañana"),
        ("Ann", "Été"),
    ],
    "cp1251": [("Muse", "Hysteria"), ("Северный Ветер", "Группа снов"), ("Земфира Н", "Искала")],
    "koi8-r": [("Северный Ветер", "Группа снов"), ("Земфира Н", "Искала тебя")],
    "cp932": [("Muse", "Hysteria"), ("ひなた", "夏の駅"), ("米津", "レモンの花")],
    "gb18030": [("林小雨", "青花瓷"), ("周杰伦", "夜的海")],
    "big5": [("林小雨", "青花瓷"), ("周杰倫", "夜的海")],
    "cp949": [("아이유", "좋은 날"), ("방탄소년단", "봄날")],
    "cp1250": [("Kult", "Arahja"), ("Myslovitz", "Długość dźwięku samotności")],
    "cp1253": [("Νίκος Βάρδας", "Το κύμα"), ("Άννα", "Η θάλασσα")],
}


@pytest.mark.parametrize("encoding", OLD_LISTS)
def test_lists_from_before_utf_8_are_read_by_their_letters(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "sad.csv"
    lines = ["artist,title", *(",".join(row) for row in OLD_LISTS[encoding])]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    assert [(track.artists[0], track.title) for track in tracks(path)] == OLD_LISTS[encoding]


def test_an_encoding_that_cannot_be_told_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sad.csv"
    path.write_bytes(b"artist,title\nAnn,\x81\x8d\x8f\x90\x9d\xff\xfe\xe0\n")
    with pytest.raises(InputError, match="save it as UTF-8"):
        track_lists.read(str(path))


def test_a_workbook_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "sad.csv"
    path.write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(InputError, match="save the sheet as CSV"):
        track_lists.read(str(path))


HEADERS = [
    "Track name,Artist name,Album,Playlist name,Type,ISRC",  # TuneMyMusic
    "title;artist;album;isrc",  # Soundiiz
    "track_id,artists,album_name,track_name,popularity,duration_ms,explicit",
    "track_name,artist(s)_name,artist_count,released_year",
    "track_id,track_name,track_artist,track_popularity,track_album_name,track_album_release_date",
    "artistName\ttrackName\tmsPlayed",
    "\n\nTitle|Artist",
]


@pytest.mark.parametrize("header", HEADERS)
def test_columns_go_by_many_names(tmp_path: Path, header: str) -> None:
    separator = next(mark for mark in ",;\t|" if mark in header)
    values = {"title": "Song", "track": "Song", "artist": "Ann Alpha"}
    names = header.strip().split(separator)
    cells = [next((value for key, value in values.items() if _names(name, key)), "") for name in names]
    path = tmp_path / "sad.csv"
    path.write_text(f"{header}\n{separator.join(cells)}\n")
    assert [(track.title, track.artists) for track in tracks(path)] == [("Song", ("Ann Alpha",))]


def _names(column: str, key: str) -> bool:
    plain = column.casefold().replace("_", " ")
    if key == "track":
        return plain in ("track name", "trackname")
    return plain == key or (key == "artist" and "artist" in plain and "count" not in plain)


FIELD_CASES = Path("../shared/field-cases/track-lists")


@pytest.mark.skipif(not FIELD_CASES.is_dir(), reason="the field cases lie beside the repository, and are not here")
def test_the_field_cases() -> None:
    escaped, joined, listed = (
        tracks(FIELD_CASES / f"{name}.csv")
        for name in (
            "exportify-escaped-commas",
            "exportify-artists-joined-by-commas-no-ids",
            "kaggle-artists-as-python-list",
        )
    )
    assert [track.artists for track in escaped] == [("Sun, Rain & Thunder", "The Feelings"), ("Taylor, The Maker",)]
    assert [track.artists for track in joined] == [("Ann Alpha", "Bob Beta"), ("10,000 Makers",)]
    assert [track.artists for track in listed] == [("Ann Alpha", "Bob Beta")]
    assert [getattr(row, "reason", "") for row in one(FIELD_CASES / "exportify-local-file.csv")] == [
        "local_file",
        "not_a_track",
    ]
    assert [track.duration_ms for track in tracks(FIELD_CASES / "duration-column-in-milliseconds.csv")] == [207_320]


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


UNQUOTED = {
    '"Open,B': "is not closed",
    '"Two "Words" Song",B': "is not doubled",
    'Song,""Royce 5\'9",Joe"': "is not doubled",
    '"Song,"B",': "is not doubled",
    '"Open,B\n"Song",C': "is not closed",
}


@pytest.mark.parametrize("row", UNQUOTED, ids=repr)
@pytest.mark.parametrize("n_after", [1, 100])
def test_a_wrong_quotation_mark_is_told_and_costs_no_other_row(tmp_path: Path, row: str, n_after: int) -> None:
    path = tmp_path / "sad.csv"
    path.write_text(f"title,artist\nFirst,A\n{row}\n" + "After,C\n" * n_after)
    found = track_lists.read(str(path))
    titles = [track.title for track in tracks(path)]
    assert titles[0] == "First"
    assert titles[-n_after:] == ["After"] * n_after
    assert [(at.line, at.track.reason) for at in found.unplaced if isinstance(at.track, Unusable)] == [(3, "not_csv")]
    assert UNQUOTED[row] in str(found.unplaced[0].track)


def test_quoted_values_may_have_lines_marks_and_spaces(tmp_path: Path) -> None:
    path = tmp_path / "sad.csv"
    path.write_text('title, artist\n"One\nTwo", "A ""B"" C"\n12" Mix, D\n"X" , "E, the F"\n')
    assert [(t.title, t.artists) for t in tracks(path)] == [
        ("One Two", ('A "B" C',)),
        ('12" Mix', ("D",)),
        ("X", ("E, the F",)),
    ]


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
    with contextlib.suppress(InputError):  # of a file whose encoding cannot be told
        for mood in track_lists.read(str(path)).moods:
            for row in mood.rows:
                row.track.model_dump_json().encode()

"""Where songs come from: a file, a folder, a corpus; and what is told where there are none."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicdata.errors import InputError
from musicdata.sources.lyrics import inputs, scores, text_files
from musicdata.sources.tabular.rows import Fault, Row, SourceFile
from tests.sources.lyrics.tables import HEADER, write

ROWS = [("A", "One", "Rock", "en", "la\nla"), ("B", "Two", "Pop", "de", "lo, lo")]
NAMES = HEADER.strip().split(",")
CSV = HEADER + "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in ROWS)


def songs(source: Path | str) -> list[tuple[str, str]]:
    """Return file and words of each song that is read."""
    return [
        (file.name, row.cells.get("Lyrics", row.cells.get("lyrics")))
        for file in inputs.find(str(source)).files
        for row in inputs.rows(file)
        if isinstance(row, Row)
    ]


def faults(source: Path) -> list[tuple[str, str]]:
    return [
        (file.name, row.reason)
        for file in inputs.find(str(source)).files
        for row in inputs.rows(file)
        if isinstance(row, Fault)
    ]


def test_every_kind_of_table_gives_the_same_rows(tmp_path: Path) -> None:
    objects = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
    tables = {
        "a.csv": CSV.encode(),
        "b.CSV.gz": gzip.compress(CSV.encode()),
        "c.tsv": CSV.replace('","', '"\t"').replace(HEADER, HEADER.replace(",", "\t")).encode(),
        "d.json": json.dumps(objects).encode(),
        "e.jsonl.gz": gzip.compress("\n".join(map(json.dumps, objects)).encode()),
    }
    for name, data in tables.items():
        assert songs(write(tmp_path, name, data)) == [(name, "la\nla"), (name, "lo, lo")]
    pq.write_table(pa.Table.from_pylist([row | {"views": 3} for row in objects]), tmp_path / "f.parquet")
    assert songs(tmp_path / "f.parquet") == [("f.parquet", "la\nla"), ("f.parquet", "lo, lo")]
    assert inputs.find(str(tmp_path / "f.parquet")).ignored() == {"f.parquet": ["views"]}
    assert len(songs(tmp_path)) == 12
    assert {inputs.count(inputs.find(str(tmp_path / name))) for name in (*tables, "f.parquet")} == {2}


def test_of_a_folder_tables_without_words_and_texts_beside_tables_are_left_out_and_told(tmp_path: Path) -> None:
    write(tmp_path, "more/train.csv", CSV)
    write(tmp_path, "pairs.csv", "work,row_a,row_b\nw,1,2\n")
    write(tmp_path, "broken.parquet", b"no parquet")
    write(tmp_path, "words.txt", "About these songs")
    write(tmp_path, "readme.txt", "left aside")
    write(tmp_path, "picture.png", b"\x89PNG")
    write(tmp_path, ".hidden.csv", CSV)
    assert {name for name, _ in songs(tmp_path)} == {"more/train.csv"}
    assert faults(tmp_path) == [
        ("broken.parquet", "unreadable_table"), ("pairs.csv", "no_lyrics_column"), ("picture.png", "unknown_format"),
        ("words.txt", "text_beside_tables"),
    ]  # fmt: skip


def test_a_folder_of_texts_has_artist_and_title_in_its_names(tmp_path: Path) -> None:
    write(tmp_path, "Nobody - Long Way.txt", "la\r\nla")
    write(tmp_path, "Somebody/01 - Short Way.txt", "lo".encode("utf-16"))
    write(tmp_path, "Empty.txt", "")
    rows = [row for file in inputs.find(str(tmp_path)).files for row in inputs.rows(file)]
    assert [row.cells for row in rows if isinstance(row, Row)] == [
        {"artist": "", "title": "Empty", "lyrics": ""},
        {"artist": "Nobody", "title": "Long Way", "lyrics": "la\r\nla"},
        {"artist": "Somebody", "title": "Short Way", "lyrics": "lo"},
    ]
    assert songs(tmp_path / "Empty.txt") == [("Empty.txt", "")]


def test_a_text_that_cannot_be_read_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "noise.txt", bytes(range(128, 256)) * 3)
    write(tmp_path, "song.txt", "la")
    assert faults(tmp_path) == [("noise.txt", "bad_encoding")]
    monkeypatch.setattr(text_files, "MAX_TEXT", 0)
    assert faults(tmp_path) == [("noise.txt", "unreadable_file"), ("song.txt", "unreadable_file")]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_links_that_leave_the_folder_are_told_and_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside.csv", CSV)
    write(tmp_path, "in/songs.csv", CSV)
    (tmp_path / "in" / "link.csv").symlink_to(outside)
    assert faults(tmp_path / "in") == [("link.csv", "link_leaves_folder")]
    (tmp_path / "named.csv").symlink_to(outside)  # the one that a user names is followed
    assert len(songs(tmp_path / "named.csv")) == 2


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "lyrics need an input"),
        ("missing.csv", r"missing.csv: no such file or folder; nothing was read in its place"),
        ("corpus:nowhere", "nowhere"),
        ("songs.zip", r"songs.zip is not of a kind musicdata reads lyrics from \(\.csv"),
        ("pairs.csv", r"pairs.csv has no column with lyrics: its columns are work, row_a; known for the words are lyrics"),
        ("empty", r"holds no lyrics: none of its files ends in \.csv"),
        ("nothing", r"holds no lyrics: pairs.csv: no column has lyrics: its columns are work"),
        ("songs.parquet.gz", "is not of a kind"),
    ],
)  # fmt: skip
def test_what_is_missing_or_none_is_an_error_with_its_reason(tmp_path: Path, source: str, message: str) -> None:
    write(tmp_path, "pairs.csv", "work,row_a\n")
    write(tmp_path, "songs.zip", b"PK")
    write(tmp_path, "songs.parquet.gz", b"")
    write(tmp_path, "nothing/pairs.csv", "work\n")
    (tmp_path / "empty").mkdir()
    given = source if source in ("", "corpus:nowhere") else str(tmp_path / source)
    with pytest.raises(InputError, match=message):
        inputs.find(given)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([".csv", ".tsv", ".json", ".jsonl", ".parquet", ".csv.gz", ".txt"]),
    st.one_of(
        st.binary(max_size=200),
        st.text('[]{}",:;\t\n\\ud8Lyrics 1e9', max_size=80).map(str.encode),
        st.text(max_size=40).map(lambda text: b"Lyrics,Song\n" + text.encode("utf-8", "surrogatepass")),
    ),
)
def test_no_bytes_do_anything_but_give_rows_faults_or_an_error(tmp_path: Path, ending: str, data: bytes) -> None:
    path = write(tmp_path, f"songs{ending}", data)
    file = SourceFile(path.name, path, ending.removesuffix(".gz"))
    made: list[Row | Fault] = []
    with contextlib.suppress(InputError):
        made = list(inputs.rows(file))
    assert all(isinstance(row, Row) or row.detail.encode() for row in made)
    with contextlib.suppress(InputError):
        assert all(len(name.encode()) <= len(data) * 3 for name in inputs.columns(file))


@pytest.mark.skipif(os.name != "posix", reason="file names are bytes on POSIX alone")
def test_a_name_that_is_no_text_is_shown_by_its_numbers(tmp_path: Path) -> None:
    place = os.fsencode(tmp_path) + b"/caf\xe9.csv"
    Path(os.fsdecode(place)).write_bytes(CSV.encode())
    for source in (tmp_path, Path(os.fsdecode(place))):
        assert [name for name, _ in songs(source)] == ["caf\\udce9.csv"] * 2


def test_the_digest_is_of_names_and_content_not_of_place(tmp_path: Path) -> None:
    one = inputs.find(str(write(tmp_path, "one/songs.csv", CSV))).digest()
    assert inputs.find(str(write(tmp_path, "two/songs.csv", CSV))).digest() == one
    assert inputs.find(str(tmp_path / "two")).digest() == one
    assert inputs.find(str(write(tmp_path, "two/songs.csv", CSV + "C,Three,Pop,en,x\n"))).digest() != one


def test_songs_are_counted_by_the_length_of_the_first(tmp_path: Path) -> None:
    path = write(tmp_path, "songs.csv", HEADER + "A,One,Rock,en,some words of a song\n" * 3000)
    assert inputs.count(inputs.find(str(path))) == pytest.approx(3000, rel=0.02)


def test_the_corpus_has_words_with_line_breaks_and_what_scores_state() -> None:
    source = inputs.find("corpus:music21")
    (file,) = (file for file in source.files if file.name == "music21 corpus: bach/bwv101.7.mxl")
    (row,) = inputs.rows(file)
    assert isinstance(row, Row)
    assert (row.cells["artist"], row.cells["title"]) == ("J.S. Bach", "bwv101.7")
    assert row.song_id.startswith("bwv101_7_")
    lines = row.cells["lyrics"].split("\n")
    assert lines[:2] == ["Nimm von uns, Herr,", "du treuer Gott die schwere Straf' und grosse Noth,"]
    assert source.version.startswith("music21 ")
    assert len({file.detail for file in source.files}) == len(source.files) > 400


def test_a_score_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    broken = write(tmp_path, "broken.xml", "<score-partwise>")
    (fault,) = scores.rows(SourceFile("broken.xml", broken, "score", detail="broken"))
    assert isinstance(fault, Fault)
    assert fault.row == 0

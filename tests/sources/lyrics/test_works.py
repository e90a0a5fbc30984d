"""A table beside the songs that says which are versions of one work."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.errors import InputError
from musicdata.sources.lyrics import inputs, works
from musicdata.sources.lyrics.listing import Listing, songs
from tests.sources.lyrics.tables import HEADER, write

SONGS = HEADER + "A,One,Rock,en,la\nB,Two,Rock,de,lo\nC,Three,Rock,fr,li\n"
WITH_IDS = "song_id,Lyrics,work\ns1,la,own\ns2,lo,\n"


def told(source: Path, table: Path) -> list[tuple[str, str | None, str | None]]:
    found = inputs.find(str(source))
    read = songs(found, works.read(str(table), found), Listing())
    return [(song.source, song.work_id, song.licence) for song, _ in read]


def test_rows_are_counted_from_one_and_may_name_a_licence(tmp_path: Path) -> None:
    source = write(tmp_path, "songs.csv", SONGS)
    table = write(tmp_path, "works.tsv", "row\twork\tlicence\tsong_id\n1\tw1\tCC0\tx\n3\tw1\t\ty\n")
    assert told(source, table) == [("songs.csv", "w1", "CC0"), ("songs.csv", None, None), ("songs.csv", "w1", None)]


def test_songs_are_named_by_id_or_by_file_and_row_where_several_files_are_read(tmp_path: Path) -> None:
    write(tmp_path, "in/a.csv", SONGS)
    write(tmp_path, "in/b.csv", WITH_IDS)
    by_id = write(tmp_path, "ids.csv", "song_id,work\ns1,w9\n")
    assert [work for _, work, _ in told(tmp_path / "in", by_id)] == [None, None, None, "w9", None]
    by_row = write(tmp_path, "rows.csv", "file,row,work\nin/a.csv,1,no\na.csv,2,w2\nb.csv,2,w2\n")
    assert [work for _, work, _ in told(tmp_path / "in", by_row)] == [None, "w2", None, "own", "w2"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("row,name\n1,x\n", "no column work"),
        ("title,work\nOne,x\n", "names no songs: expected a column row or song_id"),
        ("row,work\nx,w\n", "row 1: 'x' is no number of a row"),
        ("row,work\n9,w\n", "none of its 1 rows names a song of the input"),
        ('row,work\n1,"w\n', "row 1: line 2: a quotation mark is not closed"),
    ],
)
def test_a_table_that_does_not_say_which_songs_is_an_error(tmp_path: Path, content: str, message: str) -> None:
    source, table = write(tmp_path, "songs.csv", SONGS), write(tmp_path, "works.csv", content)
    with pytest.raises(InputError, match=message):
        told(source, table)


def test_a_missing_table_is_an_error_and_none_is_none(tmp_path: Path) -> None:
    source = write(tmp_path, "songs.csv", SONGS)
    with pytest.raises(InputError, match=r"works .*gone.tsv: no such file"):
        told(source, tmp_path / "gone.tsv")
    assert works.read("", inputs.find(str(source))) is works.NONE
    write(tmp_path, "in/a.csv", SONGS)
    write(tmp_path, "in/b.csv", SONGS)
    with pytest.raises(InputError, match="since 2 files are read, row and file"):
        told(tmp_path / "in", write(tmp_path, "works.csv", "row,work\n1,w\n"))

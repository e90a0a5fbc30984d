"""Where interpretations come from: every kind of file, sets of files, and what is told where there are none."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from musicdata.errors import InputError
from musicdata.sources.interpretations import inputs
from musicdata.sources.tabular.rows import Fault, Row
from tests.music.formats.pickled import LyricsCommentData, MusicData, dumped
from tests.sources.interpretations.sets import KINDS, ROWS, as_file, write


@pytest.mark.parametrize("ending", KINDS)
def test_every_kind_of_file_gives_the_same_rows(tmp_path: Path, ending: str) -> None:
    source = inputs.find(str(as_file(tmp_path, f"dataset_test{ending}", ROWS)))
    (one,) = source.files
    rows = list(inputs.rows(one.file))
    assert [row.cells for row in rows if isinstance(row, Row)] == ROWS
    assert [row.row for row in rows] == list(range(1, len(ROWS) + 1))
    assert (one.variant, one.split) == ("", "")  # the name of a single file says nothing
    assert source.ignored() == {}


def test_in_a_folder_names_of_files_say_variant_and_split(tmp_path: Path) -> None:
    for name in ("dataset_full_256", "dataset_not_negative_256", "dataset_positive_256", "dataset_test"):
        as_file(tmp_path, f"set/{name}.pkl", ROWS)
    as_file(tmp_path, "set/Positive-Validation.jsonl", ROWS)
    write(tmp_path, "set/songs.csv", "artist,title\na,b\n")
    write(tmp_path, "set/broken.pkl", b"\x80\x04]")
    write(tmp_path, "set/readme.md", "no data")
    source = inputs.find(str(tmp_path / "set"))
    assert [(one.name, one.variant, one.split) for one in source.read()] == [
        ("Positive-Validation.jsonl", "positive", "valid"),
        ("dataset_full_256.pkl", "full", ""),
        ("dataset_not_negative_256.pkl", "not_negative", ""),
        ("dataset_positive_256.pkl", "positive", ""),
        ("dataset_test.pkl", "", "test"),
    ]
    assert {one.name: one.file.fault for one in source.files if one.file.fault} == {
        "broken.pkl": "unreadable_file", "songs.csv": "no_interpretations_column",
    }  # fmt: skip


def test_a_folder_with_one_file_is_no_test_set(tmp_path: Path) -> None:
    as_file(tmp_path, "positive_test.json", ROWS)
    (one,) = inputs.find(str(tmp_path)).files
    assert (one.variant, one.split) == ("positive", "")


def test_the_digest_is_of_content_and_names_not_of_places(tmp_path: Path) -> None:
    first, second, third = (
        as_file(tmp_path, f"{place}/rows.jsonl", ROWS[:n]) for place, n in (("a", 9), ("b", 9), ("c", 8))
    )
    digests = [inputs.find(str(path)).digest() for path in (first, second, third, first.parent)]
    assert digests[0] == digests[1] == digests[3] != digests[2]


@pytest.mark.parametrize("ending", KINDS)
def test_rows_are_counted_by_the_first_of_them(tmp_path: Path, ending: str) -> None:
    many = [row | {"comment": f"{row['comment']} {number}"} for number in range(100) for row in ROWS]
    (one,) = inputs.find(str(as_file(tmp_path, f"rows{ending}", many))).files
    counted = inputs.count(one.file)
    if ending.endswith(".gz"):  # how much it unpacks to nobody knows
        assert counted >= 500
    else:
        assert counted == pytest.approx(3000, rel=0.5 if "json" in ending else 0.1)
    (one,) = inputs.find(str(as_file(tmp_path, f"few{ending}", ROWS))).files
    assert inputs.count(one.file) == len(ROWS)


def test_records_with_all_their_comments_and_dicts_are_read(tmp_path: Path) -> None:
    for name, value in (("a", [MusicData("la", [("fine", 3)])]), ("b", [{"lyrics": "la", "comments": [("fine", 3)]}])):
        path = write(tmp_path, f"{name}.pkl", dumped(value, 2, "__main__"))
        (one,) = inputs.find(str(path)).files
        assert list(inputs.rows(one.file)) == [Row(1, {"lyrics": "la", "comments": [("fine", 3)]})]


def test_items_that_are_no_records_are_faults(tmp_path: Path) -> None:
    rows = [LyricsCommentData("i", "s", "l", "c"), ("l", "c"), None, {1: "x"}]
    (one,) = inputs.find(str(write(tmp_path, "rows.pkl", dumped(rows, 5)))).files
    assert [row.reason if isinstance(row, Fault) else row.row for row in inputs.rows(one.file)] == [
        1, "not_an_object", "not_an_object", "not_an_object",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("rows.csv", "artist,title,lyrics\na,b,c\n", r"no column with interpretations: its columns are artist, title"),
        ("rows.txt", "words", r"not of a kind musicdata reads interpretations from \(\.pkl"),
        ("rows.pkl", pickle.dumps([print]), r"rows\.pkl cannot be read as a pickle of records: byte \d+: it asks for"),
        ("rows.pkl", dumped([LyricsCommentData("i", "s", "l", "c")], 4)[:40], r"it breaks off"),
        ("rows.pkl", b"", r"breaks off"),
        (
            "rows.pkl",
            b"\x80\x04\x95" + (10 << 30).to_bytes(8, "little") + b"].",
            r"a frame of 10,737,418,240 bytes in a",
        ),
        ("rows.pkl.gz", b"no gzip", r"cannot be read"),
        ("rows.json", '[{"comment": "a"}, {"comm', r"its array breaks off: .* begins at character 19"),
        ("rows.parquet", b"PAR1", r"cannot be read as Parquet"),
    ],
)
def test_what_cannot_be_read_is_an_error(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    path = write(tmp_path, name, content)
    with pytest.raises(InputError, match=message):
        list(inputs.rows(inputs.find(str(path)).files[0].file))


def test_a_missing_input_and_an_empty_folder_are_errors(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for source, message in (
        ("", "need an input"),
        (tmp_path / "gone.pkl", "no such file"),
        (tmp_path / "empty", "holds no"),
    ):
        with pytest.raises(InputError, match=message):
            inputs.find(str(source))

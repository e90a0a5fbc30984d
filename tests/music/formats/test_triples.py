from __future__ import annotations

import csv
import io
import random
import unicodedata
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import triples
from musicdata.music.formats.song import Song, SungNote

if TYPE_CHECKING:
    from musicdata.definitions.arrow import Array

pytestmark = pytest.mark.timeout(60)

COLUMNS = ["song", "pitch", "duration", "rest", "syllable", "word"]
ROWS: list[list[Any]] = [
    ["one", 60, 1.0, 0.0, "Twin", "Twinkle"],
    ["one", 62, 0.5, 0.0, "kle", "Twinkle"],
    ["two", 64, 1.5, 2.0, "star", "star"],
    ["one", 65, 1.0, 4.0, "lit", "little"],
    ["one", 67, 1.0, 0.0, "tle", "little"],
]
ONE = [
    SungNote(60, 1.0, 0.0, "Twin", "Twinkle", 0),
    SungNote(62, 0.5, 0.0, "kle", "Twinkle", 0),
    SungNote(65, 1.0, 4.0, "lit", "little", 1),
    SungNote(67, 1.0, 0.0, "tle", "little", 1),
]
TWO = [SungNote(64, 1.5, 2.0, "star", "star", 0)]


def as_csv(rows: list[list[Any]], columns: list[str] = COLUMNS, delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([columns, *rows])
    return text.getvalue().encode("utf-8")


def as_parquet(rows: list[list[Any]], columns: list[str] = COLUMNS, **options: Any) -> bytes:
    cells = zip(*rows, strict=True) if rows else [[] for _ in columns]
    return save(pa.table([pa.array(list(column)) for column in cells], names=columns), **options)


def save(table: pa.Table, **options: Any) -> bytes:
    data = io.BytesIO()
    pq.write_table(table, data, **options)
    return data.getvalue()


def notes(data: bytes, name: str = "x.csv", **options: Any) -> list[SungNote]:
    (song,) = triples.read(data, name, **options)
    return list(song.notes)


def refusal(data: bytes, name: str = "x.csv") -> FormatError:
    with pytest.raises(FormatError, match=name) as caught:
        triples.read(data, name)
    assert len(str(caught.value)) < 1000
    return caught.value


TABLES = {
    "x.csv": as_csv(ROWS),
    "x.CSV": b"\xef\xbb\xbf" + as_csv(ROWS).replace(b"\r\n", b"\n"),
    "x.tsv": as_csv(ROWS, delimiter="\t"),
    "x.parquet": as_parquet(ROWS),
    "y.parquet": as_parquet(ROWS, write_page_checksum=True, compression="zstd", row_group_size=2),
    "z.parquet": as_parquet(ROWS, use_dictionary=False, data_page_version="2.0"),
}


@pytest.mark.parametrize("name", TABLES)
def test_songs_come_in_order_of_first_appearance(name: str) -> None:
    found = triples.read(TABLES[name], name)
    assert found == [
        Song("one", None, None, None, None, None, ONE),
        Song("two", None, None, None, None, None, TWO),
    ]


def test_without_song_column_the_file_is_one_song() -> None:
    rows = [row[1:] for row in ROWS]
    (song,) = triples.read(as_csv(rows, COLUMNS[1:]), "x.csv")
    assert song.name == ""
    assert [note.word_index for note in song.notes] == [0, 0, 1, 2, 2]


def test_units() -> None:
    assert notes(as_csv(ROWS[:2]), unit_ql=0.5) == [
        SungNote(60, 0.5, 0.0, "Twin", "Twinkle", 0),
        SungNote(62, 0.25, 0.0, "kle", "Twinkle", 0),
    ]
    columns = ["pitch", "duration_ql", "rest", "syllable"]
    (note,) = notes(as_csv([[60, 1, 2, "la"]], columns), unit_ql=0.5)
    assert (note.duration_ql, note.rest_ql) == (1.0, 1.0)
    columns = ["pitch", "duration", "rest_ql", "syllable"]
    (note,) = notes(as_csv([[60, 1, 2, "la"]], columns), unit_ql=0.5)
    assert (note.duration_ql, note.rest_ql) == (0.5, 2.0)
    for bad in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="unit_ql"):
            triples.read(as_csv(ROWS), "x.csv", unit_ql=bad)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1.0), ("1.0", 1.0), (" +.5 ", 0.5), ("2.", 2.0), ("1e-1", 0.1), ("1/3", 1 / 3), ("2.5E0", 2.5)],
)
def test_numbers_that_are_read(text: str, value: float) -> None:
    assert notes(as_csv([["s", 60, text, 0, "la", "la"]]))[0].duration_ql == value
    assert notes(as_csv([["s", "60.0", 1, text, "la", "la"]]))[0].rest_ql == value


BAD_NUMBERS = {
    "pitch": ["", "60.5", "128", "-1", "C4", "nan", "inf", "1e300", "6_0", "٦٠", "0x3c", "60,0", "9" * 400],
    "duration": [
        "",
        "0",
        "-1",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "1e300",
        "0,5",
        "1/0",
        "-1/3",
        "one",
        "1 2",
        "١",
    ],
    "rest": ["", "-0.5", "nan", "inf", "1e300", "1e-999x", "--1", "NULL", "None"],
}
CASES = [(column, text) for column, texts in BAD_NUMBERS.items() for text in texts]


@pytest.mark.parametrize(("column", "text"), CASES, ids=lambda value: value[:10] or "empty")
def test_numbers_that_are_refused(column: str, text: str) -> None:
    rows = [list(row) for row in ROWS]
    rows[3][COLUMNS.index(column)] = text
    error = refusal(as_csv(rows))
    assert error.reason == "bad_value"
    assert f"row 4 below the header (song 'one'), column {column}" in error.detail


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("pitch", float("nan")),
        ("pitch", None),
        ("pitch", 60.5),
        ("pitch", 128.0),
        ("duration", float("inf")),
        ("duration", None),
        ("duration", 1e300),
        ("rest", float("nan")),
        ("rest", -1.0),
    ],
)
def test_parquet_numbers_that_are_refused(column: str, value: float | None) -> None:
    rows = [[row[0], float(row[1]), *row[2:]] for row in ROWS]
    rows[1][COLUMNS.index(column)] = value
    error = refusal(as_parquet(rows), "x.parquet")
    assert error.reason == "bad_value"
    assert f"row 2 below the header (song 'one'), column {column}" in error.detail


def test_bad_song_does_not_lose_the_others() -> None:
    rows = [
        *ROWS,
        ["three", 60, 1, 0, "la", "la"],
        ["two", 60, "nan", 0, "la", "la"],
        ["two", "x", 1, 0, "", ""],
    ]
    outcomes = triples.read_each(as_csv(rows), "x.csv")
    assert list(outcomes) == ["one", "two", "three"]
    fault = outcomes["two"]
    assert isinstance(fault, FormatError)
    assert fault.detail.startswith("x.csv: row 7 below the header (song 'two'), column duration")
    one = outcomes["one"]
    assert isinstance(one, Song)
    assert one.notes == ONE
    assert isinstance(outcomes["three"], Song)
    assert refusal(as_csv(rows)).detail == fault.detail


TEXTS = {
    'say "hi"': 'say "hi"',
    "a\nb": "a b",
    " a \t b\r\n": "a b",
    "a,b;c": "a,b;c",
    "🎵": "🎵",
    "👨‍👩‍👧": "👨‍👩‍👧",
    "שָׁלוֹם": "שָׁלוֹם",
    "عَلَيْكُمْ": "عَلَيْكُمْ",
    "e\u0301t\u00e9": "été",
    "syl-": "syl",
    "-la_": "la",
    "rock-'n'-roll": "rock-'n'-roll",
    "=cmd()": "=cmd()",
    "NaN": "NaN",
    "null": "null",
    "007": "007",
    "1e5": "1e5",
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.parquet"])
def test_texts_are_kept(name: str, text: str) -> None:
    rows = [["s", 60, 1.0, 0.0, text, "la"], ["s", 60, 1.0, 0.0, "la", text]]
    data = as_parquet(rows) if name == "x.parquet" else as_csv(rows, delimiter="," if name == "x.csv" else "\t")
    expected = unicodedata.normalize("NFC", TEXTS[text])
    found = notes(data, name)
    assert (found[0].syllable, found[1].word) == (expected, expected)


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "x" * 201, "x" * 100_000, "\x7f"], ids=lambda text: text[:4])
def test_texts_that_cannot_be_sung_are_refused(text: str) -> None:
    for column in (4, 5):
        row: list[Any] = ["s", 60, 1.0, 0.0, "la", "la"]
        row[column] = text
        assert refusal(as_csv([row])).reason == "bad_value"
        assert refusal(as_parquet([row]), "x.parquet").reason in {"bad_value", "too_large"}


def words(rows: list[list[Any]], columns: list[str]) -> list[tuple[str | None, int | None]]:
    rows = [[60, 1, 0, *row] for row in rows]
    return [(note.word, note.word_index) for note in notes(as_csv(rows, ["pitch", "duration", "rest", *columns]))]


def test_word_ends_where_its_syllables_spell_it_out() -> None:
    rows: list[list[Any]] = [["la", "la"], ["la", "la"]]
    rows += [["bet", "better"], ["ter,", "better"], ["Bet", "better"], ["ter", "better"]]
    assert [index for _, index in words(rows, ["syllable", "word"])] == [0, 1, 2, 2, 3, 3]


def test_word_index_column_parts_repeated_words() -> None:
    rows: list[list[Any]] = [["bye", 7], ["bye", 7], ["bye", 8], ["now", 8], ["now", "x"]]
    assert [index for _, index in words(rows, ["word", "word_index"])] == [0, 0, 1, 2, 3]


def test_words_alone_have_to_be_split_later() -> None:
    rows = [["wonderful"]] * 3 + [["star"]]
    found = notes(as_csv([[60, 1, 0, *row] for row in rows], ["pitch", "duration", "rest", "word"]))
    assert [(note.syllable, note.word, note.word_index) for note in found] == [
        *[(None, "wonderful", 0)] * 3,
        (None, "star", 1),
    ]


def test_syllables_alone_have_no_words() -> None:
    assert words([["won"], ["der"]], ["syllable"]) == [(None, None), (None, None)]
    assert words([["won", ""], ["der", "x"], ["x", ""], ["x", "x"]], ["syllable", "word"]) == [
        (None, None),
        ("x", 0),
        (None, None),
        ("x", 1),
    ]


def test_row_needs_a_syllable_or_a_word_and_words_need_all_syllables_or_none() -> None:
    for rows in (
        [["", ""]],
        [["-", ""]],
        [["won", "wonder"], ["", "wonder"]],
        [["", "wonder"], ["der", "wonder"]],
    ):
        table = as_csv([[60, 1, 0, *row] for row in rows], ["pitch", "duration", "rest", "syllable", "word"])
        assert refusal(table).reason == "bad_value"


def test_word_whose_syllables_never_spell_it_takes_no_time() -> None:
    table = as_csv([[60, 1, 0, "x" * 190, "la"]] * 20_000, ["pitch", "duration", "rest", "syllable", "word"])
    assert {note.word_index for note in notes(table)} == {0}


ABOUT = ["title", "composer", "lyricist", "language", "rights"]


def test_what_is_stated_of_a_song() -> None:
    stated = ['A "title"', "Jane Taylor", "", "EN", "CC0"]
    rows = [[*ROWS[0], *stated], [*ROWS[1], *[""] * 5], [*ROWS[2], "Other", *[""] * 4]]
    one, two = triples.read(as_csv(rows, [*COLUMNS, *ABOUT]), "x.csv")
    assert (one.title, one.composer, one.lyricist) == ('A "title"', "Jane Taylor", None)
    assert (one.language, one.rights) == ("en", "CC0")
    assert (two.title, two.language) == ("Other", None)


@pytest.mark.parametrize(
    "change",
    [{"title": "Another"}, {"language": "de"}, {"language": "english"}, {"rights": "x" * 3000}],
    ids=str,
)
def test_statements_that_contradict_or_mean_nothing(change: dict[str, str]) -> None:
    stated = dict(zip(ABOUT, ["A", "B", "C", "en", "CC0"], strict=True))
    rows = [[*ROWS[0], *stated.values()], [*ROWS[1], *(stated | change).values()]]
    error = refusal(as_csv(rows, [*COLUMNS, *ABOUT]))
    assert error.reason == "bad_value"
    assert f"column {next(iter(change))}" in error.detail


def test_header_is_read_without_regard_to_case_and_order_and_other_columns() -> None:
    columns = ["Comment", "WORD", "Syllable ", " rest", "Duration", "PITCH"]
    assert notes(as_csv([["!", "star", "star", 0, 1, 60]], columns)) == [SungNote(60, 1.0, 0.0, "star", "star", 0)]


@pytest.mark.parametrize(
    ("columns", "reason", "named"),
    [
        (["pitch", "duration", "rest"], "missing_column", "syllable or word"),
        (["duration", "rest", "word"], "missing_column", "pitch"),
        (["pitch", "rest", "word"], "missing_column", "duration or duration_ql"),
        (["pitch", "duration", "word"], "missing_column", "rest or rest_ql"),
        (["pitch;duration;rest;word"], "missing_column", "pitch;duration"),
        (["pitch", "duration", "rest", "word", "pitch"], "duplicate_column", "pitch"),
        (["pitch", "duration", "rest", "word", "Word "], "duplicate_column", "word"),
        (["pitch", "duration", "duration_ql", "rest", "word"], "duplicate_column", "duration_ql"),
    ],
)
def test_header_that_is_refused(columns: list[str], reason: str, named: str) -> None:
    error = refusal(as_csv([["60"] * len(columns)], columns))
    assert error.reason == reason
    assert named in error.detail


UNREADABLE = {
    "empty": (b"", "x.csv", "missing_column"),
    "empty tsv": (b"", "x.tsv", "missing_column"),
    "empty parquet": (b"", "x.parquet", "unreadable_table"),
    "header only": (as_csv([]), "x.csv", "no_notes"),
    "no rows": (as_parquet([], COLUMNS), "x.parquet", "bad_type"),
    "other ending": (as_csv(ROWS), "x.xlsx", "unreadable_table"),
    "no ending": (as_csv(ROWS), "x", "unreadable_table"),
    "latin-1": (as_csv([["s", 60, 1, 0, "é", "é"]]).decode().encode("latin-1"), "x.csv", "bad_encoding"),
    "utf-16": (as_csv(ROWS).decode().encode("utf-16"), "x.csv", "bad_encoding"),
    "open quote": (as_csv(ROWS) + b'one,60,1,0,"la,la\r\n', "x.csv", "unreadable_table"),
    "text behind quote": (as_csv(ROWS) + b'one,60,1,0,"la"x,la\r\n', "x.csv", "unreadable_table"),
    "too few cells": (as_csv([*ROWS, ["one", 60]]), "x.csv", "bad_row"),
    "too many cells": (as_csv([*ROWS, [*ROWS[0], ""]]), "x.csv", "bad_row"),
    "song without name": (as_csv([*ROWS, ["", *ROWS[0][1:]]]), "x.csv", "bad_row"),
    "giant cell": (as_csv([["s", 60, 1, 0, "la", "x" * 200_000]]), "x.csv", "unreadable_table"),
    "csv as parquet": (as_csv(ROWS), "x.parquet", "unreadable_table"),
    "parquet as csv": (as_parquet(ROWS, compression="zstd"), "x.csv", "bad_encoding"),
    "cut off": (as_parquet(ROWS)[:-20], "x.parquet", "unreadable_table"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_files_are_refused(name: str) -> None:
    data, file_name, reason = UNREADABLE[name]
    assert refusal(data, file_name).reason == reason


def parquet_with(column: str, values: Array) -> bytes:
    table = pa.table([pa.array(list(cells)) for cells in zip(*ROWS[:2], strict=True)], names=COLUMNS)
    if column in COLUMNS:
        return save(table.set_column(COLUMNS.index(column), column, values))
    return save(table.append_column(column, values))


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("pitch", pa.array(["60", "61"])),
        ("pitch", pa.array([True, False])),
        ("pitch", pa.array([[60], [61]])),
        ("duration", pa.array([1, 2], pa.timestamp("s"))),
        ("word", pa.array([b"a", b"b"])),
        ("word", pa.array([1, 2])),
        ("word", pa.array([{"a": 1}, {"a": 2}])),
        ("song", pa.array([1, 2])),
        ("syllable", pa.array([None, None])),
        ("other", pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16] * 2, pa.binary(16)))),
        ("word", pa.ExtensionArray.from_storage(pa.json_(), pa.array(["1", "2"]))),
    ],
    ids=str,
)
def test_parquet_types_that_are_refused(column: str, values: Array) -> None:
    assert refusal(parquet_with(column, values), "x.parquet").reason == "bad_type"


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("pitch", pa.array([60, 62], pa.uint8())),
        ("pitch", pa.array([60, 62], pa.float32())),
        ("word", pa.array(["Twinkle", "Twinkle"], pa.large_string())),
        ("word", pa.array(["Twinkle", "Twinkle"]).dictionary_encode()),
        ("word_index", pa.array([3, 3])),
    ],
    ids=str,
)
def test_parquet_types_that_are_read(column: str, values: Array) -> None:
    assert notes(parquet_with(column, values), "x.parquet") == ONE[:2]


def test_damaged_page_is_noticed() -> None:
    data = bytearray(as_parquet(ROWS * 50, write_page_checksum=True, compression="none", use_dictionary=False))
    place = data.index(b"\x07\x00\x00\x00Twinkle") + 4
    data[place] = ord("U")
    assert pq.read_table(io.BytesIO(bytes(data)))["word"][0].as_py() == "Uwinkle", "unnoticed without checksums"
    assert refusal(bytes(data), "x.parquet").reason == "unreadable_table"


def test_parquet_bombs_are_refused() -> None:
    n_rows = triples.MAX_ROWS + 1
    rows = pa.table({"pitch": pa.array([60] * n_rows, pa.int8())})
    for column in ("duration", "rest"):
        rows = rows.append_column(column, pa.array([1.0] * n_rows))
    rows = rows.append_column("word", pa.array(["la"] * n_rows).dictionary_encode())
    assert len(data := save(rows, compression="zstd")) < 100_000
    assert refusal(data, "x.parquet").reason == "too_large"

    words = pa.DictionaryArray.from_arrays(pa.array([0] * 900_000, pa.int32()), pa.array(["x" * 10_000_000]))
    bomb = rows.slice(0, 900_000).set_column(3, "word", words)
    assert len(data := save(bomb, compression="zstd")) < 200_000
    peak = pa.default_memory_pool().max_memory() or 0
    assert refusal(data, "x.parquet").reason == "too_large"
    assert (pa.default_memory_pool().max_memory() or 0) < peak + 200_000_000


def test_large_file_is_refused() -> None:
    assert refusal(bytes(triples.MAX_BYTES + 1)).reason == "too_large"


@pytest.mark.parametrize("name", ["x.csv", "x.parquet", "y.parquet", "z.parquet"])
def test_mutated_files_give_songs_or_a_refusal_and_nothing_else(name: str) -> None:
    chance = random.Random(9)
    refused = 0
    for turn in range(300):
        data = bytearray(TABLES[name])
        if turn % 6 == 0:
            del data[chance.randrange(len(data)) :]
        for _ in range(chance.choice((1, 1, 2, 8))):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            songs = triples.read(bytes(data), name)
        except FormatError:
            refused += 1
        else:
            assert all(
                0 <= note.pitch <= 127 and note.duration_ql > 0 <= note.rest_ql for s in songs for note in s.notes
            )
    assert 30 < refused < 300

"""JSON lines and arrays of songs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from musicdata.errors import InputError
from musicdata.sources.lyrics import inputs
from musicdata.sources.tabular import objects
from musicdata.sources.tabular.rows import Fault, Row
from tests.sources.lyrics.tables import read, write

SONGS: list[dict[str, Any]] = [
    {"artist": f"Artist {number}", "title": f"Song {number}", "lyrics": f"one\ntwo {number} üß\n" * number, "views": number}
    for number in range(1, 40)
]  # fmt: skip


def values(path: Path) -> list[Any]:
    return [row.cells if isinstance(row, Row) else row.reason for row in read(path)]


@pytest.mark.parametrize("piece", [7, 100, 1 << 20])
def test_lines_and_arrays_hold_the_same_whatever_the_pieces(
    tmp_path: Path, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_PIECE", piece)
    lines = write(tmp_path, "songs.jsonl", "\ufeff" + "\n\n".join(json.dumps(song) for song in SONGS))
    assert values(lines) == SONGS
    for number, text in enumerate((json.dumps(SONGS), json.dumps(SONGS, indent=2, ensure_ascii=False))):
        assert values(write(tmp_path, f"{number}.json", text)) == SONGS
    assert values(write(tmp_path, "lines.json", "\r\n".join(json.dumps(song) for song in SONGS))) == SONGS


def test_lines_that_are_no_objects_are_faults_and_the_others_are_read(tmp_path: Path) -> None:
    content = f'{json.dumps(SONGS[0])}\n{{"broken\n[1, 2]\n{"[" * 5000}\n"text"\n{json.dumps(SONGS[1])}'
    path = write(tmp_path, "songs.ndjson", content)
    assert values(path) == [SONGS[0], "bad_json", "not_an_object", "bad_json", "not_an_object", SONGS[1]]
    assert [row.row for row in read(path) if isinstance(row, Fault)] == [2, 3, 4, 5]


def test_a_line_without_an_end_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "_PIECE", 100)
    monkeypatch.setattr(objects, "_MAX_OBJECT", 1000)
    path = write(tmp_path, "songs.jsonl", json.dumps(SONGS[0]) + "\n" + json.dumps({"lyrics": "x" * 5000}))
    assert values(path) == [SONGS[0], "bad_json"]


@pytest.mark.parametrize("content", ['[{"lyrics": "a"}', '[{"lyrics": "a"}, {"lyr', "[{]", "["])
def test_an_array_that_breaks_off_is_an_error(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match=r"its array breaks off: .* begins at character \d"):
        read(write(tmp_path, "songs.json", content))


def test_elements_of_other_kinds_are_faults(tmp_path: Path) -> None:
    assert values(write(tmp_path, "songs.json", '[1, {"lyrics": "a"}, null]')) == [
        "not_an_object", {"lyrics": "a"}, "not_an_object",
    ]  # fmt: skip
    assert values(write(tmp_path, "empty.json", "[]")) == []


def test_a_key_that_stands_twice_is_a_fault_where_its_values_differ(tmp_path: Path) -> None:
    content = [
        '{"lyrics": "a", "lyrics": "b"}',
        '{"lyrics": "a", "lyrics": "a"}',
        '{"x": [{"y": 1, "y": 2}], "lyrics": "a"}',
    ]
    expected = ["duplicate_key", {"lyrics": "a"}, "duplicate_key"]
    assert values(write(tmp_path, "songs.jsonl", "\n".join(content))) == expected
    assert values(write(tmp_path, "songs.json", f"[{','.join(content)}]")) == expected


def test_columns_are_the_fields_of_the_first_objects(tmp_path: Path) -> None:
    path = write(tmp_path, "songs.jsonl", '{"b": 1, "a": 2}\n{"c": 3}\n')
    assert inputs.columns(inputs.table(path)) == ["b", "a", "c"]

"""How far a worker is in a shard."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from musicdata.engine import underway
from musicdata.engine.underway import Underway, count
from musicdata.workspace.folder import Workspace


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(underway, "_EVERY_S", 0.0)


def shard(tmp_path: Path, name: str) -> Underway:
    folder = tmp_path / "state" / "scratch" / "render" / name
    folder.mkdir(parents=True)
    return Underway(folder)


def test_items_are_counted_by_their_keys_however_rows_come(tmp_path: Path) -> None:
    rows, tables = shard(tmp_path, "a"), shard(tmp_path, "b.pieces/0-4")
    for keys in (["a", "a"], ["a"], ["b", "b", "c"], [], ["d"]):
        rows.wrote(keys)
        tables.wrote(pa.chunked_array([pa.array(keys, pa.string())]))
    rows.dropped("e")
    rows.dropped("e")
    assert (rows.n_items, tables.n_items) == (5, 4)
    assert count(Workspace(tmp_path), "render") == 9
    assert count(Workspace(tmp_path), "align") == 0


def test_a_count_that_cannot_be_written_or_read_is_no_fault(tmp_path: Path) -> None:
    Underway(tmp_path / "gone").wrote(["a"])
    shard(tmp_path, "a").wrote(["a"])
    (tmp_path / "state" / "scratch" / "render" / "b").mkdir()
    (tmp_path / "state" / "scratch" / "render" / "b" / "items").write_text("")
    assert count(Workspace(tmp_path), "render") == 1

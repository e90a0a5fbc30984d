"""Tables of an index on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from musicdata.definitions.arrow import vectors
from musicdata.errors import IntegrityError
from musicdata_baselines.suites.text_search.searching.store import (
    Column,
    Names,
    map_rows,
    matrix,
    numbers,
    one_array,
    write_rows,
)

COLUMNS: dict[str, Any] = {
    "name": pa.chunked_array([["a", "é"], ["海", None]]),
    "n": pa.array([1, 2, 3, 4], pa.int32()),
    "v": vectors(pa.array(np.arange(8, dtype=np.float16)), pa.list_(pa.float16(), 2)),
}
TABLE = pa.table(COLUMNS)


@pytest.mark.parametrize("n", [0, 1, 4])
def test_a_table_comes_back_mapped(n: int, tmp_path: Path) -> None:
    table = TABLE.slice(0, n)
    write_rows(tmp_path, "t.arrow", table)
    found = map_rows(tmp_path, "t.arrow")
    assert found.to_pylist() == table.to_pylist()
    assert numbers(found, "n").tolist() == [1, 2, 3, 4][:n]
    assert matrix(found, "v").tolist() == np.arange(8).reshape(4, 2)[:n].tolist()
    if n:
        assert not matrix(found, "v").flags.owndata
        assert not numbers(found, "n").flags.writeable


def test_a_column_is_a_sequence() -> None:
    column = Column(one_array(TABLE, "name"))
    assert list(column) == ["a", "é", "海", None]
    assert (column[1], column[-2], column[1:3], len(column)) == ("é", "海", ["é", "海"], 4)
    with pytest.raises(IndexError):
        column[4]


def test_names_are_looked_up_where_they_lie() -> None:
    keys = sorted(["abba", "b", "björk", "海", "z"])
    names = Names(Column(pa.array(keys)), Column(pa.array([key.upper() for key in keys])))
    assert dict(names) == {key: key.upper() for key in keys}
    assert [name in names for name in ("björk", "bjork", "", "zz", "海")] == [True, False, False, False, True]
    assert len(names) == 5


def test_what_is_damaged_or_missing_is_named(tmp_path: Path) -> None:
    write_rows(tmp_path, "t.arrow", TABLE)
    whole = (tmp_path / "t.arrow").read_bytes()
    for data in (b"", whole[:-40], b"not arrow" * 50):
        (tmp_path / "t.arrow").write_bytes(data)
        with pytest.raises(IntegrityError, match=r"t\.arrow cannot be read .*--reindex"):
            map_rows(tmp_path, "t.arrow")
    with pytest.raises(IntegrityError, match=r"none\.arrow cannot be read"):
        map_rows(tmp_path, "none.arrow")
    (tmp_path / "link.arrow").symlink_to(tmp_path / "t.arrow")
    with pytest.raises(IntegrityError, match="is a link"):
        map_rows(tmp_path, "link.arrow")

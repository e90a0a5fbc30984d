"""Parquet files of any size, read in little memory."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from musicdata.sources.tabular import parquet_file
from musicdata.sources.tabular.rows import Row, SourceFile


def test_a_file_is_in_memory_only_where_it_is_read(tmp_path: Path) -> None:
    chance = random.Random(0)
    path = tmp_path / "rows.parquet"
    schema = pa.schema([("text", pa.string()), ("other", pa.string())])
    with pq.ParquetWriter(path, schema) as file:
        for _ in range(60):
            texts = [chance.randbytes(5_000).hex() for _ in range(20)]
            file.write_table(pa.table({"text": texts, "other": texts}, schema=schema))
    before = most = pa.total_allocated_bytes()
    n_rows = 0
    for row in parquet_file.rows(SourceFile("rows.parquet", path, ".parquet"), lambda names: names[:1]):
        assert isinstance(row, Row)
        assert list(row.cells) == ["text"]
        most = max(most, pa.total_allocated_bytes())
        n_rows += 1
    assert n_rows == 1200
    assert most - before < 0.6 * 1200 * 10_000  # which all texts together have; 512 rows are read at once

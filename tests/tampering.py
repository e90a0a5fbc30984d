"""Changing tables behind the engine's back, manifest and all, so that only the rows betray it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from musicdata.system.digests import sha256_of_file
from musicdata.workspace import records
from musicdata.workspace.folder import part_name


def manifest_of(work: Path, table: str) -> tuple[Path, dict[str, object]]:
    """Return the manifest that names the parts of `table`."""
    for path in sorted(work.glob("state/*/manifest.json")):
        manifest = records.read_manifest(path) or {}
        if table in manifest["tables"]:
            return path, manifest
    raise LookupError(table)


def rewrite(work: Path, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Replace the first part of `table` by what `change` makes of it."""
    path, manifest = manifest_of(work, table)
    part = next(shard["parts"][table] for shard in manifest["shards"] if table in shard["parts"])  # type: ignore[attr-defined]
    old = work / "tables" / table / part["file"]
    rows = change(pq.read_table(old, partitioning=None))
    old.unlink()
    new = old.with_name("new")
    pq.write_table(rows, new)
    digest = sha256_of_file(new)
    part.update(file=part_name(0, digest), sha256=digest, bytes=new.stat().st_size, rows=len(rows))
    new.rename(old.with_name(part["file"]))
    path.write_text(json.dumps(records.summed(manifest)), "utf-8")


def change_values(work: Path, table: str, column: str, change: Callable[[list[object]], list[object]]) -> None:
    """Change the values of a column of the first part of `table`."""

    def changed(rows: pa.Table) -> pa.Table:
        index, field = rows.column_names.index(column), rows.schema.field(column)
        return rows.set_column(index, field, pa.array(change(rows.column(column).to_pylist()), field.type))

    rewrite(work, table, changed)


def change_column(work: Path, table: str, column: str, change: Callable[[object], object]) -> None:
    """Change every value of a column of the first part of `table`."""
    change_values(work, table, column, lambda values: [change(value) for value in values])


def change_value(work: Path, table: str, column: str, row: int, change: Callable[[object], object]) -> None:
    """Change one value of the first part of `table`."""

    def changed(values: list[object]) -> list[object]:
        values[row] = change(values[row])
        return values

    change_values(work, table, column, changed)

"""Reads what stages made: whole tables of a workspace, with media, and columns of vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import contract
from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader


def tables(work: Path, *names: str, samples: int | None = None) -> dict[str, pa.Table]:
    """Return table → its rows, all columns; of the first so many samples only, where `samples` is given."""
    reader = TableReader(Workspace(work))
    found = {name: reader.read(name, [column.name for column in contract.load(name).columns]) for name in names}
    if samples is None:
        return found
    ids = pc.unique(found[names[0]].column("sample_id")).sort()[:samples]
    return {name: rows.filter(pc.is_in(rows.column("sample_id"), ids)) for name, rows in found.items()}


def vectors(work: Path, table: str, column: str = "vector") -> np.ndarray:
    """Return a vector column as an array of shape (rows, *shape)."""
    return unpacked(table, TableReader(Workspace(work)).read(table, [column]), column)


def unpacked(table: str, rows: pa.Table, column: str = "vector") -> np.ndarray:
    """Return a vector column of rows of a table as an array of shape (rows, *shape)."""
    return contract.load(table).column(column).unpack(rows.column(column))


def column(work: Path, table: str, name: str) -> np.ndarray:
    """Return a column of numbers or texts."""
    values: np.ndarray = TableReader(Workspace(work)).read(table, [name]).column(name).to_numpy()
    return values


def without(rows: pa.Table, name: str, *values: Any) -> pa.Table:
    """Return the rows that have none of these values in a column."""
    return rows.filter(pc.invert(pc.is_in(rows.column(name), pa.array(values))))

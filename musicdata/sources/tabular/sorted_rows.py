"""Rows in the order of a key, however they come and however many there are: sorted runs in files, by batches.

A run is what memory has room for. Whoever reads a range of keys reads of each run the batches that reach into it.
"""

from __future__ import annotations

import json
import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.system import paths
from musicdata.system.files import storage_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RUN_CHARACTERS = 24 << 20
_ROW_CHARACTERS = 200  # what a row takes beside its texts
_BATCH_ROWS = 256
_INDEX = "index"


@dataclass(slots=True)
class SortedRows:
    """Rows that are gathered in any order.

    Attributes:
        folder: where runs are written; nothing else is in it.
        schema: of the rows; the first column is the key, a text.
        order: places of the columns that rows of one key are sorted by.
    """

    folder: Path
    schema: pa.Schema
    order: tuple[int, ...]
    _waiting: list[tuple[Any, ...]] = field(default_factory=list)
    _n_characters: int = 0
    _index: list[tuple[int, int, str, str]] = field(default_factory=list)
    _n_runs: int = 0

    def add(self, row: tuple[Any, ...], n_characters: int) -> None:
        """Gather a row with about so many characters."""
        self._waiting.append(row)
        self._n_characters += n_characters + _ROW_CHARACTERS
        if self._n_characters >= _RUN_CHARACTERS:
            self._write_run()

    def close(self) -> None:
        """Write what is left, and which batch has which keys."""
        if self._waiting:
            self._write_run()
        path = self.folder / _INDEX
        with storage_faults(path), paths.create(path) as file:
            file.writelines(json.dumps(entry).encode() + b"\n" for entry in self._index)

    def _write_run(self) -> None:
        rows = sorted(self._waiting, key=operator.itemgetter(0, *self.order))
        path = self.folder / f"{self._n_runs}.arrow"
        with storage_faults(path), paths.create(path) as file, pa.ipc.new_file(file, self.schema) as run:
            for number, start in enumerate(range(0, len(rows), _BATCH_ROWS)):
                some = rows[start : start + _BATCH_ROWS]
                arrays = [
                    pa.array(values, column.type)
                    for values, column in zip(zip(*some, strict=True), self.schema, strict=True)
                ]
                run.write_batch(pa.record_batch(arrays, schema=self.schema))
                self._index.append((self._n_runs, number, some[0][0], some[-1][0]))
        self._waiting, self._n_characters = [], 0
        self._n_runs += 1


def between(folder: Path, schema: pa.Schema, order: tuple[int, ...], first: str, last: str) -> pa.Table:
    """Return the rows with keys in first..last, in order of their keys and of the columns in `order`."""
    batches: dict[int, list[int]] = {}
    for run, batch, begin, end in _index(folder):
        if begin <= last and first <= end:
            batches.setdefault(run, []).append(batch)
    pieces = [schema.empty_table()]
    for run, numbers in batches.items():
        with paths.open_regular(folder / f"{run}.arrow") as file, paths.native(file) as opened:
            reader = pa.ipc.open_file(opened)
            pieces += [pa.Table.from_batches([reader.get_batch(number)]) for number in numbers]
    rows = pa.concat_tables(pieces)
    keys = rows.column(0)
    is_between = pc.and_(pc.greater_equal(keys, pa.scalar(first)), pc.less_equal(keys, pa.scalar(last)))
    return rows.filter(is_between).sort_by([(schema.names[place], "ascending") for place in (0, *order)])


def _index(folder: Path) -> Iterator[Any]:
    with paths.open_regular(folder / _INDEX) as file:
        yield from map(json.loads, file)

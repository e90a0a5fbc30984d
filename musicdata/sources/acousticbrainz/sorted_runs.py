"""Rows in the order of their key, however they come and however many there are: an external merge sort.

Rows are gathered, sorted and written as runs; runs are read side by side. Of each no more than a piece is in memory.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import count_true
from musicdata.sources.acousticbrainz import rows as row_forms
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_ROWS_A_RUN = 500  # low-level: 7 MB
_ROWS_A_PIECE = 50
_RUNS_AT_ONCE = 16
_Order = Literal["ascending", "descending"]
_KEY: list[tuple[str, _Order]] = [("recording_id", "ascending"), ("submission", "ascending")]


class SortedRuns:
    """Rows that are gathered in any order and read in that of recording and submission.

    Args:
        schema: of the rows, `rows.LOWLEVEL` or `rows.HIGHLEVEL`.
        folder: where runs are written, if memory has no room for all rows.
        name: what their files' names begin with.
        rows_a_run: how many are sorted in memory.
    """

    def __init__(self, schema: pa.Schema, folder: Path, name: str, rows_a_run: int = _ROWS_A_RUN) -> None:
        self._schema = schema
        self._folder = folder
        self._name = name
        self._rows_a_run = rows_a_run
        self._gathered: list[dict[str, Any]] = []
        self._runs: list[Path] = []
        self._names = itertools.count()

    def add(self, row: dict[str, Any]) -> None:
        """Gather a row."""
        self._gathered.append(row)
        if len(self._gathered) >= self._rows_a_run:
            self._runs.append(self._written([self._sorted()]))

    def merged(self) -> Iterator[pa.Table]:
        """Yield all rows in their order, piece by piece; of several with one key, in the order in which they came."""
        while len(self._runs) > _RUNS_AT_ONCE:
            some, self._runs = self._runs[:_RUNS_AT_ONCE], self._runs[_RUNS_AT_ONCE:]
            merged = self._written(_merged([self._read(run) for run in some]))
            self._runs = [merged, *self._runs]
            for run in some:
                run.unlink()
        yield from _merged([*map(self._read, self._runs), iter([self._sorted()] if self._gathered else [])])

    def _sorted(self) -> pa.Table:
        rows, self._gathered = self._gathered, []
        return row_forms.packed(self._schema, rows)

    def _written(self, tables: Iterable[pa.Table]) -> Path:
        path = self._folder / f"{self._name}-{next(self._names)}.arrow"
        with paths.create(path) as file, pa.ipc.new_stream(file, self._schema) as stream:
            for table in tables:
                stream.write_table(table, max_chunksize=_ROWS_A_PIECE)
        return path

    def _read(self, run: Path) -> Iterator[pa.Table]:
        with paths.open_regular(run) as file, paths.native(file) as source, pa.ipc.open_stream(source) as stream:
            for batch in stream:
                yield pa.Table.from_batches([batch])


def _merged(runs: list[Iterator[pa.Table]]) -> Iterator[pa.Table]:
    """Yield the rows of sorted runs in order: again and again all that is not greater than the least of the last."""
    heads = [(head, run) for run in runs if (head := next(run, None)) is not None]
    while heads:
        bound = min(_key(head, len(head) - 1) for head, _ in heads)
        ready, waiting = [], []
        for head, run in heads:
            n_ready = _n_up_to(head, bound)
            ready.append(head.slice(0, n_ready))
            rest: pa.Table | None = head.slice(n_ready) if n_ready < len(head) else next(run, None)
            if rest is not None:
                waiting.append((rest, run))
        heads = waiting
        yield pa.concat_tables(ready).sort_by(_KEY)


def _key(rows: pa.Table, at: int) -> tuple[str, int]:
    return rows.column("recording_id")[at].as_py(), rows.column("submission")[at].as_py()


def _n_up_to(rows: pa.Table, bound: tuple[str, int]) -> int:
    """Return how many rows, of those in order, have a key that is not greater."""
    before = count_true(pc.less(rows.column("recording_id"), pa.scalar(bound[0])))
    n_rows = len(rows)
    while before < n_rows and _key(rows, before) <= bound:
        before += 1
    return before

"""The tables of a data set in memory: pages of rows, counts and histograms, whatever the table is.

Only columns that describe are read: no sounds, pictures, arrays. No text of a request becomes SQL: names of columns
come from contracts, values are bound. The engine is told to open nothing, load nothing, and to take no other setting.
"""

from __future__ import annotations

import functools
import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from musicdata.errors import IntegrityError, MusicdataError
from musicdata.web.terms import column_of, quoted, where

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from musicdata.definitions.column import Column
    from musicdata.definitions.contract import Contract
    from musicdata.definitions.table_source import TableSource
    from musicdata.web.asking import Condition

REJECTS = "rejects"
MAX_CELL_CHARACTERS = 400
"""Of a text in a page of rows; the sample shows all of it."""

MAX_COLUMNS = 120
"""Of a table in memory; a table of thousands of numbers a row is not looked at row by row."""

_FEW = 1000
"""Different texts up to which a column is kept as numbers of a list."""

_COUNTS_KEPT = 256
_SETTINGS = (
    "SET autoinstall_known_extensions=false",
    "SET autoload_known_extensions=false",
    "SET python_enable_replacements=false",
    "SET enable_external_access=false",
    "SET threads=2",
    "SET lock_configuration=true",
)


@dataclass(frozen=True, slots=True)
class Held:
    """A table in memory.

    Attributes:
        contract: of the table.
        columns: the first 120 that describe, in their order; none that holds sounds, pictures or arrays.
        n_rows: of the table.
        few: texts of which there are few different ones.
    """

    contract: Contract
    columns: tuple[Column, ...]
    n_rows: int
    few: frozenset[str]


class Library:
    """The tables of a workspace or a release, each read when it is first asked for.

    Args:
        source: the workspace or release.
        rejects: contract of the items that were dropped; None where nothing says which were.
    """

    def __init__(self, source: TableSource, rejects: Contract | None = None) -> None:
        self.source = source
        self._rejects = rejects
        self._held: dict[str, Held] = {}
        self._counts: OrderedDict[tuple[str, tuple[Condition, ...]], int] = OrderedDict()
        self._lock = threading.Lock()

    @functools.cached_property
    def _engine(self) -> duckdb.DuckDBPyConnection:
        """Return the engine, which is loaded with the first table: the page is there before."""
        import duckdb

        engine = duckdb.connect(":memory:")
        for setting in _SETTINGS:
            engine.execute(setting)
        return engine

    @property
    def tables(self) -> list[str]:
        """List the tables there are."""
        return [*self.source.tables, *([REJECTS] if self._rejects else [])]

    def contract(self, table: str) -> Contract:
        """Return the contract of a table."""
        return self._rejects if table == REJECTS and self._rejects else self.source.contract(table)

    def held(self, table: str) -> Held:
        """Return a table, read into memory if it is not there yet.

        Raises:
            MusicdataError: it cannot be read.
        """
        with self._lock:
            if table not in self._held:
                self._held[table] = self._load(table)
            return self._held[table]

    def _load(self, table: str) -> Held:
        import duckdb

        contract = self.contract(table)
        columns = tuple(c for c in contract.columns if not c.is_media and not c.is_array)[:MAX_COLUMNS]
        schema = pa.schema([pa.field(c.name, _stored(c)) for c in columns])
        cursor = self._engine.cursor()
        faults: list[MusicdataError] = []
        arriving = pa.RecordBatchReader.from_batches(schema, _telling(self._batches(table, schema), faults))
        cursor.register("arriving", arriving)
        try:
            cursor.execute(f"CREATE TABLE {quoted(table)} AS SELECT * FROM arriving")
        except duckdb.Error as error:
            raise (faults[0] if faults else IntegrityError(f"table {table} cannot be read: {error}")) from error
        finally:
            cursor.unregister("arriving")
            pa.default_memory_pool().release_unused()
        (n_rows,) = cursor.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone() or (0,)
        few = frozenset(c.name for c in columns if c.type == "string" and self._has_few(table, c.name, n_rows))
        return Held(contract, columns, int(n_rows), few)

    def _batches(self, table: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        names = schema.names
        if table == REJECTS:
            yield from self._batches_of_rejects(schema)
            return
        for part in self.source.iterate(table, names):
            yield from part.select(names).cast(schema).to_batches(max_chunksize=1 << 16)

    def _batches_of_rejects(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        rows: list[dict[str, Any]] = []
        for row in self.source.reader.rejects():
            rows.append(row)
            if len(rows) == 1 << 14:
                yield pa.RecordBatch.from_pylist(rows, schema)
                rows = []
        yield pa.RecordBatch.from_pylist(rows, schema)

    def _has_few(self, table: str, column: str, n_rows: int) -> bool:
        """Say whether there are few different texts in a column; many equal ones are then kept as numbers."""
        cursor, name = self._engine.cursor(), quoted(column)
        (n,) = cursor.execute(f"SELECT approx_count_distinct({name}) FROM {quoted(table)}").fetchone() or (0,)
        if n > _FEW:
            return False
        if n_rows > 10 * _FEW and n:
            kind = quoted(f"{table}.{column}")
            texts = f"SELECT DISTINCT {name} FROM {quoted(table)} WHERE {name} IS NOT NULL ORDER BY 1"
            cursor.execute(f"CREATE TYPE {kind} AS ENUM ({texts})")
            cursor.execute(f"ALTER TABLE {quoted(table)} ALTER {name} TYPE {kind}")
        return True

    def rows(
        self, table: str, conditions: Sequence[Condition], words: str, sort: str, offset: int, limit: int, *, down: bool
    ) -> dict[str, Any]:
        """Return a page of rows.

        Args:
            table: by name.
            conditions: what the rows are to be like.
            words: stand in any text of the row; "" for no such wish.
            sort: column; "" for the table's own order.
            offset: rows before.
            limit: rows at most.
            down: the greatest first.

        Returns:
            ``n`` rows that fit, ``of`` all; ``rows``, lists in the order of ``columns``; ``numbers`` of the rows.

        Raises:
            BadRequestError: there is no such column, or it cannot be asked like that.
        """
        held = self.held(table)
        text_where, values = where(held.columns, conditions, words)
        if sort:
            column_of(held.columns, sort)
            order = f"ORDER BY {quoted(sort)} {'DESC' if down else 'ASC'} NULLS LAST, rowid"
        else:
            order = "ORDER BY rowid DESC" if down else ""  # rows come in their own order
        text = f"SELECT rowid FROM {quoted(table)} {text_where} {order} LIMIT ? OFFSET ?"
        numbers = [row[0] for row in self.ask(text, [*values, limit, offset])]
        n = self._count(held, conditions, words)
        shown = [column.name for column in held.columns]
        wanted = ", ".join(_shown(column) for column in held.columns)
        found = {}
        if numbers:
            chosen = f'FROM {quoted(table)} JOIN (SELECT unnest(?) AS "#") ON rowid = "#"'  # no column is called so
            text = f'SELECT "#", {wanted} {chosen}'
            found = {row[0]: [cell(value) for value in row[1:]] for row in self.ask(text, [numbers])}
        return {"n": n, "of": held.n_rows, "columns": shown, "numbers": numbers, "rows": [found[k] for k in numbers]}

    def _count(self, held: Held, conditions: Sequence[Condition], words: str) -> int:
        if not conditions and not words:
            return held.n_rows
        key = (f"{held.contract.name}\n{words}", tuple(conditions))
        with self._lock:
            if key in self._counts:
                self._counts.move_to_end(key)
                return self._counts[key]
        text_where, values = where(held.columns, conditions, words)
        text = f"SELECT count(*) FROM {quoted(held.contract.name)} {text_where}"
        n = self.ask(text, values)[0][0]
        with self._lock:
            self._counts[key] = int(n)
            if len(self._counts) > _COUNTS_KEPT:
                self._counts.popitem(last=False)
        return int(n)

    def ask(self, text: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows that a question of ours has, its values bound."""
        return self._engine.cursor().execute(text, list(values)).fetchall()

    def one(self, table: str, column: str, value: str, most: int) -> list[dict[str, Any]]:
        """Return the rows of a table that have a value in a column, whole texts, in order, so many at most."""
        held = self.held(table)
        column_of(held.columns, column)
        names = ", ".join(quoted(one.name) for one in held.columns)
        text = f"SELECT {names} FROM {quoted(table)} WHERE {quoted(column)} = ? ORDER BY rowid LIMIT ?"
        found = self.ask(text, [value, most])
        return [dict(zip((c.name for c in held.columns), map(cell, row), strict=True)) for row in found]

    def close(self) -> None:
        """Let go of the memory."""
        if "_engine" in self.__dict__:
            self._engine.close()


def _telling(batches: Iterator[pa.RecordBatch], faults: list[MusicdataError]) -> Iterator[pa.RecordBatch]:
    """Yield batches; keep an error of ours, which comes through the engine as a text."""
    try:
        yield from batches
    except MusicdataError as error:
        faults.append(error)
        raise


def _shown(column: Column) -> str:
    if column.type == "string":
        return f"left(CAST({quoted(column.name)} AS VARCHAR), {MAX_CELL_CHARACTERS})"
    return quoted(column.name)


def _stored(column: Column) -> pa.DataType:
    return column.arrow_type


def cell(value: Any) -> Any:
    """Return a value as JSON can have it."""
    return None if isinstance(value, float) and not math.isfinite(value) else value

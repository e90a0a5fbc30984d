"""The tables of a data set in memory: pages of rows, counts and histograms, whatever the table is.

Only columns that describe are read: no sounds, pictures, arrays. No text of a request becomes SQL: names of columns come
from contracts, values are bound. The engine is told to open nothing, load nothing, and to take no other setting.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from musicdata.errors import SetupError
from musicdata.web.asking import BadRequestError, Condition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.column import Column
    from musicdata.definitions.contract import Contract
    from musicdata.definitions.table_source import TableSource

REJECTS = "rejects"
MAX_CELL_CHARACTERS = 400
"""Of a text in a page of rows; the sample shows all of it."""

MAX_COLUMNS = 120
"""Of a table in memory; a table of thousands of numbers a row is not looked at row by row."""

MEMBERS_SHOWN = 20
"""Of a group."""

_FACET_VALUES = 40
_FEW = 1000
"""Different texts up to which a column is kept as numbers of a list."""

_BINS = 24
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

    Raises:
        SetupError: DuckDB is not installed.
    """

    def __init__(self, source: TableSource, rejects: Contract | None = None) -> None:
        try:
            import duckdb
        except ModuleNotFoundError as error:
            raise SetupError("view needs duckdb, which is not installed. Run: pip install 'musicdata[view]'") from error
        self.source = source
        self._rejects = rejects
        self._engine = duckdb.connect(":memory:")
        for setting in _SETTINGS:
            self._engine.execute(setting)
        self._held: dict[str, Held] = {}
        self._counts: OrderedDict[tuple[str, tuple[Condition, ...]], int] = OrderedDict()
        self._lock = threading.Lock()

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
        contract = self.contract(table)
        columns = tuple(c for c in contract.columns if not c.is_media and not c.is_array)[:MAX_COLUMNS]
        schema = pa.schema([pa.field(c.name, _stored(c)) for c in columns])
        cursor = self._engine.cursor()
        cursor.register("arriving", pa.RecordBatchReader.from_batches(schema, self._batches(table, schema)))
        cursor.execute(f"CREATE TABLE {_quoted(table)} AS SELECT * FROM arriving")
        cursor.unregister("arriving")
        (n_rows,) = cursor.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone() or (0,)
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
        cursor, name = self._engine.cursor(), _quoted(column)
        (n,) = cursor.execute(f"SELECT approx_count_distinct({name}) FROM {_quoted(table)}").fetchone() or (0,)
        if n > _FEW:
            return False
        if n_rows > 10 * _FEW and n:
            kind = _quoted(f"{table}.{column}")
            cursor.execute(f"CREATE TYPE {kind} AS ENUM (SELECT DISTINCT {name} FROM {_quoted(table)} WHERE {name} IS NOT NULL ORDER BY 1)")  # fmt: skip
            cursor.execute(f"ALTER TABLE {_quoted(table)} ALTER {name} TYPE {kind}")
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
        where, values = self._where(held, conditions, words)
        if sort:
            self._column(held, sort)
            order = f"ORDER BY {_quoted(sort)} {'DESC' if down else 'ASC'} NULLS LAST, rowid"
        else:
            order = "ORDER BY rowid DESC" if down else "ORDER BY rowid"
        cursor = self._engine.cursor()
        numbers = [row[0] for row in cursor.execute(f"SELECT rowid FROM {_quoted(table)} {where} {order} LIMIT ? OFFSET ?", [*values, limit, offset]).fetchall()]  # fmt: skip
        n = self._count(held, conditions, words)
        shown = [column.name for column in held.columns]
        wanted = ", ".join(_shown(column) for column in held.columns)
        found = {}
        if numbers:
            marks = ", ".join("?" * len(numbers))
            text = f"SELECT rowid, {wanted} FROM {_quoted(table)} WHERE rowid IN ({marks})"
            found = {row[0]: [_cell(value) for value in row[1:]] for row in cursor.execute(text, numbers).fetchall()}
        return {"n": n, "of": held.n_rows, "columns": shown, "numbers": numbers, "rows": [found[k] for k in numbers]}

    def _count(self, held: Held, conditions: Sequence[Condition], words: str) -> int:
        if not conditions and not words:
            return held.n_rows
        key = (f"{held.contract.name}\n{words}", tuple(conditions))
        with self._lock:
            if key in self._counts:
                self._counts.move_to_end(key)
                return self._counts[key]
        where, values = self._where(held, conditions, words)
        text = f"SELECT count(*) FROM {_quoted(held.contract.name)} {where}"
        (n,) = self._engine.cursor().execute(text, values).fetchone() or (0,)
        with self._lock:
            self._counts[key] = int(n)
            if len(self._counts) > _COUNTS_KEPT:
                self._counts.popitem(last=False)
        return int(n)

    def facets(self, table: str, conditions: Sequence[Condition], words: str) -> list[dict[str, Any]]:
        """Return, for each column that can be a filter, its values with counts or its histogram.

        What a column's own condition leaves out is counted too, so that it can be chosen.
        """
        held = self.held(table)
        key = set(held.contract.key)
        facets: list[dict[str, Any]] = []
        for column in held.columns:
            if column.name in key and column.type == "string":
                continue
            others = [one for one in conditions if one.column != column.name]
            if column.type == "bool" or column.name in held.few:
                facets.append(self._values(held, column, others, words))
            elif column.type != "string":
                facets.append(self._histogram(held, column, others, words))
        return facets

    def _values(self, held: Held, column: Column, others: Sequence[Condition], words: str) -> dict[str, Any]:
        where, values = self._where(held, others, words)
        name = _quoted(column.name)
        text = f"SELECT {name}, count(*) AS n FROM {_quoted(held.contract.name)} {where} GROUP BY 1 ORDER BY n DESC, 1 LIMIT ?"
        found = self._engine.cursor().execute(text, [*values, _FACET_VALUES + 1]).fetchall()
        shown = [{"value": _cell(value), "n": n} for value, n in found[:_FACET_VALUES]]
        return {"column": column.name, "values": shown, "has_more": len(found) > _FACET_VALUES}

    def _histogram(self, held: Held, column: Column, others: Sequence[Condition], words: str) -> dict[str, Any]:
        name, table = _quoted(column.name), _quoted(held.contract.name)
        cursor = self._engine.cursor()
        least, most, n_empty = cursor.execute(
            f"SELECT min({name}), max({name}), count(*) - count({name}) FROM {table}"
        ).fetchone() or (None, None, 0)
        if least is None or not math.isfinite(least) or not math.isfinite(most):
            return {"column": column.name, "bins": [], "least": None, "most": None, "empty": n_empty}
        span = (most - least) or 1
        is_whole = column.type in ("int32", "int64") and most - least < _BINS
        n_bins = int(most - least) + 1 if is_whole else _BINS
        width = 1 if is_whole else span / n_bins
        where, values = self._where(held, others, words)
        there = f"{where} {'AND' if where else 'WHERE'} {name} IS NOT NULL"
        place = f"least(CAST(floor(({name} - ?) / ?) AS INTEGER), ?)"
        text = f"SELECT {place}, count(*) FROM {table} {there} GROUP BY 1"
        counts = dict(cursor.execute(text, [least, width, n_bins - 1, *values]).fetchall())
        bins = [int(counts.get(number, 0)) for number in range(n_bins)]
        return {"column": column.name, "bins": bins, "least": least, "most": most, "width": width, "empty": n_empty}

    def _where(self, held: Held, conditions: Sequence[Condition], words: str) -> tuple[str, list[Any]]:
        parts, values = [], []
        for condition in conditions:
            text, bound = _term(self._column(held, condition.column), condition)
            parts.append(text)
            values += bound
        if words:
            texts = [column for column in held.columns if column.type == "string"]
            if not texts:
                raise BadRequestError("the table has no texts", "words", "use the other filters")
            parts.append("(" + " OR ".join(_HAS.format(_quoted(column.name)) for column in texts) + ")")
            values += [words] * len(texts)
        return (f"WHERE {' AND '.join(parts)}" if parts else ""), values

    def _column(self, held: Held, name: str) -> Column:
        for column in held.columns:
            if column.name == name:
                return column
        raise BadRequestError("the table has no such column", "column", f"it has {', '.join(c.name for c in held.columns)}")

    def one(self, table: str, column: str, value: str, most: int) -> list[dict[str, Any]]:
        """Return the rows of a table that have a value in a column, whole texts, in order, so many at most."""
        held = self.held(table)
        self._column(held, column)
        names = ", ".join(_quoted(one.name) for one in held.columns)
        text = f"SELECT {names} FROM {_quoted(table)} WHERE {_quoted(column)} = ? ORDER BY rowid LIMIT ?"
        found = self._engine.cursor().execute(text, [value, most]).fetchall()
        return [dict(zip((c.name for c in held.columns), map(_cell, row), strict=True)) for row in found]

    def groups(self, table: str, group: str, split: str, member: str, offset: int, limit: int) -> dict[str, Any]:
        """Return the values of a column that several rows have: those in several splits first, then the commonest."""
        self.held(table)
        text = (
            f"SELECT {group} AS g, count(*) AS n, count(DISTINCT {split}) AS s, histogram(CAST({split} AS VARCHAR)), "
            f"list(CAST({member} AS VARCHAR) ORDER BY {member})[1:{MEMBERS_SHOWN}] FROM {_quoted(table)} GROUP BY 1 "
        )
        cursor = self._engine.cursor()
        counts = cursor.execute(
            f"SELECT count(*), count(*) FILTER (n > 1), count(*) FILTER (s > 1) FROM ({text})"
        ).fetchone() or (0, 0, 0)
        found = cursor.execute(f"{text} HAVING n > 1 ORDER BY s DESC, n DESC, g LIMIT ? OFFSET ?", [limit, offset]).fetchall()
        groups = [{"group": g, "n": n, "splits": dict(splits), "members": members} for g, n, _, splits, members in found]
        return {"groups": groups, "of": counts[0], "n": counts[1], "leaks": counts[2]}

    def close(self) -> None:
        """Let go of the memory."""
        self._engine.close()


_HAS = "contains(strip_accents(lower(CAST({} AS VARCHAR))), strip_accents(lower(CAST(? AS VARCHAR))))"


def _term(column: Column, condition: Condition) -> tuple[str, list[Any]]:
    """Return a condition as SQL, its values apart."""
    name = _quoted(column.name)
    if condition.how == "empty":
        return f"{name} IS NULL", []
    if condition.how == "has":
        if column.type != "string":
            raise BadRequestError(f"column {column.name} holds no texts", "where", "use in or range")
        return _HAS.format(name), [condition.values[0]]
    if condition.how == "range":
        if column.type in ("string", "bool"):
            raise BadRequestError(f"column {column.name} holds no numbers", "where", "use in")
        bounds = [(sign, value) for sign, value in zip((">=", "<="), condition.values, strict=True) if value is not None]
        return "(" + (" AND ".join(f"{name} {sign} ?" for sign, _ in bounds) or "TRUE") + ")", [v for _, v in bounds]
    kinds: tuple[type, ...] = {"string": (str,), "bool": (bool,)}.get(column.type, (int, float))
    given = [value for value in condition.values if value is not None]
    if not all(isinstance(value, kinds) and isinstance(value, bool) == (column.type == "bool") for value in given):
        raise BadRequestError(f"column {column.name} holds {column.type}s", "where", "give such values")
    parts = [f"{name} IN ({', '.join('?' * len(given))})"] if given else []
    if len(given) < len(condition.values):
        parts.append(f"{name} IS NULL")
    return f"({' OR '.join(parts)})", given


def _quoted(name: str) -> str:
    """Return a name of a contract as SQL writes it: it holds letters, digits and underscores only."""
    return '"' + name.replace('"', '""') + '"'


def _shown(column: Column) -> str:
    if column.type == "string":
        return f"left(CAST({_quoted(column.name)} AS VARCHAR), {MAX_CELL_CHARACTERS})"
    return _quoted(column.name)


def _stored(column: Column) -> pa.DataType:
    return column.arrow_type


def _cell(value: Any) -> Any:
    """Return a value as JSON can have it."""
    return None if isinstance(value, float) and not math.isfinite(value) else value

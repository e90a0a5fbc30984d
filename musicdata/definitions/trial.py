"""Runs a stage on tables in memory: for its test, and to look at what it does in a notebook."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import contract as contracts
from musicdata.definitions import cutting
from musicdata.definitions.reader import Reject
from musicdata.definitions.stage import Task
from musicdata.errors import ContractError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from musicdata.definitions.stage import Stage


@dataclass(frozen=True, slots=True)
class Trial:
    """What a stage made.

    Attributes:
        tables: table → rows, as their contracts say.
        rejects: what it dropped.
    """

    tables: dict[str, pa.Table]
    rejects: list[Reject]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        return list(self.tables[table].to_pylist())


def run(
    stage: Stage[Any],
    tables: Mapping[str, pa.Table | Sequence[Mapping[str, Any]]] | None = None,
    **parameters: object,
) -> Trial:
    """Run a stage on tables, in this process.

    Args:
        stage: a compute stage, whose contracts are known.
        tables: table → its rows, of those that the stage reads; columns that are left out and may be empty are so.
        parameters: of the stage.

    Raises:
        UsageError: it is a network stage, or a table that it reads is not given.
        ContractError: rows do not fit the contract of their table.
    """
    if stage.cut is None:
        raise UsageError(f"stage {stage.name} calls services; only stages that compute can be tried in memory")
    given = {name: _table(name, rows) for name, rows in (tables or {}).items()}
    if missing := sorted(set(stage.inputs) - set(given)):
        raise UsageError(f"stage {stage.name} reads {', '.join(missing)}: give their rows")
    inputs, sink, chosen = _Inputs(given), _Sink(stage.outputs), stage.parameters(**parameters)
    with _folder() as scratch, _folder() as prepared:
        shards = list(stage.cut(chosen, inputs))
        if stage.prepare and shards:
            stage.prepare(chosen, inputs, Path(prepared))
        for shard in shards:
            kept = Path(prepared) if stage.prepare else None
            stage.run(chosen, Task(shard, inputs, sink, Path(scratch), prepared=kept))
    return Trial(sink.tables(), sink.rejects)


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="musicdata-trial-")


def _table(name: str, rows: pa.Table | Sequence[Mapping[str, Any]]) -> pa.Table:
    contract = contracts.load(name)
    if not isinstance(rows, pa.Table):
        names = [column.name for column in contract.columns]
        rows = pa.table({column: [row.get(column) for row in rows] for column in names}, schema=contract.arrow_schema())
    return contract.table(rows).sort_by([(column, "ascending") for column in contract.key])


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Tables in memory, read as those of a workspace are."""

    tables: dict[str, pa.Table]

    def read(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> pa.Table:
        contract = contracts.load(table)
        rows = self.tables[table]
        keys = rows.column(contract.key[0])
        if first is not None:
            rows = rows.filter(pc.greater_equal(keys, pa.scalar(first)))
            keys = rows.column(contract.key[0])
        if last is not None:
            rows = rows.filter(pc.less_equal(keys, pa.scalar(last)))
        return rows.select(columns if columns is not None else contract.describing_columns()).combine_chunks()

    def iterate(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> Iterator[pa.Table]:
        yield self.read(table, columns, first, last)

    def digest(self, table: str) -> str:
        return cutting.rows_digest(self, {table: None})


@dataclass(frozen=True, slots=True)
class _Sink:
    """Rows in memory."""

    outputs: tuple[str, ...]
    pieces: dict[str, list[pa.Table]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)

    def write(self, table: str, rows: pa.Table | dict[str, list[Any]]) -> None:
        if table not in self.outputs:
            raise ContractError(f"table {table} is none that the stage declares: {', '.join(self.outputs)}")
        self.pieces.setdefault(table, []).append(contracts.load(table).table(rows))

    def reject(self, key: str, reason: str, detail: str) -> None:
        self.rejects.append(Reject(key, reason, detail))

    def tables(self) -> dict[str, pa.Table]:
        """Return what was written of each table, none of it too."""
        empty = {name: contracts.load(name).arrow_schema().empty_table() for name in self.outputs}
        tables = {name: pa.concat_tables([empty[name], *self.pieces.get(name, ())]) for name in self.outputs}
        for name, rows in tables.items():
            key = rows.column(contracts.load(name).key[0]).combine_chunks()
            if len(key) > 1 and pc.any(pc.less(key[1:], key[:-1])).as_py():
                raise ContractError(f"table {name}: rows are not in order of {contracts.load(name).key[0]}")
        return tables

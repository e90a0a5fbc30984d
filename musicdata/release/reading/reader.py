"""Reads the tables of a release through its record, as `TableReader` reads those of a workspace."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from musicdata.definitions.arrow import conformed
from musicdata.errors import IntegrityError, UnknownNameError
from musicdata.release.record import layout
from musicdata.release.record.files import data_files, opened, read_contracts
from musicdata.release.record.whole import whole_file
from musicdata.system import paths
from musicdata.system.digests import digest_of
from musicdata.wording import choice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.definitions.contract import Contract
    from musicdata.release.record.layout import Record, Table

_PIECE_ROWS = 4096  # of one split, at least, where row groups are smaller
_PIECE_BYTES = 64_000_000


class ReleaseReader:
    """Reads tables in order of split (train, valid, test), then key.

    Attributes:
        split: only this split, and what belongs to none; None for all.
        verify: hash each file before it is first read.
    """

    def __init__(self, root: Path, record: Record, split: str | None = None, *, verify: bool = True) -> None:
        self.root = root
        self.split = split
        self.verify = verify
        self._files = {file.path: file for file in record.files}
        self._record = record
        self._contracts = read_contracts(root, record, verify=verify)
        self._tables: dict[str, Table] = {
            name: table for name, table in (record.tables | record.added).items() if name in self._contracts
        }

    @property
    def tables(self) -> list[str]:
        """List the tables there are."""
        return sorted(self._tables)

    def contract(self, table: str) -> Contract:
        """Return the contract of `table` as the release has it.

        Raises:
            ContractError: there is no such table.
        """
        if table not in self._tables:
            where = f"{self._record.slug} ({self._record.view})"
            raise UnknownNameError(f"there is no table {table!r} in {where}{choice(table, self.tables)}")
        return self._contracts[table]

    def digest(self, table: str) -> str:
        """Return the content hash of a whole table."""
        self.contract(table)
        return digest_of(self._tables[table].digests | self._record.redacted.get(table, {}))

    def n_rows(self, table: str) -> int:
        """Return how many rows are read of `table`."""
        return sum(self._tables[table].rows[split] for split in self.splits(table))

    def splits(self, table: str) -> list[str]:
        """List the splits that are read of `table`."""
        self.contract(table)
        has = [split for split in (*layout.SPLITS, layout.WHOLE) if split in self._tables[table].rows]
        return [split for split in has if self.split in (None, split) or split == layout.WHOLE]

    def read(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> pa.Table:
        """Return rows of `table` whose first key column lies in first..last; by default no media and no vectors."""
        names = self._wanted(table, columns)
        empty = self.contract(table).arrow_schema().empty_table().select(names)
        return pa.concat_tables([empty, *self.iterate(table, names, first, last)]).combine_chunks()

    def iterate(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> Iterator[pa.Table]:
        """Yield the same rows piecewise; what has one value of the first key column is never torn apart.

        Raises:
            ContractError: there is no such table or column.
            IntegrityError: a file is missing or not what the record says; `musicdata release verify` says more.
        """
        names = self._wanted(table, columns)
        contract, key = self.contract(table), self.contract(table).key[0]
        schema = contract.arrow_schema(names)
        read = list(dict.fromkeys([*names, key]))
        for split in self.splits(table):
            for rows in _whole_keys(self._groups(table, split, read, first, last), key):
                yield conformed(rows.select(names), schema)

    def parameters(self, stage: str) -> dict[str, Any]:
        """Return what a stage ran with; nothing for one that did not run."""
        facts = next((one for one in self._record.stages if one.get("stage") == stage), {})
        parameters = facts.get("parameters")
        return dict(parameters) if isinstance(parameters, dict) else {}

    def locations(self, stage: str) -> dict[str, str]:  # noqa: ARG002
        """Return nothing: a release does not say where its input lay."""
        return {}

    def rejects(self) -> Iterator[dict[str, Any]]:
        """Yield nothing: a release counts the items that were dropped, and does not show them."""
        return iter(())

    def iterate_config(self, config: str, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yield the rows of a config piecewise, all tables it joins beside each other.

        Raises:
            ContractError: it has no such column.
            IntegrityError: a file is damaged or missing.
        """
        facts = {n: t for n, t in self._tables.items() if t.config == config}
        known = [place for n, t in facts.items() for c, place in t.columns.items() if c in _names(self._contracts[n])]
        if unknown := sorted(set(columns or ()) - set(known)):
            may_be = choice(unknown[0], known, "it has")
            raise UnknownNameError(f"config {config} has no column {', '.join(unknown)}{may_be}")
        for split in self.splits(next(iter(facts))):
            for name in data_files(self._record, config, split):
                with self._reading(name):
                    self._look_at(name)
                    yield from _row_groups(self.root, name, columns)

    def _look_at(self, name: str) -> None:
        """Make sure that a data file is what the record says, before it is read."""
        whole_file(self.root, self._files[name], verify=self.verify)

    @contextlib.contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        try:
            yield
        except (OSError, pa.ArrowException) as error:
            raise IntegrityError(
                f"{self.root / name} cannot be read: {error}. Run: musicdata release verify {self.root}"
            ) from error

    def _wanted(self, table: str, columns: list[str] | None) -> list[str]:
        contract = self.contract(table)
        contract.require_columns(columns or ())
        return columns if columns is not None else contract.describing_columns()

    def _groups(
        self, table: str, split: str, columns: list[str], first: str | None, last: str | None
    ) -> Iterator[pa.Table]:
        """Yield the rows of each row group, columns named as in the table."""
        facts, key = self._tables[table], self.contract(table).key[0]
        places = [facts.columns[name] for name in columns]
        for name in data_files(self._record, facts.config, split):
            with self._reading(name):
                self._look_at(name)
                for rows in _row_groups(self.root, name, places, facts.columns[key], first, last):
                    yield _between(rows.rename_columns(columns), key, first, last)


def _names(contract: Contract) -> set[str]:
    return {column.name for column in contract.columns}


def _row_groups(
    root: Path,
    name: str,
    columns: list[str] | None,
    key: str = "",
    first: str | None = None,
    last: str | None = None,
) -> Iterator[pa.Table]:
    """Yield a file by row groups, columns in the order given, else in its own; of keys in first..last, where given."""
    if first is not None or last is not None:
        bounds: list[Any] = [(key, ">=", first)] * (first is not None) + [(key, "<=", last)] * (last is not None)
        with paths.open_inside(root, name) as file, paths.native(file) as source:
            selected = pq.read_table(
                source, columns=columns, filters=bounds, page_checksum_verification=True, partitioning=None
            )
        yield selected.select(columns or selected.column_names)
        return
    with opened(root, name) as parquet:
        for number in range(parquet.num_row_groups):
            rows = parquet.read_row_group(number, columns=columns)
            yield rows.select(columns or rows.column_names)


def _between(rows: pa.Table, key: str, first: str | None, last: str | None) -> pa.Table:
    if first is not None:
        rows = rows.filter(pc.greater_equal(rows.column(key), pa.scalar(first)))
    return rows.filter(pc.less_equal(rows.column(key), pa.scalar(last))) if last is not None else rows


def _whole_keys(groups: Iterator[pa.Table], key: str) -> Iterator[pa.Table]:
    """Gather row groups into pieces of some size that end where the key changes."""
    waiting: list[pa.Table] = []
    for rows in groups:
        waiting.append(rows)
        if sum(map(len, waiting)) < _PIECE_ROWS and sum(piece.nbytes for piece in waiting) < _PIECE_BYTES:
            continue
        gathered = pa.concat_tables(waiting)
        keys = gathered.column(key)
        n_whole = pc.index(keys, keys[-1]).as_py()
        if n_whole:
            yield gathered.slice(0, n_whole)
        waiting = [gathered.slice(n_whole)]
    rest = pa.concat_tables(waiting) if waiting else None
    if rest is not None and len(rest):
        yield rest

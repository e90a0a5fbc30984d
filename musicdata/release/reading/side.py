"""One of the two releases that are compared: what it says of its tables, and their rows in small pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.errors import IntegrityError
from musicdata.release.reading.merge import BLOCK_ROWS, Stream
from musicdata.release.record.files import data_files, opened, read_contracts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from musicdata.definitions.contract import Contract
    from musicdata.release.reading.release import Release
    from musicdata.release.record import layout


@dataclass(frozen=True, slots=True)
class Side:
    """Reads one of the two releases.

    Attributes:
        root: its folder.
        record: what `RELEASE.json` says.
        contracts: table → contract, of the tables that the view has.
    """

    root: Path
    record: layout.Record
    contracts: dict[str, Contract]

    @classmethod
    def of(cls, release: Release) -> Side:
        """Return the side that is this release."""
        there = release.record.tables.keys() | release.record.added.keys()
        contracts = read_contracts(release.root, release.record)
        return cls(release.root, release.record, {n: c for n, c in contracts.items() if n in there})

    @property
    def home(self) -> str:
        """Return the table that introduces samples; nothing where the view has none."""
        return next((name for name, contract in self.contracts.items() if contract.introduces == SAMPLE_ID), "")

    def facts(self, table: str) -> layout.Table:
        """Return what the record says of a table."""
        return self.record.tables[table] if table in self.record.tables else self.record.added[table]

    def n_rows(self, table: str) -> int:
        """Return the number of rows of a table."""
        return sum(self.facts(table).rows.values())

    def digest(self, table: str, column: str, split: str) -> str | None:
        """Return the digest of a split of a column as this view has it; None where there is none."""
        seen = self.record.redacted.get(table, {}).get(column)
        return (self.facts(table).digests.get(column, {}) if seen is None else seen).get(split)

    def stream(self, table: str, split: str, columns: Sequence[str], n_rows: int = BLOCK_ROWS) -> Stream:
        """Return a split's rows, columns named as in the table, so many held at a time."""
        name = f"{self.record.slug}, table {table}, split {split}"
        return Stream(self.pieces(table, split, columns), self.contracts[table].key, name, n_rows)

    def pieces(self, table: str, split: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield a split's rows, a row group at a time, or several where they have neither media nor arrays.

        Raises:
            IntegrityError: a file is missing or damaged.
        """
        facts, contract = self.facts(table), self.contracts[table]
        schema = pa.schema([contract.arrow_schema().field(name) for name in columns])
        is_large = any(contract.column(name).is_media or contract.column(name).is_array for name in columns)
        for name in data_files(self.record, facts.config, split):
            try:
                places = [facts.columns[c] for c in columns]
                for rows in _row_groups(self.root, name, places, 1 if is_large else BLOCK_ROWS):
                    yield pa.Table.from_arrays(rows.columns, schema=schema)
            except (OSError, pa.ArrowException, KeyError) as error:
                raise IntegrityError(
                    f"{self.root / name} cannot be read: {error}. Run: musicdata release verify {self.root}"
                ) from error


def _row_groups(root: Path, name: str, columns: Sequence[str], n_rows: int) -> Iterator[pa.Table]:
    """Yield row groups of a file, about so many rows at a time; columns in the order given, page checksums verified."""
    with opened(root, name) as file:
        a_time = max(1, n_rows * file.num_row_groups // max(1, file.metadata.num_rows))
        for first in range(0, file.num_row_groups, a_time):
            numbers = range(first, min(first + a_time, file.num_row_groups))
            yield file.read_row_groups(list(numbers), columns=list(columns)).select(list(columns))

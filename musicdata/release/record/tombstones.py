"""Which items can be taken down, and which of a release's samples tombstones take.

Items are named by the ids of the table that introduces samples: its own, and those that other tables introduce, such
as songs and groups of songs. A tombstone keeps the table that introduces the id. That table need not be in the release
(groups of songs are not), so what a release does not say is looked up in the contracts of this version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import contract as contracts
from musicdata.definitions.contract import introducing
from musicdata.release.record.configs import column_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from musicdata.definitions.arrow import Values
    from musicdata.definitions.contract import Contract
    from musicdata.release.record.layout import Tombstone

_ID = "_id"


@dataclass(frozen=True, slots=True)
class Items:
    """The kinds of items that can be taken out of a data set.

    Attributes:
        home: table that introduces the samples.
        tables: column of it → table that introduces its values, which a tombstone names; in order of the columns.
        columns: table → column whose values it introduces, whether or not the data set has the table.
    """

    home: str
    tables: dict[str, str]
    columns: dict[str, str]

    @classmethod
    def of(cls, known: Iterable[Contract]) -> Items:
        """Return the items of a data set with these contracts.

        Raises:
            ContractError: none of them introduces samples.
        """
        known = list(known)
        home = introducing(known)
        columns = {
            contract.name: contract.introduces for contract in (home, *known, *map(contracts.load, contracts.names()))
        }
        columns = {table: column for table, column in columns.items() if column}
        tables: dict[str, str] = {}
        for table, column in columns.items():
            tables.setdefault(column, table)
        return cls(home.name, {name: tables[name] for name in column_names(home) if name in tables}, columns)

    def prefix(self, column: str) -> str:
        """Return what stands before an id that several kinds of items have: ``group:`` for a group's."""
        return f"{column.removesuffix(_ID)}:"

    def taken_down(self, samples: pa.Table, tombstones: Sequence[Tombstone]) -> Values:
        """Say of each sample whether a tombstone takes it down.

        Args:
            samples: with the columns of `tables`.
            tombstones: of this release or of those before it. Of a table that nobody knows any more, an id of whatever
                kind counts.
        """
        mask: Values = pa.chunked_array([pa.array(np.zeros(len(samples), bool))])
        for column in self.tables:
            ids = [one.id for one in tombstones if self.columns.get(one.table, column) == column]
            mask = pc.or_(mask, pc.is_in(samples.column(column), pa.array(ids, pa.string())))
        return mask

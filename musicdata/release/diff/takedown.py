"""Which rows are removed because an item was taken down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.release.reading.merge import match
from musicdata.release.record.tombstones import Items

if TYPE_CHECKING:
    from musicdata.definitions.arrow import Values
    from musicdata.definitions.contract import Contract
    from musicdata.release.diff.values import Mask
    from musicdata.release.reading.side import Side


@dataclass(slots=True)
class Removed:
    """Knows the samples that were taken down between two releases, and what only they needed.

    Attributes:
        before: the first release, which still has them.
        ids: column → its values that no sample has any more, because of a takedown.
    """

    before: Side
    ids: dict[str, Values] = field(default_factory=dict)
    _still_shown: dict[str, pa.Table] = field(default_factory=dict)

    @classmethod
    def between(cls, a: Side, b: Side) -> Removed:
        """Find what the tombstones of `b` take from `a`."""
        if not b.record.tombstones or not a.home:
            return cls(a)
        items = Items.of(a.contracts.values())
        samples = _read(a, items.home, list(items.tables))
        mask = items.taken_down(samples, b.record.tombstones)
        ids: dict[str, Values] = {}
        for name in samples.column_names:
            gone, kept = (pc.unique(samples.column(name).filter(rows)) for rows in (mask, pc.invert(mask)))
            ids[name] = gone.filter(pc.invert(pc.is_in(gone, kept)))
        return cls(a, ids)

    def among(self, contract: Contract, rows: pa.Table) -> Mask:
        """Say which of the rows, removed ones of a table, went with what was taken down."""
        named = [name for name in self.ids if name in rows.column_names]
        if not named:
            return np.zeros(len(rows), bool)
        if contract.shown_by:
            return self._shown_by_none(contract, rows)
        mask: Mask = pc.is_in(rows.column(named[0]), self.ids[named[0]]).to_numpy()
        return mask

    def _shown_by_none(self, contract: Contract, rows: pa.Table) -> Mask:
        """Say which rows only samples referred to that were taken down."""
        key = list(contract.key)
        if contract.name not in self._still_shown:
            showing = _read(self.before, contract.shown_by, [*key, SAMPLE_ID])
            kept = showing.filter(pc.invert(pc.is_in(showing.column(SAMPLE_ID), self.ids[SAMPLE_ID])))
            self._still_shown[contract.name] = kept.select(key).group_by(key, use_threads=False).aggregate([])
        mask = np.zeros(len(rows), bool)
        mask[match(rows, self._still_shown[contract.name], key, contract.name).only_a] = True
        return mask


def _read(side: Side, table: str, columns: list[str]) -> pa.Table:
    empty = side.contracts[table].arrow_schema().empty_table().select(columns)
    return pa.concat_tables(
        [empty, *(p for split in side.facts(table).rows for p in side.pieces(table, split, columns))]
    )

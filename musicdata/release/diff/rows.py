"""Compares the rows of one table of two releases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from musicdata.release.diff.encodings import set_apart_reencoded
from musicdata.release.diff.result import EXAMPLES, Found, TableDiff
from musicdata.release.diff.values import unequal
from musicdata.release.reading.merge import blocks, key_at, match
from musicdata.release.record import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata.definitions.contract import Contract
    from musicdata.release.diff.takedown import Removed
    from musicdata.release.diff.values import Mask
    from musicdata.release.reading.side import Side


def compare_rows(a: Side, b: Side, found: TableDiff, shared: Sequence[str], removed: Removed, block_rows: int) -> None:
    """Count in `found` how the rows of a table differ; columns and splits of equal digests are not read.

    Args:
        a: the first release.
        b: the second.
        found: of the table.
        shared: columns that both have, with values of one Arrow type; all of the key is among them.
        removed: items that were taken down.
        block_rows: rows of each split and release that are held at a time.

    Raises:
        IntegrityError: a file is damaged, or its rows are not in order of the key.
    """
    differing = _differing(a, b, found.name, shared)
    if not differing:
        return
    contract = b.contracts[found.name]
    named = set[str]().union(*differing.values())
    tally = _Tally(found, contract, removed)
    if named.isdisjoint(contract.key):  # the same rows in each split, so that one is compared after the other
        columns = [name for name in shared if name in named or name in contract.key]
        runs = [[split] for split in differing]
    else:
        columns, runs = list(shared), [list(differing)]
    for splits in runs:
        for ours, theirs in _side_by_side(a, b, found.name, splits, columns, block_rows):
            tally.take(ours, theirs)


def _differing(a: Side, b: Side, table: str, columns: Sequence[str]) -> dict[str, set[str]]:
    """Return split → the columns whose digests differ there, of splits that have some."""
    by_split = {}
    for split in (*layout.SPLITS, layout.WHOLE):
        names = {name for name in columns if a.digest(table, name, split) != b.digest(table, name, split)}
        if names:
            by_split[split] = names
    return by_split


def _side_by_side(
    a: Side, b: Side, table: str, splits: Sequence[str], columns: Sequence[str], block_rows: int
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yield the rows of both releases that stand in these splits, a range of keys at a time."""
    streams = [
        [side.stream(table, split, columns, block_rows) for split in splits if split in side.facts(table).rows]
        for side in (a, b)
    ]
    empty = [side.contracts[table].arrow_schema().empty_table().select(columns) for side in (a, b)]
    n_ours = len(streams[0])
    for parts in blocks([*streams[0], *streams[1]]):
        yield (
            pa.concat_tables([empty[0], *(rows for part in parts[:n_ours] for rows in part)]),
            pa.concat_tables([empty[1], *(rows for part in parts[n_ours:] for rows in part)]),
        )


@dataclass(frozen=True, slots=True)
class _Tally:
    """Takes the rows of both releases, one range of keys after the other, and counts the differences."""

    found: TableDiff
    contract: Contract
    removed: Removed

    def take(self, a: pa.Table, b: pa.Table) -> None:
        """Count how the rows of one range of keys differ."""
        matched = match(a, b, self.contract.key, self.found.name)
        self._count(self.found.added, b, matched.only_b)
        if len(matched.only_a):
            is_gone = self.removed.among(self.contract, a.take(matched.only_a))
            self._count(self.found.taken_down, a, matched.only_a[is_gone])
            self._count(self.found.removed, a, matched.only_a[~is_gone])
        if not matched.is_whole:
            a, b = a.take(matched.in_a), b.take(matched.in_b)
        if len(a):
            self._compare(a, b)

    def _compare(self, a: pa.Table, b: pa.Table) -> None:
        """Count how rows of the same keys, in the same order, differ."""
        names = [name for name in a.column_names if name not in self.contract.key]
        differs = {name: unequal(a.column(name), b.column(name)) for name in names}
        none = np.zeros(len(a), bool)
        self._count(self.found.moved, b, differs.pop("split", none))
        if self.contract.shown_by:
            self._count(self.found.reassigned, b, differs.pop("sample_id", none))
        self._count(self.found.reencoded, b, set_apart_reencoded(a, b, self.contract, differs))
        for name, mask in differs.items():
            if mask.any():
                self._count(self.found.columns.setdefault(name, Found()), b, mask)
        self._count(self.found.changed, b, np.logical_or.reduce([none, *differs.values()]))

    def _count(self, differing: Found, rows: pa.Table, which: Mask | NDArray[np.int64]) -> None:
        """Add rows, given by a mask or by their numbers, and the keys of the first of them."""
        numbers = np.flatnonzero(which) if which.dtype == bool else which
        differing.n += len(numbers)
        examples = numbers[: EXAMPLES - len(differing.examples)]
        differing.examples += [key_at(rows, self.contract.key, int(number)) for number in examples]

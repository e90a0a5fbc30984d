"""What is removed from a release: the samples that tombstones take down, and what only these had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from musicdata.definitions.arrow import strings
from musicdata.definitions.contract import SAMPLE_ID
from musicdata.errors import InputError
from musicdata.release.record import layout
from musicdata.release.record.tombstones import Items

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.definitions.arrow import Values
    from musicdata.release.reading.release import Release
    from musicdata.release.record.layout import Tombstone


def tombstones(release: Release, ids: Sequence[str], *, version: str, reason: str) -> list[Tombstone]:
    """Return the tombstones of items of a release, in order.

    Args:
        release: that has them.
        ids: of samples, or of what else their table has ids of, such as songs and groups. An id that several kinds of
            items have is the first one's in the order of the table's columns; ``group:ID`` is the group's.
        version: in which they go.
        reason: why.

    Raises:
        InputError: an id is not in the release.
    """
    items = Items.of(map(release.contract, release.tables))
    samples = release.reader.read(items.home, list(items.tables))
    known = {column: set(strings(pc.unique(samples.column(column)))) for column in items.tables}
    tombstones: dict[tuple[str, str], Tombstone] = {}
    for item in ids:
        named = _named(items, known, item)
        if named is None:
            raise InputError(_not_there(release, items, item))
        column, bare = named
        table = items.tables[column]
        tombstones[table, bare] = layout.Tombstone(table=table, id=bare, version=version, reason=reason)
    return [tombstones[place] for place in sorted(tombstones)]


def item_of(items: Items, tombstone: Tombstone) -> str:
    """Return how `tombstones` has to be asked for the item of a tombstone."""
    column = items.columns.get(tombstone.table, "")
    return f"{items.prefix(column)}{tombstone.id}" if column in items.tables else tombstone.id


def _named(items: Items, known: dict[str, set[str]], item: str) -> tuple[str, str] | None:
    """Return the column that has an item's id, and the id without its prefix."""
    for column in items.tables:
        prefix = items.prefix(column)
        if item.startswith(prefix) and (bare := item.removeprefix(prefix)) in known[column]:
            return column, bare
    return next(((column, item) for column in items.tables if item in known[column]), None)


def _not_there(release: Release, items: Items, item: str) -> str:
    names = {item, *(item.removeprefix(items.prefix(column)) for column in items.tables)}
    tombstone = next((one for one in release.record.tombstones if one.id in names), None)
    if tombstone is not None:
        return f"{item} is not in {release.record.slug}: it was taken down in version {tombstone.version}"
    kinds = ", of a ".join(column.removesuffix("_id") for column in items.tables)
    return f"{item} is not in {release.record.slug}: expected the id of a {kinds}"


@dataclass(frozen=True, slots=True)
class Removed:
    """What a release loses: samples, and what had only these.

    Attributes:
        samples: their ids.
        orphans: column → ids that no other sample has.
        kept: column → ids that samples have which stay.
    """

    samples: Values
    orphans: dict[str, Values]
    kept: dict[str, Values]

    @classmethod
    def of(cls, release: Release, tombstones: Sequence[Tombstone]) -> Removed:
        """Find what the tombstones take from a release."""
        items = Items.of(map(release.contract, release.tables))
        known = list(items.tables)
        rows = release.reader.read(items.home, known)
        mask = items.taken_down(rows, tombstones)
        lost, stay = rows.filter(mask), rows.filter(pc.invert(mask))
        kept: dict[str, Values] = {name: pc.unique(stay.column(name)) for name in known}
        gone = {name: pc.unique(lost.column(name)) for name in known}
        orphans: dict[str, Values] = {n: ids.filter(pc.invert(pc.is_in(ids, kept[n]))) for n, ids in gone.items()}
        return cls(orphans[SAMPLE_ID], orphans, kept)

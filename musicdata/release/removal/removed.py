"""What is gone from a release: the samples that tombstones take down, and what only these had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.contract import introduced_by
from musicdata.errors import InputError
from musicdata.release.record import layout
from musicdata.release.record.configs import column_names
from musicdata.release.record.tombstones import ID_OF, is_gone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.release.reading.release import Release
    from musicdata.release.record.layout import Tombstone

"""What a tombstone says it takes down, by the table of MusicTM that has it → column in which its id stands."""

GROUP = "group:"
"""What stands before the id of a group that is also the id of a song, which it is named after."""


def tombstones(release: Release, ids: Sequence[str], *, version: str, reason: str) -> list[Tombstone]:
    """Return the tombstones of items of a release, in order.

    Args:
        release: that has them.
        ids: of samples, songs or groups. An id of a song that names a group too is the song's; ``group:ID`` is the
            group's.
        version: in which they go.
        reason: why.

    Raises:
        InputError: an id is not in the release.
    """
    home = introduced_by(release)
    known = set(column_names(release.contract(home)))
    columns = {table: column for table, column in ID_OF.items() if column in known}
    samples = release.reader.read(home, list(columns.values()))
    there = {table: set(pc.unique(samples.column(column)).to_pylist()) for table, column in columns.items()}
    found: dict[tuple[str, str], Tombstone] = {}
    for item in ids:
        table = _table_of(item, there)
        if table is None:
            raise InputError(_not_there(release, item))
        found[table, _bare(item)] = layout.Tombstone(table=table, id=_bare(item), version=version, reason=reason)
    return [found[place] for place in sorted(found)]


def _table_of(item: str, there: dict[str, set[str]]) -> str | None:
    tables = ["song_groups"] if item.startswith(GROUP) else list(there)
    return next((table for table in tables if _bare(item) in there.get(table, ())), None)


def _bare(item: str) -> str:
    return item.removeprefix(GROUP)


def _not_there(release: Release, item: str) -> str:
    stone = next((stone for stone in release.record.tombstones if stone.id == _bare(item)), None)
    if stone is not None:
        return f"{item} is not in {release.record.slug}: it was taken down in version {stone.version}"
    return f"{item} is not in {release.record.slug}: expected the id of a sample, of a song, or of a group"


@dataclass(frozen=True, slots=True)
class Gone:
    """What a release loses: samples, and what had only these.

    Attributes:
        samples: their ids.
        orphans: column → ids that no other sample has.
        kept: column → ids that samples have which stay.
    """

    samples: pa.Array
    orphans: dict[str, pa.Array]
    kept: dict[str, pa.Array]

    @classmethod
    def of(cls, release: Release, stones: Sequence[Tombstone]) -> Gone:
        """Find what the tombstones take from a release."""
        home = introduced_by(release)
        known = [name for name in ID_OF.values() if name in column_names(release.contract(home))]
        rows = release.reader.read(home, known)
        mask = is_gone(rows, stones)
        lost, stay = rows.filter(mask), rows.filter(pc.invert(mask))
        kept = {name: pc.unique(stay.column(name)) for name in known}
        orphans = {name: pc.unique(lost.column(name)) for name in known}
        orphans = {name: ids.filter(pc.invert(pc.is_in(ids, kept[name]))) for name, ids in orphans.items()}
        return cls(orphans["sample_id"], orphans, kept)

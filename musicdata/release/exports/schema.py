"""What a release shows: its configs, their splits and their columns, as exports need them."""

from __future__ import annotations

import copy
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from musicdata.definitions.contract import introduced_by
from musicdata.errors import InputError
from musicdata.release.reading.reader import ReleaseReader
from musicdata.release.reading.release import Release
from musicdata.release.record import layout

if TYPE_CHECKING:
    from musicdata.definitions.contract import Column

MODALITIES = {"audio": "audio", "image": "sheet"}
"""Type of a media column → modality."""


def split_order(split: str) -> tuple[int, str]:
    """Return where a split stands among the others: train, valid, test."""
    return (layout.SPLITS.index(split) if split in layout.SPLITS else len(layout.SPLITS), split)


@dataclass(frozen=True)
class _Held(Release):
    """A release whose contracts are read once, not at every question."""

    @functools.cached_property
    def reader(self) -> ReleaseReader:
        """Return what reads the tables."""
        return ReleaseReader(self.root, self.record, self.split)


def hold(release: Release) -> Release:
    """Return the release so that many small questions cost little; it must not change meanwhile."""
    return _Held(release.root, release.record, release.split)


def reader_of(release: Release, split: str) -> ReleaseReader:
    """Return what reads one split of the tables; all of them for `whole` and an empty name."""
    reader = copy.copy(release.reader)
    reader.split = split if split in layout.SPLITS else None
    return reader


def configs(release: Release) -> list[str]:
    """List the configs of what the release shows."""
    facts = release.record.tables | release.record.added
    return sorted({facts[table].config for table in release.tables})


def splits(release: Release, config: str) -> list[str]:
    """List the splits of a config."""
    facts = release.record.tables | release.record.added
    rows = next(table.rows for table in facts.values() if table.config == config)
    return sorted(rows, key=split_order)


def columns_of(release: Release, config: str) -> dict[str, Column]:
    """Return column of a config → its contract, for all the release shows of it."""
    reader, facts = release.reader, release.record.tables | release.record.added
    tables = [table for table in reader.tables if facts[table].config == config]
    home = introduced_by(release)
    tables.sort(key=lambda table: (table != home, table))
    return {facts[table].columns[column.name]: column for table in tables for column in reader.contract(table).columns}


def table_schema(release: Release, table: str) -> pa.Schema:
    """Return the columns of a table and their types, media and vectors left out."""
    return schema_of({column.name: column for column in release.contract(table).columns})


def schema_of(columns: dict[str, Column]) -> pa.Schema:
    """Return the Arrow schema of columns that are neither media nor vectors."""
    plain = {name: column for name, column in columns.items() if not column.is_media and not column.is_vector}
    return pa.schema([pa.field(name, column.arrow_type) for name, column in plain.items()])


def media_columns(release: Release) -> dict[str, str]:
    """Return modality → column of the config `samples` that holds its files."""
    columns = columns_of(release, layout.SAMPLES)
    found: dict[str, str] = {}
    for name, column in columns.items():
        if column.is_media and found.setdefault(MODALITIES[column.type], name) != name:
            raise InputError(
                f"{release.record.slug}: columns {found[MODALITIES[column.type]]} and {name} are of one kind"
            )
    return found

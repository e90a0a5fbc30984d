"""What a release shows: its configs, their splits and their columns, and what there is of each sample."""

from __future__ import annotations

import copy
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from musicdata.definitions.contract import beside_samples, introduced_by
from musicdata.release.reading.reader import ReleaseReader
from musicdata.release.reading.release import Release
from musicdata.release.record import layout

if TYPE_CHECKING:
    from collections.abc import Collection

    from musicdata.definitions.column import Column


def split_order(split: str) -> tuple[int, str]:
    """Return where a split stands among the others: train, valid, test."""
    return (layout.SPLITS.index(split) if split in layout.SPLITS else len(layout.SPLITS), split)


@dataclass(frozen=True)
class _Held(Release):
    """A release whose contracts are read once, not at every question."""

    @functools.cached_property
    def reader(self) -> ReleaseReader:
        """Return what reads the tables."""
        return ReleaseReader(self.root, self.record, self.split, verify=self.verify)


def hold(release: Release) -> Release:
    """Return the release so that many small questions cost little; it must not change meanwhile."""
    return _Held(release.root, release.record, release.split, release.verify)


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
    return {place: column for place, (_, column) in _places(release, config).items()}


def _places(release: Release, config: str) -> dict[str, tuple[str, Column]]:
    """Return column of a config → the table it comes from and its contract; the table that names the rows first."""
    reader, facts = release.reader, release.record.tables | release.record.added
    tables = [table for table in reader.tables if facts[table].config == config]
    home = introduced_by(release)
    tables.sort(key=lambda table: (table != home, table))
    places: dict[str, tuple[str, Column]] = {}
    for table in tables:
        for column in reader.contract(table).columns:
            place = facts[table].columns[column.name]
            places[place] = (places[place][0] if place in places else table, column)
    return places


def table_schema(release: Release, table: str) -> pa.Schema:
    """Return the columns of a table and their types, media and vectors left out, sequences not."""
    return schema_of({column.name: column for column in release.contract(table).columns})


def schema_of(columns: dict[str, Column]) -> pa.Schema:
    """Return the Arrow schema of columns that are neither media nor vectors."""
    plain = {name: column for name, column in columns.items() if not column.is_media and not column.is_vector}
    return pa.schema([pa.field(name, column.arrow_type) for name, column in plain.items()])


@dataclass(frozen=True, slots=True)
class Work:
    """A work, or a rendering of one, of which each sample has one: a sound, a picture, a text.

    Attributes:
        name: its modality, `content_of` in the contract; of a second one of that modality, the column's name.
        place: column of the config `samples` that holds it.
        table: the column comes from.
        column: its contract.
    """

    name: str
    place: str
    table: str
    column: Column

    @property
    def is_text(self) -> bool:
        """Say whether it is a text; else it is a file."""
        return not self.column.is_media


def works(release: Release) -> list[Work]:
    """List what the release shows of each sample's works: sounds and pictures, then a text for each modality.

    The text of a modality is the column called after it, else the first of those that show it; the others of a modality
    (words with times, say) stay among the facts of the sample, as labels do.
    """
    places = _places(release, layout.SAMPLES)
    works: list[Work] = []
    for place, (table, column) in places.items():
        if column.is_media:
            works.append(Work(_free(column.content_of or place, place, works), place, table, column))
    texts: dict[str, str] = {}
    for place, (_, column) in places.items():
        if column.type == "string" and column.content_of and column.role != "label":
            texts.setdefault(column.content_of, place)
            if place == column.content_of:
                texts[column.content_of] = place
    for modality, place in texts.items():
        works.append(Work(_free(modality, place, works), place, *places[place]))
    return works


def _free(name: str, place: str, others: Collection[Work]) -> str:
    """Return a name that no other work has."""
    return place if name in {work.name for work in others} else name


def beside(release: Release) -> str:
    """Return the table whose rows go with each sample, such as an alignment; nothing where there is none."""
    return beside_samples(release)

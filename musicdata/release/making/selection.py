"""Which rows of a workspace are released: those of the samples that have every modality, and what these refer to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.errors import InputError
from musicdata.release.reading.shared import first_samples, places_in
from musicdata.release.record import layout, rights
from musicdata.release.record.configs import column_names
from musicdata.release.record.tombstones import Items

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.arrow import ChunkedArray
    from musicdata.release.record.configs import Config
    from musicdata.release.record.layout import Tombstone
    from musicdata.workspace.reader import TableReader


@dataclass(frozen=True, slots=True)
class Selection:
    """Reads a workspace's tables restricted to the samples that are released.

    Attributes:
        reader: of the workspace.
        samples: sample_id, split and what else of its ids the table that introduces samples has, in order of sample_id.
    """

    reader: TableReader
    samples: pa.Table

    def rights(self) -> dict[str, dict[str, int]]:
        """Count the samples of each modality and rights value."""
        if rights.RIGHTS not in self.reader.tables:
            return {}
        return rights.counted(self._released(self.reader.read(rights.RIGHTS, rights.COUNTED)))

    def rows(self, config: Config) -> dict[str, int]:
        """Count the rows of each split of a config."""
        key = config.contract.key
        if not config.is_split:
            return {layout.WHOLE: sum(len(piece) for piece in self.pieces(config, list(key)))}
        counts = dict.fromkeys(layout.SPLITS, 0)
        columns = list(dict.fromkeys((*key, SAMPLE_ID, "split")))
        for piece in self.pieces(config, columns):
            for split, n in zip(
                *(a.to_pylist() for a in pc.value_counts(piece.column("split")).flatten()), strict=True
            ):
                counts[split] += n
        return counts

    def bytes_a_row(self, config: Config) -> float:
        """Return the mean size of a config's row, as the workspace's parts have it."""
        a_row = 0.0
        for table in config.tables:
            parts = self.reader.parts(table)
            a_row += sum(part["bytes"] for part in parts) / max(1, sum(part["rows"] for part in parts))
        return a_row

    def pieces(self, config: Config, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yield the config's rows that are released, in order of the key; all columns unless some are named."""
        if config.contract.shown_by:
            return self._shown(config, columns)
        if not config.is_split:
            return self._referred(config, columns)
        return self._of_samples(config, columns)

    def _of_samples(self, config: Config, columns: list[str] | None) -> Iterator[pa.Table]:
        columns_of = {
            table: [c for c, place in places.items() if columns is None or place in columns]
            for table, places in config.tables.items()
        }
        driver = max(config.tables, key=lambda table: (len(self.reader.parts(table)), table))
        for part in self.reader.parts(driver):
            between = part["first"], part["last"]
            pieces = {
                table: self._released(self.reader.read(table, sorted({*names, SAMPLE_ID}), *between))
                for table, names in columns_of.items()
            }
            yield _beside(config, pieces, columns_of)

    def _released(self, rows: pa.Table) -> pa.Table:
        return rows.filter(pc.is_in(rows.column(SAMPLE_ID), self.samples.column(SAMPLE_ID)))

    def _referred(self, config: Config, columns: list[str] | None) -> Iterator[pa.Table]:
        key = config.contract.key[0]
        known = pc.unique(self.samples.column(key)) if key in self.samples.column_names else None
        for rows in self.reader.iterate(config.name, columns or column_names(config.contract)):
            yield rows if known is None else rows.filter(pc.is_in(rows.column(key), known))

    def _shown(self, config: Config, columns: list[str] | None) -> Iterator[pa.Table]:
        """Yield rows that several samples share, those of released samples only, each with the first of them."""
        contract, named = config.contract, column_names(config.contract)
        first = first_samples(self.reader, contract, self.samples.column(SAMPLE_ID))
        for rows in self.reader.iterate(config.name, named):
            shown = first.column(SAMPLE_ID).take(places_in(rows, first, contract.key))
            place = rows.schema.get_field_index(SAMPLE_ID)
            placed = rows.set_column(place, rows.schema.field(place), shown)
            yield placed.filter(pc.is_valid(shown)).select(columns or named)


def select(reader: TableReader, complete: str, tombstones: Sequence[Tombstone]) -> Selection:
    """Select the samples that the table `complete` has, less those that were taken down.

    Args:
        reader: of the workspace.
        complete: table that has exactly the samples with every modality.
        tombstones: of what was taken down.

    Raises:
        InputError: no sample is left.
    """
    known = pc.unique(reader.read(complete, [SAMPLE_ID]).column(SAMPLE_ID))
    items = Items.of(map(reader.contract, reader.tables))
    samples = reader.read(items.home, [*items.tables, "split"])
    samples = samples.filter(pc.is_in(samples.column(SAMPLE_ID), known))
    samples = samples.filter(pc.invert(items.taken_down(samples, tombstones)))
    if not len(samples):
        raise InputError(f"no sample is left to release: the table {complete} has {len(known)}, all of them taken down")
    return Selection(reader, samples)


def _beside(config: Config, pieces: dict[str, pa.Table], columns_of: dict[str, list[str]]) -> pa.Table:
    """Return the columns of several tables with the same rows beside each other, named as in the config."""
    ids = pieces[next(iter(pieces))].column(SAMPLE_ID)
    columns: dict[str, ChunkedArray] = {}
    for table, rows in pieces.items():
        if not rows.column(SAMPLE_ID).equals(ids):
            raise InputError(
                f"tables {', '.join(pieces)} differ in their samples; finish the workspace with musicdata build"
            )
        columns |= {config.tables[table][name]: rows.column(name) for name in columns_of[table]}
    return pa.table(list(columns.values()), list(columns))

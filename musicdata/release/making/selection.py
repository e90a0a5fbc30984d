"""Which rows of a workspace are released: those of the samples that have every modality, and what these refer to."""

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
    from collections.abc import Iterator, Sequence

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
        if "rights" not in self.reader.tables:
            return {}
        rows = self._released(self.reader.read("rights", ["sample_id", "modality", "rights"]))
        counted = rows.group_by(["modality", "rights"], use_threads=False).aggregate([("sample_id", "count")])
        found: dict[str, dict[str, int]] = {}
        for row in sorted(counted.to_pylist(), key=lambda row: (row["modality"], row["rights"])):
            found.setdefault(row["modality"], {})[row["rights"]] = row["sample_id_count"]
        return found

    def rows(self, config: Config) -> dict[str, int]:
        """Count the rows of each split of a config."""
        key = config.contract.key
        if not config.is_split:
            return {layout.WHOLE: sum(len(piece) for piece in self.pieces(config, list(key)))}
        counts = dict.fromkeys(layout.SPLITS, 0)
        columns = list(dict.fromkeys((*key, "sample_id", "split")))
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
        wanted = {
            table: [c for c, place in places.items() if columns is None or place in columns]
            for table, places in config.tables.items()
        }
        driver = max(config.tables, key=lambda table: (len(self.reader.parts(table)), table))
        for part in self.reader.parts(driver):
            between = part["first"], part["last"]
            pieces = {
                table: self._released(self.reader.read(table, sorted({*names, "sample_id"}), *between))
                for table, names in wanted.items()
            }
            yield _beside(config, pieces, wanted)

    def _released(self, rows: pa.Table) -> pa.Table:
        return rows.filter(pc.is_in(rows.column("sample_id"), self.samples.column("sample_id")))

    def _referred(self, config: Config, columns: list[str] | None) -> Iterator[pa.Table]:
        key = config.contract.key[0]
        known = pc.unique(self.samples.column(key)) if key in self.samples.column_names else None
        for rows in self.reader.iterate(config.name, columns or column_names(config.contract)):
            yield rows if known is None else rows.filter(pc.is_in(rows.column(key), known))

    def _shown(self, config: Config, columns: list[str] | None) -> Iterator[pa.Table]:
        """Yield rows that several samples share, those of released samples only, each with the first of them."""
        key, named = list(config.contract.key), column_names(config.contract)
        first = self._first_samples(config.contract.shown_by, key)
        for rows in self.reader.iterate(config.name, named):
            shown = pa.array([first.get(k) for k in _keys(rows, key)], pa.string())
            place = rows.schema.get_field_index("sample_id")
            placed = rows.set_column(place, rows.schema.field("sample_id"), shown)
            yield placed.filter(pc.is_valid(shown)).select(columns or named)

    def _first_samples(self, table: str, key: list[str]) -> dict[tuple[str, ...], str]:
        """Return key → the first released sample whose rows in `table` refer to it."""
        first: pa.Table | None = None
        for rows in self.reader.iterate(table, [*key, "sample_id"]):
            found = self._released(rows)
            found = found if first is None else pa.concat_tables([first, found])
            found = found.group_by(key, use_threads=False).aggregate([("sample_id", "min")])
            first = found.rename_columns([name.removesuffix("_min") for name in found.column_names])
        if first is None:
            return {}
        return dict(zip(_keys(first, key), first.column("sample_id").to_pylist(), strict=True))


def select(reader: TableReader, complete: str, stones: Sequence[Tombstone]) -> Selection:
    """Select the samples that the table `complete` has, less those that were taken down.

    Args:
        reader: of the workspace.
        complete: table that has exactly the samples with every modality.
        stones: tombstones of what was taken down.

    Raises:
        InputError: no sample is left.
    """
    known = pc.unique(reader.read(complete, ["sample_id"]).column("sample_id"))
    home = introduced_by(reader)
    ids = [name for name in ID_OF.values() if name in column_names(reader.contract(home))]
    samples = reader.read(home, [*ids, "split"])
    samples = samples.filter(pc.is_in(samples.column("sample_id"), known))
    samples = samples.filter(pc.invert(is_gone(samples, stones)))
    if not len(samples):
        raise InputError(f"no sample is left to release: the table {complete} has {len(known)}, all of them taken down")
    return Selection(reader, samples)


def _keys(rows: pa.Table, key: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(rows.column(name).to_pylist() for name in key), strict=True)


def _beside(config: Config, pieces: dict[str, pa.Table], wanted: dict[str, list[str]]) -> pa.Table:
    """Return the columns of several tables with the same rows beside each other, named as in the config."""
    ids = pieces[next(iter(pieces))].column("sample_id")
    columns: dict[str, pa.ChunkedArray] = {}
    for table, rows in pieces.items():
        if not rows.column("sample_id").equals(ids):
            raise InputError(
                f"tables {', '.join(pieces)} differ in their samples; finish the workspace with musicdata build"
            )
        columns |= {config.tables[table][name]: rows.column(name) for name in wanted[table]}
    return pa.table(columns)

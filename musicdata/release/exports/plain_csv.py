"""Plain CSV: every table, split by split, for spreadsheets, databases and whatever reads text.

    <config>/<split>.csv            samples, alignment, notes …; the split is `whole` for tables without splits

Sounds and pictures are not in it: their columns hold the names of the files, and the columns of hashes beside them
their sha256; the export `files` has the files themselves. Vectors are left out. Cells are written as `tabular` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.release.exports.export import Export
from musicdata.release.exports.loose import csv_if_there
from musicdata.release.exports.tabular import CsvWriter, read_csv, rows_of
from musicdata.release.reading import shape
from musicdata.release.record import layout
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.definitions.column import Column
    from musicdata.release.exports.export import Payload
    from musicdata.release.exports.folder import Folder
    from musicdata.release.reading.release import Release


def write(release: Release, folder: Folder) -> None:
    """Write every config, a file a split."""
    for config in shape.configs(release):
        for split in shape.splits(release, config):
            with folder.open(f"{config}/{split}.csv") as file, CsvWriter(file, _types(release, config)) as writer:
                for rows in _shown(release, config, split):
                    writer.write(rows)


def _columns(release: Release, config: str) -> dict[str, Column]:
    return {name: c for name, c in shape.columns_of(release, config).items() if not c.is_vector}


def _types(release: Release, config: str) -> pa.Schema:
    columns = _columns(release, config).items()
    return pa.schema([pa.field(name, pa.string() if c.is_media else c.arrow_type) for name, c in columns])


def _shown(release: Release, config: str, split: str) -> Iterator[pa.Table]:
    """Yield the rows of a split piecewise as the CSV has them: names of files for media, no vectors."""
    columns, types = _columns(release, config), _types(release, config)
    for rows in shape.reader_of(release, split).iterate_config(config, list(columns)):
        values = [
            pc.struct_field(rows.column(name), "path") if column.is_media else rows.column(name)
            for name, column in columns.items()
        ]
        yield pa.table(values, names=list(columns)).cast(types)


def tables(folder: Path, release: Release) -> Iterator[tuple[str, str, Iterator[pa.Table] | None]]:
    """Yield (config, split, its rows) for every config, and for what is no config of the release."""
    known = shape.configs(release)
    for path in sorted(folder.glob("*/*.csv")):
        if path.parent.name not in known:
            yield path.parent.name, path.stem, iter(())
    for config in shape.configs(release):
        for split in shape.splits(release, config):
            yield config, split, csv_if_there(paths.inside(folder, f"{config}/{split}.csv"), _types(release, config))


def read(folder: Path, release: Release) -> Iterator[tuple[str, str, Payload]]:
    """Yield the facts of each sample; the names of its files and its rows in other tables are among `tables`."""
    media = {work.place for work in shape.works(release) if not work.is_text}
    for split in shape.splits(release, layout.SAMPLES):
        rows = read_csv(paths.inside(folder, f"{layout.SAMPLES}/{split}.csv"), _types(release, layout.SAMPLES))
        for row in rows_of(rows):
            facts = {name: value for name, value in row.items() if name not in media}
            yield facts["sample_id"], split, {"facts": facts}


EXPORT = Export(
    name="csv",
    holds="every table as CSV that is safe in spreadsheets; names and hashes of media, no vectors",
    write=write,
    read=read,
    tables=tables,
    carries=("facts",),
)

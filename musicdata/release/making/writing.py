"""Writes releases: the data files of one config, and the files around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.release.record import layout
from musicdata.release.record.digests import TableDigests
from musicdata.release.record.files import file_facts
from musicdata.system import paths
from musicdata.system.files import sync_file, sync_folder
from musicdata.workspace.parts import PartWriter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from musicdata.release.record.configs import Config

FILE_BYTES = 512_000_000
"""What a data file holds at most, about, before compression of its describing columns."""


class ConfigWriter:
    """The files of one config that are being written, split by split, of equal numbers of rows.

    Names of files say how many there are, so the rows of each split have to be known beforehand.
    """

    def __init__(self, root: Path, config: Config, rows: Mapping[str, int], files: Mapping[str, int]) -> None:
        self._root, self._config = root, config
        self._expected = dict(rows)
        self._n_files = dict(files)
        self._digests = TableDigests(config.contract.arrow_schema())
        self._writers: dict[str, PartWriter] = {}
        self._written = dict.fromkeys(rows, 0)
        self._finished: list[Path] = []

    def write(self, rows: pa.Table) -> None:
        """Append rows in order of the key; each goes to its split's files."""
        if not self._config.is_split:
            self._append(layout.WHOLE, rows)
            return
        for split in self._expected:
            self._append(split, rows.filter(pc.equal(rows.column("split"), pa.scalar(split))))

    def _append(self, split: str, rows: pa.Table) -> None:
        rows = self._config.contract.table(rows)
        self._digests.update(split, rows)
        while len(rows):
            number, last_row = self._place(split)
            taken = rows.slice(0, last_row - self._written[split])
            self._writer(split, number).write(taken)
            self._written[split] += len(taken)
            rows = rows.slice(len(taken))

    def _place(self, split: str) -> tuple[int, int]:
        """Return the number of the file the split's next row belongs in, and the row at which that file ends."""
        rows, files = self._expected[split], self._n_files[split]
        if self._written[split] >= rows:
            raise ValueError(f"config {self._config.name}: more than the {rows} rows of {split} that were expected")
        number = next(n for n in range(files) if self._written[split] < (n + 1) * rows // files)
        return number, (number + 1) * rows // files

    def _writer(self, split: str, number: int) -> PartWriter:
        name = layout.data_file(self._config.name, split, number, self._n_files[split])
        path = paths.inside(self._root, name)
        if split in self._writers and self._writers[split].path != path:
            self._close(split)
        if split not in self._writers:
            self._writers[split] = PartWriter(self._config.contract, path)
        return self._writers[split]

    def _close(self, split: str) -> None:
        writer = self._writers.pop(split)
        writer.close()
        sync_file(writer.path)
        self._finished.append(writer.path)

    def finish(self) -> tuple[list[layout.File], dict[str, layout.Table]]:
        """Close the files; return them, and the tables they hold with the digests of their columns.

        A split without rows has one file without rows, so that every table has every split.
        """
        for split in self._expected:
            if not self._written[split]:
                self._writer(split, 0)
        for split in list(self._writers):
            self._close(split)
        if self._written != self._expected:
            raise ValueError(f"config {self._config.name}: {self._written} rows written, {self._expected} expected")
        for split in self._expected:
            self._digests.update(split, self._config.contract.arrow_schema().empty_table())
        digests, rows = self._digests.digests(), self._digests.rows
        tables = {
            name: layout.Table(
                config=self._config.name,
                columns=columns,
                rows=rows,
                digests={column: digests[place] for column, place in columns.items()},
            )
            for name, columns in self._config.tables.items()
        }
        sync_folder(self._root / layout.DATA / self._config.name)
        return [file_facts(self._root, path) for path in sorted(self._finished)], tables

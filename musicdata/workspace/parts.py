"""Parquet: how parts of tables are written and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from musicdata.errors import ContractError, IntegrityError
from musicdata.system import paths
from musicdata.system.files import storage_faults

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.definitions.arrow import Array
    from musicdata.definitions.column import Column
    from musicdata.definitions.contract import Contract

MEDIA_GROUP_ROWS = 50
VECTOR_GROUP_ROWS = 2000  # a hundred samples of twenty notes
WIDE_GROUP_ROWS = 500  # of tables with very many columns, most of them numbers: some megabytes
GROUP_ROWS = 65_536
GATHER_ROWS = 4096
MANY_COLUMNS = 200


class PartWriter:
    """One part of a table that is being written: rows in order of the key, in row groups of a fixed size.

    The size of the groups does not depend on how the rows arrive, so the same rows give the same bytes.
    """

    def __init__(self, contract: Contract, path: Path) -> None:
        self.contract = contract
        self.path = path
        self.rows = 0
        self.first: str | None = None
        self.last: str | None = None
        self._group_rows = _group_rows(contract)
        self._waiting: list[pa.Table] = []
        self._n_waiting = 0
        self._gathered: dict[str, list[Any]] = {}
        with storage_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            paths.create(path).close()
            self._writer = pq.ParquetWriter(path, contract.arrow_schema(), **_writer_options(contract))

    def write(self, rows: pa.Table | dict[str, list[Any]]) -> None:
        """Append rows; columns of values are gathered until they fill a row group.

        Raises:
            ContractError: they do not fit the contract or are not in order of the key.
            StorageError: the disk is full.
        """
        if isinstance(rows, pa.Table):
            self._take_gathered()
            self._take(rows)
            return
        if self._gathered and rows.keys() != self._gathered.keys():
            raise ContractError(f"table {self.contract.name}: columns {sorted(rows)} after {sorted(self._gathered)}")
        for name, values in rows.items():
            self._gathered.setdefault(name, []).extend(values)
        if self._gathered and len(next(iter(self._gathered.values()))) >= min(self._group_rows, GATHER_ROWS):
            self._take_gathered()

    def _take_gathered(self) -> None:
        gathered, self._gathered = self._gathered, {}
        if gathered:
            self._take(gathered)

    def _take(self, rows: pa.Table | dict[str, list[Any]]) -> None:
        table = self.contract.table(rows)
        if not len(table):
            return
        self._note_order(table.column(self.contract.key[0]).combine_chunks())
        self.rows += len(table)
        self._waiting.append(table)
        self._n_waiting += len(table)
        while self._n_waiting >= self._group_rows:
            self._flush(self._group_rows)

    def _note_order(self, keys: Array) -> None:
        first, last = keys[0].as_py(), keys[-1].as_py()
        in_order = len(keys) == 1 or not pc.any(pc.less(keys[1:], keys[:-1])).as_py()
        if not in_order or (self.last is not None and first < self.last):
            raise ContractError(f"table {self.contract.name}: rows are not in order of {self.contract.key[0]}")
        self.first = self.first if self.first is not None else first
        self.last = last

    def _flush(self, n_rows: int) -> None:
        waiting = pa.concat_tables(self._waiting)
        with storage_faults(self.path, waiting.nbytes):
            self._writer.write_table(waiting.slice(0, n_rows).combine_chunks(), row_group_size=n_rows)
        rest = waiting.slice(n_rows)
        self._waiting = [rest] if len(rest) else []
        self._n_waiting = len(rest)

    def close(self) -> None:
        """Write what is left and the footer."""
        self._take_gathered()
        if self._n_waiting:
            self._flush(self._n_waiting)
        with storage_faults(self.path):
            self._writer.close()


def _group_rows(contract: Contract) -> int:
    if any(column.is_media for column in contract.columns):
        return MEDIA_GROUP_ROWS
    if len(contract.columns) > MANY_COLUMNS:
        return WIDE_GROUP_ROWS
    return VECTOR_GROUP_ROWS if any(column.is_array for column in contract.columns) else GROUP_ROWS


def _leaves(column: Column) -> list[str]:
    """List the columns that Parquet makes of one of ours."""
    if column.is_media:
        return [f"{column.name}.bytes", f"{column.name}.path"]
    return [f"{column.name}.list.element"] if column.is_array else [column.name]


def _writer_options(contract: Contract) -> dict[str, Any]:
    # Encoded sound and pictures do not shrink further; dictionaries only help columns that repeat, or have few values
    # as pictures do; floats shrink when their bytes are put together by significance.
    paths = [leaf for column in contract.columns for leaf in _leaves(column)]
    arrays = {_leaves(c)[0]: c.element for c in contract.columns if c.is_array}
    media = {f"{c.name}.bytes" for c in contract.columns if c.is_media}
    repeating = {
        "split",
        "song_id",
        "group_id",
        "sample_id",
        "syllable",
        "word",
        "language",
        "stage",
        "reason",
        "extractor",
        "extractor_version",
        "parameters",
    } | {path for path, element in arrays.items() if element == "uint8"}
    split = {path: "BYTE_STREAM_SPLIT" for path, element in arrays.items() if str(element).startswith("float")}
    return {
        "compression": {path: "NONE" if path in media else "ZSTD" for path in paths},
        "use_dictionary": [path for path in paths if path in repeating],
        "column_encoding": split or None,
        "write_statistics": [path for path in paths if path not in media],  # they would hold pictures once more
        "write_page_checksum": True,
        "version": "2.6",
    }


def read_part(path: Path, columns: list[str] | None, key: str, first: str | None, last: str | None) -> pa.Table:
    """Return rows of one part whose `key` lies in first..last, checking page checksums.

    Raises:
        IntegrityError: the part is not there, or is not what was written.
    """
    bounds: list[Any] = [(key, ">=", first)] * (first is not None) + [(key, "<=", last)] * (last is not None)
    try:
        with paths.open_regular(path) as file, paths.native(file) as source:
            if not bounds:  # what filters imports pandas, which takes longer than most commands
                rows = pq.ParquetFile(source, page_checksum_verification=True, pre_buffer=True).read(columns)
                return rows.select(columns) if columns is not None else rows
            return pq.read_table(
                source, columns=columns, filters=bounds or None, page_checksum_verification=True, partitioning=None
            )
    except MemoryError:  # Arrow's too, which is an error of Arrow as well
        raise
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        what = "is missing" if isinstance(error, FileNotFoundError) else f"is damaged ({error})"
        raise IntegrityError(
            f"part {path.parent.name}/{path.name} {what}; the command that built it builds it anew"
        ) from error

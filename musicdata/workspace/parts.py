"""Parquet: how parts of tables are written and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from musicdata.definitions import contract as contracts
from musicdata.definitions.stage import Reject
from musicdata.errors import ContractError
from musicdata.workspace.folder import storage_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.definitions.contract import Column, Contract
    from musicdata.workspace.folder import Workspace

MEDIA_GROUP_ROWS = 50
VECTOR_GROUP_ROWS = 2000  # a hundred samples of twenty notes
GROUP_ROWS = 65_536
_GATHER_ROWS = 4096


class PartWriter:
    """Writes one part of a table: rows in order of the key, in row groups of a fixed size.

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
        if self._gathered and len(next(iter(self._gathered.values()))) >= min(self._group_rows, _GATHER_ROWS):
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

    def _note_order(self, keys: pa.Array) -> None:
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
    return VECTOR_GROUP_ROWS if any(column.is_vector for column in contract.columns) else GROUP_ROWS


def _leaves(column: Column) -> list[str]:
    """List the columns that Parquet makes of one of ours."""
    if column.is_media:
        return [f"{column.name}.bytes", f"{column.name}.path"]
    return [f"{column.name}.list.element"] if column.is_vector else [column.name]


def _writer_options(contract: Contract) -> dict[str, Any]:
    # Encoded sound and pictures do not shrink further; dictionaries only help columns that repeat, or have few values
    # as pictures do; floats shrink when their bytes are put together by significance.
    paths = [leaf for column in contract.columns for leaf in _leaves(column)]
    vectors = {_leaves(c)[0]: c.element for c in contract.columns if c.is_vector}
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
    } | {path for path, element in vectors.items() if element == "uint8"}
    split = {path: "BYTE_STREAM_SPLIT" for path, element in vectors.items() if element == "float32"}
    return {
        "compression": {path: "NONE" if path in media else "ZSTD" for path in paths},
        "use_dictionary": [path for path in paths if path in repeating],
        "column_encoding": split or None,
        "write_statistics": [path for path in paths if path not in media],  # they would hold pictures once more
        "write_page_checksum": True,
        "version": "2.6",
    }


def read_part(path: Path, columns: list[str] | None, key: str, first: str | None, last: str | None) -> pa.Table:
    """Return rows of one part whose `key` lies in first..last, checking page checksums."""
    bounds = [(key, ">=", first)] * (first is not None) + [(key, "<=", last)] * (last is not None)
    return pq.read_table(
        path, columns=columns, filters=bounds or None, page_checksum_verification=True, partitioning=None
    )


def read_rejects(workspace: Workspace, stage: str) -> Iterator[Reject]:
    """Yield what a sealed stage dropped, in order of the key."""
    parts = [part.select(["key", "reason", "detail"]) for part in _reject_parts(workspace, stage)]
    if parts:
        order = [(name, "ascending") for name in ("key", "reason", "detail")]
        for batch in pa.concat_tables(parts).sort_by(order).to_batches(max_chunksize=_GATHER_ROWS):
            yield from (Reject(**row) for row in batch.to_pylist())


def _reject_parts(workspace: Workspace, stage: str) -> Iterator[pa.Table]:
    """Yield the parts of a sealed stage's rejects."""
    for shard in (workspace.manifest(stage) or {"shards": []})["shards"]:
        if shard["rejects"]:
            yield read_part(workspace.rejects_folder(stage) / shard["rejects"]["file"], None, "stage", None, None)


class TableReader:
    """Reads the sealed tables of a workspace through the manifests that name their parts."""

    def __init__(self, workspace: Workspace, stages: list[str] | None = None) -> None:
        self._workspace = workspace
        self._parts: dict[str, list[dict[str, Any]]] = {}
        self._digests: dict[str, str] = {}
        for stage in stages if stages is not None else workspace.sealed_stages():
            manifest = workspace.manifest(stage) or {"tables": {}, "shards": []}
            for table, facts in manifest["tables"].items():
                self._digests[table] = facts["digest"]
                self._parts[table] = [s["parts"][table] for s in manifest["shards"] if table in s["parts"]]

    @property
    def tables(self) -> list[str]:
        """List the tables there are."""
        return sorted(self._parts)

    def rejects(self) -> Iterator[dict[str, Any]]:
        """Yield the rejects of every sealed stage as rows of the `rejects` contract."""
        for stage in self._workspace.sealed_stages():
            for part in _reject_parts(self._workspace, stage):
                yield from part.to_pylist()

    def contract(self, table: str) -> Contract:
        """Return the contract of `table`, which refers to tables there are."""
        return contracts.load(table).among(self.tables)

    def parameters(self, stage: str) -> dict[str, Any]:
        """Return what a sealed stage ran with; nothing for one that was not sealed."""
        manifest = self._workspace.manifest(stage)
        return dict(manifest["origin"]["facts"]["parameters"]) if manifest else {}

    def parts(self, table: str, first: str | None = None, last: str | None = None) -> list[dict[str, Any]]:
        """List the records of the parts of `table` that can hold keys in first..last."""
        if table not in self._parts:
            raise ContractError(
                f"there is no table {table!r} in {self._workspace.root}; there are {', '.join(self.tables)}"
            )
        low, high = first or "", last
        return [p for p in self._parts[table] if p["last"] >= low and (high is None or p["first"] <= high)]

    def digest(self, table: str) -> str:
        """Return the content hash of a whole table."""
        self.parts(table)  # raises for a table that is not there
        return self._digests[table]

    def read(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> pa.Table:
        """Return rows of `table` whose first key column lies in first..last, in order of the key.

        Without `columns`, all but media and vectors are read.
        """
        chunks = list(self.iterate(table, columns, first, last))
        contract = contracts.load(table)
        wanted = columns if columns is not None else contract.describing_columns()
        empty = contract.arrow_schema().empty_table().select(wanted)
        return pa.concat_tables([empty, *chunks]).combine_chunks()

    def iterate(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> Iterator[pa.Table]:
        """Yield the same rows part by part, so that memory does not grow with the table."""
        contract = contracts.load(table)
        wanted = columns if columns is not None else contract.describing_columns()
        schema = pa.schema(
            [contract.arrow_schema().field(name) for name in wanted], metadata=contract.arrow_schema().metadata
        )
        folder = self._workspace.table_folder(table)
        for part in self.parts(table, first, last):
            rows = read_part(folder / part["file"], wanted, contract.key[0], first, last)
            yield rows.select(wanted).cast(schema)

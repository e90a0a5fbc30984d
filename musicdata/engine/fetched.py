"""What became of a network stage's items, as shards of work and as answers to read."""

from __future__ import annotations

import functools
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from musicdata.definitions import contract as contracts
from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.stage import Answer, Shard
from musicdata.engine.wholeness import Parts
from musicdata.errors import PartialError
from musicdata.system import paths
from musicdata.workspace.ledger import Ledger
from musicdata.workspace.reader import TableReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from musicdata.definitions.reader import Inputs
    from musicdata.definitions.stage import Stage
    from musicdata.workspace.folder import Workspace
    from musicdata.workspace.ledger import Entry


def cut(ledger: Ledger, stage: Stage[Any], inputs: Inputs) -> Iterator[Shard]:
    """Cut a network stage's items into shards; one changes when an answer or a row that it may read does."""
    assert stage.network is not None, "only network stages have items"
    key = contracts.load(stage.outputs[0]).key[0]
    aligned: dict[str, Sequence[str] | None] = {
        table: None for table in stage.inputs if contracts.load(table).key[0] == key
    }
    others = [inputs.digest(table) for table in stage.inputs if table not in aligned]
    for entries in cutting.grouped(ledger.entries(stage.name), stage.network.shard_items, lambda entry: entry.key):
        first, last = entries[0].key, entries[-1].key
        gathered = hashlib.sha256(b"".join(hashlib.sha256(entry.fingerprint()).digest() for entry in entries))
        rows = cutting.rows_digest(inputs, aligned, first, last) if aligned else ""
        gathered.update("".join([rows, *others]).encode())
        yield Shard(first, last, len(entries), gathered.hexdigest())


def of(workspace: Workspace, stage: Stage[Any], shard: Shard) -> Callable[[], Iterator[Answer]]:
    """Return what yields the answers of a shard; nothing, for a stage that is none of the network."""

    def read() -> Iterator[Answer]:
        sealed = _Sealed(workspace, stage, shard)
        with Ledger(workspace, read_only=True) as ledger:
            for entry in ledger.entries(stage.name, shard.first, shard.last):
                yield _answer(ledger, stage.name, entry, sealed)

    return read if stage.network is not None else lambda: iter(())


def _answer(ledger: Ledger, stage: str, entry: Entry, sealed: _Sealed) -> Answer:
    request = json.loads(entry.request)
    if entry.outcome != "ok":
        return Answer(entry.key, request, entry.outcome or "transient", entry.reason, entry.detail)
    payload = ledger.payload(stage, entry.key)
    if payload is not None:
        return Answer(entry.key, request, "ok", payload=payload)
    path = ledger.file(stage, entry.digest)
    if path.is_file():
        return Answer(entry.key, request, "ok", path=path)
    return Answer(entry.key, request, "ok", payload=sealed.file(entry))


class _Sealed:
    """The files that are in the stage's own sealed table, and beside the ledger no more."""

    def __init__(self, workspace: Workspace, stage: Stage[Any], shard: Shard) -> None:
        self._workspace = workspace
        self._stage = stage
        self._shard = shard

    @functools.cached_property
    def _files(self) -> dict[str, bytes]:
        """Return sha256 → file of the rows in the shard's range; they are as many as a shard has."""
        table = self._stage.network.kept_in if self._stage.network else ""
        if not table:
            return {}
        media = next(column.name for column in contracts.load(table).columns if column.is_media)
        rows = TableReader(self._workspace, [self._stage.name]).read(
            table, [contracts.load(table).key[0], media, "sha256"], self._shard.first, self._shard.last
        )
        return {row["sha256"]: row[media]["bytes"] for row in rows.to_pylist()}

    def file(self, entry: Entry) -> bytes:
        if entry.digest not in self._files:
            raise PartialError(
                f"{self._stage.name}: what was fetched for {entry.key} is gone; "
                "the same command, run once more, fetches it again"
            )
        return self._files[entry.digest]


def sealed_files(
    workspace: Workspace, stage: Stage[Any], manifest: dict[str, Any] | None, checked: Parts | None = None
) -> set[str]:
    """Return the sha256 of every file that the stage's sealed table holds, in parts that are whole."""
    table = stage.network.kept_in if stage.network else ""
    if not table or manifest is None:
        return set()
    parts = [shard["parts"][table] for shard in manifest["shards"] if table in shard["parts"]]
    files = [(workspace.table_part(table, part["file"]), part) for part in parts]
    checked = checked or Parts()
    checked.look(files)
    whole = [path for path, part in files if not checked.fault(path, part)]
    return {digest for path in whole for digest in _sha256s(path)}


def _sha256s(path: Path) -> list[str]:
    with paths.open_regular(path) as file, paths.native(file) as source:
        return strings(pq.ParquetFile(source).read(["sha256"]).column(0))


def release_files(workspace: Workspace, stage: Stage[Any], manifest: dict[str, Any]) -> None:
    """Remove the files beside the ledger that the stage's sealed table holds."""
    if there := list(workspace.place(f"state/fetched/{stage.name}").glob("*/*")):
        sealed = sealed_files(workspace, stage, manifest)
        for path in there:
            if path.name in sealed:
                path.unlink()

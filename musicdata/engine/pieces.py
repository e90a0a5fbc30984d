"""What a worker does for a shard that is computed in pieces, because a worker died of it as a whole.

Pieces stay in scratch until all are there. Then one worker puts their rows together, in order, with a reject for each
item that ended a worker alone: that gives the very bytes that the shard would have without these items.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from musicdata.definitions import contract as contracts
from musicdata.definitions.arrow import strings
from musicdata.engine import shards
from musicdata.system.files import write_file
from musicdata.workspace import records
from musicdata.workspace.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.definitions.stage import Pieces, Shard
    from musicdata.engine.executor import Spec
    from musicdata.engine.shards import ShardSink, Work
    from musicdata.workspace.folder import Workspace

_REJECTS, _OUTLINE = "rejects.json", "outline.json"


@dataclass(frozen=True, slots=True)
class Dropped:
    """An item that ended a worker when it was computed alone.

    Attributes:
        item: its place in the shard.
        reason: code, and `detail` the same for people, as in rejects.
    """

    item: int
    reason: str
    detail: str


def idle(spec: Spec) -> dict[str, Any]:
    """Do nothing but what every shard begins with: whoever dies of that dies of no item."""
    shards.open_work(spec)
    return {}


def count(spec: Spec) -> dict[str, Any]:
    """Count the items of a shard."""
    work = shards.open_work(spec)
    _, shard = shards.planned(work, spec.ordinal)
    return {"n_items": len(_items(work, shard))}


def compute(spec: Spec) -> dict[str, Any]:
    """Compute some items of a shard; what they make stays in scratch."""
    work = shards.open_work(spec)
    key, shard = shards.planned(work, spec.ordinal)
    folder = _folder(work.workspace, spec.stage, key) / f"{spec.start}-{spec.stop}"
    sink = shards.run(work, _piece(work, shard, spec.start, spec.stop), folder)
    sink.close()
    write_file(folder / _REJECTS, json.dumps(sink.rejected).encode())
    return {}


def write_outline(
    workspace: Workspace,
    stage: str,
    key: str,
    ranges: list[tuple[int, int]],
    dropped: list[Dropped],
    limits: dict[str, int],
) -> None:
    """Write down, for the worker that merges, which pieces there are and which items are dropped."""
    facts = {
        "ranges": ranges,
        "dropped": [[one.item, one.reason, one.detail] for one in dropped],
        "limits": limits,
    }
    workspace.write_json(_folder(workspace, stage, key) / _OUTLINE, facts)


def merge(spec: Spec) -> dict[str, Any]:
    """Put the pieces of a shard together and commit it."""
    work = shards.open_work(spec)
    key, shard = shards.planned(work, spec.ordinal)
    folder = _folder(work.workspace, spec.stage, key)
    outline = records.read(folder / _OUTLINE)
    assert outline is not None, "the engine writes it before it asks for this"
    sink = shards.ShardSink(work.stage, shards.scratch_of(work, key))
    for start, stop in outline["ranges"]:
        _take(sink, folder / f"{start}-{stop}")
    items, pieces = _items(work, shard), _pieces(work)
    for item, reason, detail in outline["dropped"]:
        sink.reject(pieces.reject_key(items[item]), reason, detail)
    more = {"dropped_within": outline["limits"]} if outline["dropped"] else {}
    counts = shards.commit(work, spec.ordinal, key, shard, sink, **more)
    shutil.rmtree(folder, ignore_errors=True)
    return counts


def _take(sink: ShardSink, folder: Path) -> None:
    for path in sorted(folder.glob("*.parquet")):
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for number in range(file.num_row_groups):
                sink.write(path.stem, file.read_row_group(number))
    for key, reason, detail in json.loads((folder / _REJECTS).read_bytes()):
        sink.reject(key, reason, detail)


def _folder(workspace: Workspace, stage: str, key: str) -> Path:
    return workspace.scratch / stage / f"{key}.pieces"


def _pieces(work: Work) -> Pieces:
    assert work.stage.pieces is not None, "only such stages are asked for pieces"
    return work.stage.pieces


def _items(work: Work, shard: Shard) -> list[str]:
    """List the items of a shard, in order."""
    if _pieces(work).of == "items":
        return list(shard.items)
    return sorted(set(_keys(work, shard)))


def _keys(work: Work, shard: Shard) -> Iterator[str]:
    """Yield the values of the first key column in a shard."""
    if work.stage.network is not None:
        with Ledger(work.workspace, read_only=True) as ledger:
            yield from (entry.key for entry in ledger.entries(work.stage.name, shard.first, shard.last))
        return
    key = contracts.load(work.stage.outputs[0]).key[0]
    for table in work.stage.inputs:
        if contracts.load(table).key[0] == key:
            yield from strings(pc.unique(work.inputs.read(table, [key], shard.first, shard.last).column(key)))


def _piece(work: Work, shard: Shard, start: int, stop: int) -> Shard:
    items = _items(work, shard)[start:stop]
    if _pieces(work).of == "items":
        return replace(shard, items=tuple(items), n_items=len(items))
    return replace(shard, first=items[0], last=items[-1], n_items=len(items))

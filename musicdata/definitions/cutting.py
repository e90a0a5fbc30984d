"""Cutting work into shards by content, so that adding an item leaves all shards but one as they were."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar, cast

import pyarrow as pa
import pyarrow.compute as pc

from musicdata import settings
from musicdata.definitions import contract as contracts
from musicdata.definitions.arrow import conformed, strings
from musicdata.definitions.stage import Shard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from io import IOBase

    from musicdata.definitions.reader import Inputs

T = TypeVar("T")


def runs(ids: Sequence[str], target: int, least: int = 1) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of runs of about `target` ids, between target/2 and 2·target.

    A run ends at an id whose hash says so, never at a count from the beginning: an id added or removed moves the
    ends near it only. `MUSICDATA_SHARD_ITEMS` makes runs smaller, but no smaller than `least` says: where a program
    has to be started for each.
    """
    start = 0
    for run in grouped(ids, target, str, least):
        yield start, start + len(run)
        start += len(run)


def grouped(items: Iterable[T], target: int, id_of: Callable[[T], str], least: int = 1) -> Iterator[list[T]]:
    """Yield the items themselves in the runs that `runs` finds; no more than one run is in memory."""
    target = max(min(target, settings.shard_items() or target), min(target, least))
    run: list[T] = []
    for item in items:
        run.append(item)
        ends_here = int.from_bytes(hashlib.sha256(id_of(item).encode()).digest()[:4]) % max(target // 2, 1) == 0
        if (len(run) >= target // 2 and ends_here) or len(run) >= 2 * target:
            yield run
            run = []
    if run:
        yield run


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the items in runs of `size`, the last one shorter."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def by_key(inputs: Inputs, reads: Mapping[str, Sequence[str] | None], target: int) -> Iterator[Shard]:
    """Cut the first table of `reads` by its first key column into shards of about `target` keys.

    Args:
        inputs: the tables.
        reads: table → columns the stage reads of it (None: all but media and vectors); all are keyed by the same
            first column.
        target: keys in a shard.
    """
    key = contracts.load(next(iter(reads))).key[0]
    ids = strings(pc.unique(inputs.read(next(iter(reads)), [key]).column(key)))
    for start, stop in runs(ids, target):
        first, last = ids[start], ids[stop - 1]
        yield Shard(first, last, stop - start, rows_digest(inputs, reads, first, last))


def rows_digest(
    inputs: Inputs,
    reads: Mapping[str, Sequence[str] | None],
    first: str | None = None,
    last: str | None = None,
) -> str:
    """Return the sha256 of the rows of several tables in first..last."""
    sink = _HashSink()
    for table, columns in reads.items():
        rows = _plain(inputs.read(table, list(columns) if columns is not None else None, first, last))
        with pa.ipc.new_stream(pa.PythonFile(cast("IOBase", sink), mode="w"), rows.schema) as stream:
            stream.write_table(rows.combine_chunks())
    return sink.hexdigest()


def _plain(rows: pa.Table) -> pa.Table:
    """Return the rows without descriptions: better words for a column do not change what is in it."""
    return conformed(rows, pa.schema([pa.field(f.name, f.type, f.nullable) for f in rows.schema]))


class _HashSink:
    """A file that keeps only the hash of what is written to it."""

    closed = False

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return len(data)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def close(self) -> None:
        """Do nothing: the hash outlives the stream."""

"""Reads tables with several rows a sample, such as the songs of an album, as arrays with keys."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.errors import InputError
from musicdata_baselines.views import Sequences

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata.definitions.table_source import TableSource

INDEX_BITS = 32
"""Of a key, the lower bits: the index of a row in its sample; the others are the sample's number."""

V = TypeVar("V", "NDArray[np.float32]", Sequences)


@dataclass(frozen=True, slots=True, eq=False)
class Items(Generic[V]):
    """Rows of a table, several a sample.

    Attributes:
        keys: (rows,) ascending: number of the sample and index in it.
        values: of each row, an array (rows, width) or sequences.
    """

    keys: NDArray[np.int64]
    values: V

    def at(self, keys: NDArray[np.int64]) -> V:
        """Return the values of the given keys, all of which are there."""
        return self._take(np.searchsorted(self.keys, keys))

    def of_samples(self, numbers: NDArray[np.int64]) -> Items[V]:
        """Return the rows of the given samples."""
        rows = np.flatnonzero(np.isin(self.keys >> INDEX_BITS, numbers))
        return Items(self.keys[rows], self._take(rows))

    def _take(self, rows: NDArray[np.int64]) -> V:
        if len(rows) == len(self.keys) and np.array_equal(rows, np.arange(len(rows))):  # as they are: nothing is copied
            return self.values
        return self.values.take(rows) if isinstance(self.values, Sequences) else self.values[rows]


def read_vectors(work: TableSource, path: str, ids: NDArray[np.str_]) -> Items[NDArray[np.float32]]:
    """Read a column of vectors; a row without one is left out.

    Raises:
        InputError: the table has not several rows a sample, or the column holds no vectors.
    """
    name, column, index = _index_of(work, path)
    shape = work.contract(name).column(column).shape
    if not shape:
        raise InputError(f"{work.root}: {path} holds no vectors; name a column of features")
    width = math.prod(shape)
    keys, parts = [np.empty(0, np.int64)], [np.empty((0, width), np.float32)]
    for rows in work.iterate(name, ["sample_id", index, column]):
        there = rows.filter(pc.is_valid(rows.column(column)))
        keys.append(keys_of(there, index, ids))
        flat = pc.list_flatten(there.column(column).combine_chunks()).to_numpy(zero_copy_only=False)
        parts.append(flat.astype(np.float32, copy=False).reshape(len(there), width))
    return _sorted(np.concatenate(keys), np.concatenate(parts))


def read_tokens(work: TableSource, path: str, ids: NDArray[np.str_]) -> Items[Sequences]:
    """Read a column of sequences of token ids; a row without one is left out.

    Raises:
        InputError: the table has not several rows a sample.
    """
    name, column, index = _index_of(work, path)
    keys, values, lengths = [np.empty(0, np.int64)], [np.empty(0, np.int32)], [np.zeros(1, np.int64)]
    for rows in work.iterate(name, ["sample_id", index, column]):
        there = rows.filter(pc.is_valid(rows.column(column)))
        tokens = there.column(column).combine_chunks()
        keys.append(keys_of(there, index, ids))
        values.append(pc.list_flatten(tokens).to_numpy(zero_copy_only=False).astype(np.int32, copy=False))
        lengths.append(pc.list_value_length(tokens).to_numpy(zero_copy_only=False).astype(np.int64))
    return _sorted(np.concatenate(keys), Sequences(np.concatenate(values), np.cumsum(np.concatenate(lengths))))


def _sorted(keys: NDArray[np.int64], values: V) -> Items[V]:
    """Return the rows in order of their keys; those of samples that are not there are left out."""
    order = np.argsort(keys, kind="stable")
    order = order[keys[order] >= 0]
    return Items(keys[order], Items(keys, values)._take(order))


def _index_of(work: TableSource, path: str) -> tuple[str, str, str]:
    """Return table, column, and the column that numbers the rows of a sample."""
    name, column = path.split(".")
    key = work.contract(name).key
    if len(key) != 2 or key[0] != "sample_id":
        raise InputError(
            f"{work.root}: table {name} of {path} is keyed by {', '.join(key)}, expected sample_id and a number, as of "
            "the songs of an album"
        )
    return name, column, key[1]


def keys_of(rows: pa.Table, index: str, ids: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the keys (rows,) of rows; −1 for a sample that is not among `ids`, which ascend."""
    sample = rows.column("sample_id").combine_chunks()
    number = pc.index_in(sample, value_set=pa.array(ids.tolist(), sample.type))
    numbers = number.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    within = rows.column(index).combine_chunks().to_numpy(zero_copy_only=False).astype(np.int64)
    keys: NDArray[np.int64] = np.where(numbers < 0, -1, (numbers << INDEX_BITS) | within)
    return keys

"""Compares columns row by row: bits, not numbers, so that a value is equal to itself and to nothing else."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Array, ChunkedArray

    Mask = NDArray[np.bool_]

_BITS = {pa.float16(): pa.uint16(), pa.float32(): pa.uint32(), pa.float64(): pa.uint64()}


def unequal(a: ChunkedArray, b: ChunkedArray) -> Mask:
    """Say of each row whether the two columns, of one type, differ there.

    An empty value equals an empty value only. NaN equals the same NaN, -0.0 differs from 0.0.
    """
    if len(a) != len(b):
        raise ValueError(f"columns of {len(a)} and {len(b)} rows")
    if not len(a):
        return np.zeros(0, bool)
    return _unequal(a.combine_chunks(), b.combine_chunks())


def _unequal(a: Array, b: Array) -> Mask:
    empty_a, empty_b = _mask(a.is_null()), _mask(b.is_null())
    differs: Mask = np.where(empty_a | empty_b, empty_a != empty_b, _bodies_unequal(a, b))
    return differs


def _bodies_unequal(a: Array, b: Array) -> Mask:
    """Compare the values of rows that have some; of others it may say anything."""
    if isinstance(a, pa.StructArray) and isinstance(b, pa.StructArray):
        columns = zip(a.flatten(), b.flatten(), strict=True)
        return functools.reduce(np.bitwise_or, [_unequal(ours, theirs) for ours, theirs in columns])
    if isinstance(a, pa.FixedSizeListArray) and isinstance(b, pa.FixedSizeListArray):
        differs: Mask = (_vectors(a) != _vectors(b)).any(axis=1)
        return differs
    if isinstance(a, pa.ListArray) and isinstance(b, pa.ListArray):
        return _sequences_unequal(a, b)
    if bits := _BITS.get(a.type):
        a, b = a.view(bits), b.view(bits)
    return _mask(pc.not_equal(a, b).fill_null(fill_value=False))


def _vectors(values: pa.FixedSizeListArray[Any, Any]) -> NDArray[Any]:
    """Return the bits of a vector column's numbers, of shape (rows, numbers); those behind empty rows too."""
    length = values.type.list_size
    flat: Array = values.values.slice(values.offset * length, len(values) * length)
    flat = flat.fill_null(0) if flat.null_count else flat
    bits = flat.view(_BITS.get(flat.type, flat.type))
    numbers: NDArray[Any] = bits.to_numpy(zero_copy_only=False)
    return numbers.reshape(len(values), length)


def _sequences_unequal(a: pa.ListArray[Any], b: pa.ListArray[Any]) -> Mask:
    """Compare lists of any length: how long they are, then the numbers of those that are equally long."""
    lengths_a, lengths_b = (values.value_lengths().fill_null(0).to_numpy(zero_copy_only=False) for values in (a, b))
    differs: Mask = lengths_a != lengths_b
    equally_long = np.flatnonzero(~differs)
    numbers = _unequal(a.take(equally_long).flatten(), b.take(equally_long).flatten())
    rows = np.repeat(equally_long, lengths_a[equally_long])
    differs[rows[numbers]] = True
    return differs


def _mask(values: Array) -> Mask:
    mask: Mask = values.to_numpy(zero_copy_only=False)
    return mask

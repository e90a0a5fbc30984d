"""Digests of columns: what a table holds, whatever its files, row groups, encodings and chunks."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Array, Values


class ColumnDigest:
    """Takes a column's values piece by piece; equal values in equal order give the same digest.

    It is the sha256 over the type, the number of rows, and the sha256 of three streams: the values' bytes (fixed width:
    little-endian; texts and bytes: end to end), their lengths (int64; of lists of any length too), and the numbers of
    the empty rows (int64). Of a struct or a list, its children's. The bits of a number count: -0.0 differs from 0.0.
    """

    def __init__(self, kind: pa.DataType) -> None:
        self.rows = 0
        self._type = kind
        self._values, self._lengths, self._nulls = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
        if pa.types.is_struct(kind):
            self._children = [ColumnDigest(kind.field(i).type) for i in range(kind.num_fields)]
        elif pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind):
            self._children = [ColumnDigest(kind.value_type)]
        else:
            self._children = []

    def update(self, values: Values) -> None:
        """Append values of the column's type."""
        for chunk in values.chunks if isinstance(values, pa.ChunkedArray) else [values]:
            self._append(chunk)

    def _append(self, chunk: Array) -> None:
        if chunk.null_count:
            self._nulls.update((np.flatnonzero(chunk.is_null().to_numpy(zero_copy_only=False)) + self.rows).tobytes())
        self.rows += len(chunk)
        if isinstance(chunk, pa.StructArray):
            for child, field in zip(self._children, chunk.flatten(), strict=True):
                child.update(field)
        elif isinstance(chunk, pa.FixedSizeListArray):
            self._children[0].update(chunk.flatten())  # leaves out what stands behind an empty row
        elif isinstance(chunk, pa.ListArray):
            lengths = chunk.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
            self._lengths.update(lengths.astype(np.int64).tobytes())
            self._children[0].update(chunk.flatten())
        elif pa.types.is_string(self._type) or pa.types.is_binary(self._type):
            self._append_bytes(chunk)
        else:
            self._values.update(_fixed_width(chunk))

    def _append_bytes(self, chunk: Array) -> None:
        whole = chunk.fill_null("" if pa.types.is_string(self._type) else b"") if chunk.null_count else chunk
        _, offsets, data = whole.buffers()
        if offsets is None or not len(whole):
            return
        ends = np.frombuffer(memoryview(offsets), dtype=np.int32)[whole.offset : whole.offset + len(whole) + 1]
        self._lengths.update(np.diff(ends).astype(np.int64).tobytes())
        if data is not None:
            self._values.update(memoryview(data)[ends[0] : ends[-1]])

    def hexdigest(self) -> str:
        """Return the digest of everything so far, hexadecimal."""
        total = hashlib.sha256(f"{self._type}|{self.rows}|".encode())
        for stream in (self._values, self._lengths, self._nulls):
            total.update(stream.digest())
        for child in self._children:
            total.update(child.hexdigest().encode())
        return total.hexdigest()


def _fixed_width(chunk: Array) -> bytes:
    values = pc.cast(chunk, pa.uint8()) if pa.types.is_boolean(chunk.type) else chunk
    if values.null_count:
        values = values.fill_null(0)
    array: NDArray[Any] = values.to_numpy(zero_copy_only=False)
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()


class TableDigests:
    """Takes a table's rows piece by piece, split by split, and digests every column."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._digests: dict[str, dict[str, ColumnDigest]] = {}

    def update(self, split: str, rows: pa.Table) -> None:
        """Append rows of a split; columns in any order."""
        if split not in self._digests:
            self._digests[split] = {field.name: ColumnDigest(field.type) for field in self._schema}
        for name, digest in self._digests[split].items():
            digest.update(rows.column(name))

    @property
    def rows(self) -> dict[str, int]:
        """Return split → rows."""
        return {split: next(iter(columns.values())).rows for split, columns in sorted(self._digests.items())}

    def digests(self) -> dict[str, dict[str, str]]:
        """Return column → split → digest."""
        splits = sorted(self._digests)
        return {f.name: {s: self._digests[s][f.name].hexdigest() for s in splits} for f in self._schema}


def digest_of_rows(pieces: Iterable[pa.Table], schema: pa.Schema) -> dict[str, str]:
    """Return column → digest of all the pieces."""
    digests = {field.name: ColumnDigest(field.type) for field in schema}
    for piece in pieces:
        for name, digest in digests.items():
            digest.update(piece.column(name))
    return {name: digest.hexdigest() for name, digest in digests.items()}

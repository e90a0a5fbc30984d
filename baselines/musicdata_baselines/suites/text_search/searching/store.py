"""Tables of an index on disk: Arrow files that are mapped into memory, so that opening one reads next to nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast, overload

import pyarrow as pa

from musicdata.errors import IntegrityError
from musicdata.system import paths
from musicdata.system.files import sync

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Array


def write_rows(folder: Path, name: str, table: pa.Table) -> None:
    """Write a table as one Arrow file below a folder of our own."""
    with paths.create_inside(folder, name) as file:
        whole = table.combine_chunks()
        with pa.ipc.new_file(file, whole.schema) as writer:
            writer.write(whole)
        sync(file)


def map_rows(folder: Path, name: str) -> pa.Table:
    """Map a table that `write_rows` wrote.

    Raises:
        IntegrityError: it is missing or damaged.
    """
    try:
        return pa.ipc.open_file(pa.py_buffer(paths.map_inside(folder, name))).read_all()
    except (OSError, pa.ArrowException) as error:
        raise IntegrityError(
            f"{folder / name} cannot be read ({error}): the index is damaged. Build it anew: musicdata search --reindex"
        ) from error


def one_array(table: pa.Table, name: str) -> Array:
    """Return a column of a table in one piece, without a copy of one that is in one piece."""
    chunks: Any = table.column(name).chunks
    whole = (
        pa.concat_arrays(chunks) if len(chunks) > 1 else chunks[0] if chunks else table.column(name).combine_chunks()
    )
    return cast("Array", whole)


def numbers(table: pa.Table, name: str) -> NDArray[Any]:
    """Return a column of numbers without nulls as an array of NumPy, without a copy."""
    return one_array(table, name).to_numpy(zero_copy_only=True)


def matrix(table: pa.Table, name: str) -> NDArray[np.float32]:
    """Return a column of vectors without nulls as an array (rows, width), without a copy."""
    vectors: Any = one_array(table, name)
    width: int = vectors.type.list_size
    flat: NDArray[np.float32] = vectors.flatten().to_numpy(zero_copy_only=True)
    return flat.reshape(-1, width)


class Column(Sequence[Any]):
    """A column as a sequence: a value becomes a Python object when it is asked for."""

    def __init__(self, values: Array) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Any]: ...

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self._values[int(place) % len(self)].as_py()

    def __iter__(self) -> Iterator[Any]:
        step = 4096
        for start in range(0, len(self), step):
            yield from self._values.slice(start, step).to_pylist()


class Names(Mapping[str, str]):
    """Names in order, each with the one that is meant; looked up where they lie.

    Args:
        keys: in order of their code points, distinct.
        values: as many.
    """

    def __init__(self, keys: Column, values: Column) -> None:
        self._keys, self._values = keys, values

    def __getitem__(self, name: str) -> str:
        place = bisect_left(self._keys, name)
        if place == len(self._keys) or self._keys[place] != name:
            raise KeyError(name)
        return str(self._values[place])

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

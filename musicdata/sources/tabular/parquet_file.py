"""Rows of a Parquet file, read some at a time and no column but those that are wanted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from musicdata.errors import InputError, IntegrityError
from musicdata.sources.tabular.rows import Row
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from musicdata.sources.tabular.rows import Fault, SourceFile

_ROWS_AT_ONCE = 512


@contextlib.contextmanager
def _opened(file: SourceFile) -> Iterator[pq.ParquetFile]:
    try:
        with (
            paths.open_regular(file.path, follow=True) as opened,
            paths.native(opened) as source,
            pq.ParquetFile(source, pre_buffer=False) as parquet,  # else it keeps all that it has read ahead
        ):
            yield parquet
    except (pa.ArrowException, OSError, IntegrityError) as error:
        raise InputError(f"input {file.path} cannot be read as Parquet: {error}") from None


def columns(file: SourceFile) -> list[str]:
    """Return the names of the columns.

    Raises:
        InputError: it cannot be read.
    """
    with _opened(file) as parquet:
        return list(parquet.schema_arrow.names)


def count(file: SourceFile) -> int:
    """Return how many rows there are.

    Raises:
        InputError: it cannot be read.
    """
    with _opened(file) as parquet:
        return int(parquet.metadata.num_rows)


def rows(file: SourceFile, wanted: Callable[[Sequence[str]], Iterable[str]]) -> Iterator[Row | Fault]:
    """Yield the rows of a file.

    Args:
        file: of a source.
        wanted: tells of the names of its columns those that are read.

    Raises:
        InputError: it cannot be read.
    """
    with _opened(file) as parquet:
        names = sorted(set(wanted(parquet.schema_arrow.names)))
        batches = parquet.iter_batches(_ROWS_AT_ONCE, columns=names)
        for number, cells in enumerate((cells for batch in batches for cells in batch.to_pylist()), 1):
            yield Row(number, cells)

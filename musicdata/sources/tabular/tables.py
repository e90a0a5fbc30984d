"""Tables of all kinds behind one door: which kind a file is, its ending says."""

from __future__ import annotations

import itertools
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from musicdata.errors import InputError, IntegrityError
from musicdata.music.text.limits import statement
from musicdata.sources.tabular import delimited, objects, parquet_file
from musicdata.sources.tabular.rows import Fault
from musicdata.system.digests import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from musicdata.sources.tabular.rows import Row, SourceFile

PACKED = ".gz"
PARQUET = ".parquet"
_TEXTS: Mapping[str, Any] = {
    ".csv": delimited,
    ".tsv": delimited,
    ".jsonl": objects,
    ".ndjson": objects,
    ".json": objects,
}
ENDINGS = frozenset({*_TEXTS, PARQUET})
"""Of files that are tables, without that of packing."""

KINDS = ".csv .tsv .jsonl .ndjson .json (each also packed, .gz) .parquet"
_LOOKED_AT = 500  # rows by whose length all are counted
_UNPACKED = 2.5  # bytes of text for one that is packed, about


def ending(name: str, not_packed: Sequence[str] = (PARQUET,)) -> str:
    """Return the ending that says what a file is, that of packing left out; "" for what is packed and never is so.

    >>> ending("songs.CSV"), ending("songs.csv.gz"), ending("songs.parquet.gz"), ending("README")
    ('.csv', '.csv', '', '')
    """
    place = PurePosixPath(name.lower())
    if place.suffix != PACKED:
        return place.suffix
    packed = PurePosixPath(place.stem).suffix
    return "" if packed in not_packed else packed


def shown(name: str) -> str:
    r"""Return a file's name as a text: of bytes that are not UTF-8, their numbers.

    >>> shown("caf\udce9.csv")
    'caf\\udce9.csv'
    """
    return name.encode("utf-8", "backslashreplace").decode()


def content_hash(file: SourceFile) -> str:
    """Return the sha256 of a file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return sha256_of_file(file.path)
    except (OSError, IntegrityError) as error:
        raise InputError(f"input {file.path} cannot be read: {error}") from None


def columns(file: SourceFile) -> list[str]:
    """Return the names of a table's columns.

    Raises:
        InputError: it cannot be read.
    """
    reader = parquet_file if file.ending == PARQUET else _TEXTS[file.ending]
    return [statement(name) for name in reader.columns(file)]


def rows(file: SourceFile, wanted: Callable[[Sequence[str]], Iterable[str]]) -> Iterator[Row | Fault]:
    """Yield the rows of a table.

    Args:
        file: of a source.
        wanted: tells of the names of columns those that are needed; where they lie apart, no others are read.

    Raises:
        InputError: it cannot be read.
    """
    if file.ending == PARQUET:
        return parquet_file.rows(file, wanted)
    found: Iterator[Row | Fault] = _TEXTS[file.ending].rows(file)
    return found


def count(file: SourceFile, found: Callable[[SourceFile], Iterator[Row | Fault]]) -> float:
    """Return about how many rows a table has, by the length of its first ones.

    Args:
        file: of a source.
        found: yields its rows.

    Raises:
        InputError: it cannot be read.
    """
    if file.ending == PARQUET:
        return parquet_file.count(file)
    sizes = [_size(row) for row in itertools.islice(found(file), _LOOKED_AT)]
    if len(sizes) < _LOOKED_AT:
        return len(sizes)
    n_bytes = file.path.stat().st_size * (_UNPACKED if file.path.suffix.lower() == PACKED else 1)
    return max(n_bytes * len(sizes) / max(sum(sizes), 1), len(sizes))


def _size(row: Row | Fault) -> int:
    if isinstance(row, Fault):
        return 0
    return sum(len(str(value).encode("utf-8", "replace")) + 1 for value in row.cells.values())

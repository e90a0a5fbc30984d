"""Interpretations in a pickle of objects or dicts, as the papers publish them; nothing that it says is run."""

from __future__ import annotations

import contextlib
import itertools
import os
from typing import TYPE_CHECKING, Any

from musicdata.errors import FormatError, InputError
from musicdata.music.formats.pickled_records import PickledRecords
from musicdata.sources.tabular import encoded
from musicdata.sources.tabular.rows import Fault, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from musicdata.sources.tabular.rows import SourceFile

CLASSES = frozenset({"LyricsCommentData", "MusicData"})
"""Classes of the papers whose objects are records, in whatever module they stood."""

_LOOKED_AT = 50  # records whose attributes are the columns
_COUNTED = 500  # records by whose length all are counted


@contextlib.contextmanager
def _opened(file: SourceFile) -> Iterator[PickledRecords]:
    try:
        with encoded.unpacked(file.path) as (stream, plain):
            size = os.fstat(plain.fileno()).st_size if plain else None
            yield PickledRecords(stream, CLASSES, size, _again(plain.fileno()) if plain else None)
    except FormatError as error:
        raise InputError(f"input {file.path} cannot be read as a pickle of records: {error.detail}") from None


def _again(descriptor: int) -> Callable[[int, int], bytes] | None:
    read_at = getattr(os, "pread", None)  # Windows has none: long texts are then kept
    return None if read_at is None else lambda offset, n_bytes: bytes(read_at(descriptor, n_bytes, offset))


def columns(file: SourceFile) -> list[str]:
    """Return the names of the attributes that the first records have.

    Raises:
        InputError: it cannot be read.
    """
    names: dict[str, None] = {}
    for row in itertools.islice(rows(file), _LOOKED_AT):
        if isinstance(row, Row):
            names.update(dict.fromkeys(row.cells))
    return list(names)


def rows(file: SourceFile) -> Iterator[Row | Fault]:
    """Yield the records of a file.

    Raises:
        InputError: it cannot be read, breaks off, or asks for anything but records and plain values.
    """
    with _opened(file) as records:
        for number, record in enumerate(records, 1):
            yield _row(number, record)


def _row(number: int, record: Any) -> Row | Fault:
    if isinstance(record, dict) and all(isinstance(name, str) for name in record):
        return Row(number, record)
    kind = type(record).__name__
    return Fault(number, "not_an_object", f"{kind} where a record is expected: {str(record)[:60]!r}")


def count(file: SourceFile) -> float:
    """Return about how many records there are, by the length of the first ones.

    Raises:
        InputError: it cannot be read.
    """
    with _opened(file) as records:
        n_before, offset = 0, records.offset
        for number, _ in enumerate(records, 1):
            if records.offset != offset:  # this one begins another batch
                if n_before >= _COUNTED:
                    return max(n_before * file.path.stat().st_size / offset, n_before)
                offset = records.offset
            n_before = number
        return n_before

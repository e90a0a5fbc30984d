"""Walks through sorted tables side by side: of each the rows of the same range of keys at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Array

Key = tuple[Any, ...]
Rows = list[pa.Table]

BLOCK_ROWS = 65_536
BLOCK_BYTES = 16_000_000


class Stream:
    """Holds some rows of a sorted table and reads on when they are used up.

    Args:
        pieces: of the table, in strictly rising order of `key`.
        key: columns that sort it.
        name: of the table and its split, for messages.
        n_rows: that are held at least, unless there are fewer or they are large.
    """

    def __init__(self, pieces: Iterator[pa.Table], key: Sequence[str], name: str, n_rows: int = BLOCK_ROWS) -> None:
        self._pieces = pieces
        self._key = tuple(key)
        self._name = name
        self._n_rows = n_rows
        self._held: pa.Table | None = None
        self._before: Key | None = None

    def fill(self) -> bool:
        """Read until some rows are held; say whether there are any.

        Raises:
            IntegrityError: their keys do not rise.
        """
        if self._held is not None:
            return True
        gathered: Rows = []
        n_rows = n_bytes = 0
        for piece in self._pieces:
            gathered.append(piece)
            n_rows, n_bytes = n_rows + len(piece), n_bytes + piece.nbytes
            if n_rows >= self._n_rows or n_bytes >= BLOCK_BYTES:
                break
        if not n_rows:
            return False
        self._held = pa.concat_tables(gathered)
        self._note_order(self._held)
        return True

    def _note_order(self, rows: pa.Table) -> None:
        problem = falling(rows, self._key, self._before)
        if problem:
            raise IntegrityError(f"{self._name}: {problem}. Run musicdata release verify on it")
        self._before = key_at(rows, self._key, len(rows) - 1)

    def last(self) -> Key:
        """Return the key of the last of the rows that `fill` holds."""
        assert self._held is not None
        return key_at(self._held, self._key, len(self._held) - 1)

    def take(self, cut: Key) -> Rows:
        """Return the rows held up to the key `cut`, and let go of them."""
        if self._held is None:
            return []
        n_taken = _n_up_to(self._held, self._key, cut)
        taken, rest = self._held.slice(0, n_taken), self._held.slice(n_taken)
        self._held = rest if len(rest) else None
        return [taken] if n_taken else []


def blocks(streams: Sequence[Stream]) -> Iterator[list[Rows]]:
    """Yield what each stream holds of one range of keys after the other; a key is in one block only."""
    while holding := [stream for stream in streams if stream.fill()]:
        cut = min(stream.last() for stream in holding)
        yield [stream.take(cut) for stream in streams]


def key_at(rows: pa.Table, key: Sequence[str], row: int) -> Key:
    """Return the key of one row."""
    return tuple(rows.column(name)[row].as_py() for name in key)


def falling(rows: pa.Table, key: Sequence[str], before: Key | None = None) -> str:
    """Say where keys are empty or do not rise strictly, beginning after `before`; "" where they do."""
    columns = [rows.column(name).combine_chunks() for name in key]
    if not len(rows):
        return ""
    if any(column.null_count for column in columns):
        return f"a row has no {', '.join(name for name, c in zip(key, columns, strict=True) if c.null_count)}"
    first = key_at(rows, key, 0)
    if before is not None and not before < first:
        return f"row {_told(first)} comes after {_told(before)}"
    equal, rises = (pa.repeat(pa.scalar(start), len(rows) - 1) for start in (True, False))
    for column in columns:
        earlier, later = column[:-1], column[1:]
        rises = pc.or_(rises, pc.and_(equal, pc.less(earlier, later)))
        equal = pc.and_(equal, pc.equal(earlier, later))
    wrong = pc.index(rises, pa.scalar(value=False)).as_py() if len(rows) > 1 else -1
    if wrong < 0:
        return ""
    return f"row {_told(key_at(rows, key, wrong + 1))} comes after {_told(key_at(rows, key, wrong))}"


def _told(key: Key) -> str:
    return " ".join(map(str, key))


def _n_up_to(rows: pa.Table, key: Sequence[str], cut: Key) -> int:
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if key_at(rows, key, middle) <= cut:
            low = middle + 1
        else:
            high = middle
    return low


@dataclass(frozen=True, slots=True)
class Match:
    """Which rows of two tables have the same key.

    Attributes:
        in_a: numbers of the rows of the first that the second has too; `in_b` theirs in the second, in the same order.
        only_a: numbers of the other rows of the first; `only_b` of the second.
        is_whole: whether both have the same keys in the same order.
    """

    in_a: NDArray[np.int64]
    in_b: NDArray[np.int64]
    only_a: NDArray[np.int64]
    only_b: NDArray[np.int64]
    is_whole: bool


def match(a: pa.Table, b: pa.Table, key: Sequence[str], name: str) -> Match:
    """Find the rows of `a` and `b` that have the same key.

    Raises:
        IntegrityError: a key is there twice on one side: in two splits.
    """
    if len(a) == len(b) and all(a.column(c).equals(b.column(c)) for c in key):
        every, none = np.arange(len(a)), np.empty(0, np.int64)
        refuse_twins(a, key, name)
        return Match(every, every, none, none, is_whole=True)
    codes = _codes([a, b], key)
    codes_a, codes_b = codes.slice(0, len(a)), codes.slice(len(a))
    _refuse_twins(codes_a, a, key, name)
    _refuse_twins(codes_b, b, key, name)
    indices = pc.index_in(codes_a, value_set=codes_b)
    there = indices.is_valid().to_numpy(zero_copy_only=False)
    in_b = indices.drop_null().to_numpy().astype(np.int64)
    left = np.ones(len(b), bool)
    left[in_b] = False
    return Match(np.flatnonzero(there), in_b, np.flatnonzero(~there), np.flatnonzero(left), is_whole=False)


def refuse_twins(rows: pa.Table, key: Sequence[str], name: str) -> None:
    """Look for a key that two rows have.

    Raises:
        IntegrityError: there is one.
    """
    if len(rows):
        _refuse_twins(_codes([rows], key), rows, key, name)


def _codes(tables: Sequence[pa.Table], key: Sequence[str]) -> Array:
    """Return a number for every row of the tables, one after the other; rows of equal keys have equal numbers."""
    codes: NDArray[np.int64] | None = None
    for name in key:
        column = pa.chunked_array([chunk for table in tables for chunk in table.column(name).chunks])
        encoded = column.combine_chunks().dictionary_encode()
        own = encoded.indices.to_numpy().astype(np.int64)
        codes = own if codes is None else codes * max(1, len(encoded.dictionary)) + own
        if codes is not own:  # small again, so that the next column cannot make it overflow
            codes = pa.array(codes).dictionary_encode().indices.to_numpy().astype(np.int64)
    assert codes is not None, "a key has a column"
    return pa.array(codes, pa.int64())


def _refuse_twins(codes: Array, rows: pa.Table, key: Sequence[str], name: str) -> None:
    if pc.count_distinct(codes).as_py() == len(codes):
        return
    numbers = codes.to_numpy()
    order = np.argsort(numbers, kind="stable")
    twin = order[1:][numbers[order[1:]] == numbers[order[:-1]]][0]
    raise IntegrityError(f"{name}: row {_told(key_at(rows, key, int(twin)))} is in two splits")

"""Compares what a folder carries with what the release holds, and says where they differ.

Messages quote ids, times, counts and hashes, never words, pitches or anything else that shows a work.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.release.exports.export import KINDS
from musicdata.release.sharing.proof import in_step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from musicdata.definitions.column import Column
    from musicdata.definitions.contract import Contract
    from musicdata.release.exports.export import Kind, Payload

_NAMED = ("media", "texts")
"""Payloads in which each value has a name of its own."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares with a release that shows exactly what the folder must carry.

    Attributes:
        facts: column of the config `samples` → its contract.
        beside: contract of the table beside the samples; None where the release has none.
    """

    facts: Mapping[str, Column]
    beside: Contract | None

    def payloads(self, expected: Payload, found: Payload, carries: Sequence[Kind]) -> Iterator[str]:
        """Yield how a sample's payload differs from the release's."""
        for kind in carries:
            if kind in _NAMED:
                yield from self._works(expected.get(kind, {}), found.get(kind, {}))
            elif kind in expected and kind not in found:
                yield f"{self._called(kind)} is missing"
        for kind in KINDS:
            if kind in _NAMED or kind not in found:
                continue
            if kind not in expected:
                yield f"{self._called(kind)} is not in the release"
            elif kind == "facts":
                yield from self._values(self.facts, expected[kind], found[kind], whole=True)
            elif kind == "rows":
                yield from self._rows(expected[kind], found[kind])
            elif found[kind] != expected[kind]:
                yield f"{kind} is not the release's"

    def _called(self, kind: str) -> str:
        return self.beside.name if kind == "rows" and self.beside else kind

    def _works(self, expected: Mapping[str, object], found: Mapping[str, object]) -> Iterator[str]:
        for name in expected.keys() - found.keys():
            yield f"{name} is missing"
        for name, value in found.items():
            if name not in expected:
                yield f"{name} is not in the release"
            elif value != expected[name]:
                yield f"{name} is not the release's{_hashes(expected[name], value)}"

    def _rows(self, expected: list[dict[str, Any]], found: list[dict[str, Any]]) -> Iterator[str]:
        assert self.beside is not None, "only a table beside the samples has rows of a sample"
        key = self.beside.key[1:]
        columns = {column.name: column for column in self.beside.columns}
        known = {_key(row, key): row for row in expected}
        keys = {_key(row, key) for row in found}
        for one in sorted(known.keys() ^ keys):
            yield f"{_row_called(key, one)} is {'missing' if one in known else 'not in the release'}"
        for row in found:
            if (expected_row := known.get(_key(row, key))) is not None:
                for problem in self._values(columns, expected_row, row, whole=False):
                    yield f"{_row_called(key, _key(row, key))}: {problem}"

    def _values(
        self, columns: Mapping[str, Column], expected: dict[str, Any], found: dict[str, Any], *, whole: bool
    ) -> Iterator[str]:
        for name in expected.keys() - found.keys() if whole else ():
            yield f"{name} is missing"
        for name, value in found.items():
            if name not in expected:
                yield f"{name} is not in the release"
            elif value != expected[name]:
                yield _told(columns[name], expected[name], value)

    def tables(
        self,
        columns: Mapping[str, Column],
        key: Sequence[str],
        expected: Iterator[pa.Table],
        found: Iterator[pa.Table],
    ) -> Iterator[str]:
        """Yield the first differences between the rows of two tables in the same order."""
        rows = 0
        for left, right in in_step(expected, found):
            if left is None or right is None:
                yield f"{'more' if left is None else 'fewer'} rows than the release: they part after {rows:,}"
                return
            names = right.column_names
            problems = [f"column {n} is missing" for n, c in columns.items() if n not in names and not c.is_vector]
            for name in sorted(names, key=lambda name: name not in key):  # a wrong key explains all the rest
                problems += self._column(columns[name], key, left, right, name)
                if problems and name in key:
                    break
            if problems:
                yield from problems
                return
            rows += len(left)

    def _column(self, column: Column, key: Sequence[str], left: pa.Table, right: pa.Table, name: str) -> Iterator[str]:
        expected, found = left.column(name), right.column(name)
        if column.is_media and not pa.types.is_struct(found.type):  # a view may have the name alone, or the bytes
            expected = pc.struct_field(expected, "path" if pa.types.is_string(found.type) else "bytes")
        if found.equals(expected):
            return
        for row in range(len(found)):
            if (value := found[row].as_py()) != (right_value := expected[row].as_py()):
                ids = ", ".join(f"{k} {left.column(k)[row].as_py()}" for k in key if k in left.column_names)
                yield f"row {ids}: {_told(column, right_value, value, name)}"
                return
        yield f"{name} is {found.type}, the release has {expected.type}"


def _key(row: Mapping[str, Any], key: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in key)


def _row_called(key: Sequence[str], values: tuple[Any, ...]) -> str:
    """Return a row as people call it: the row with `note_index` 3 is note 3."""
    return ", ".join(f"{name.removesuffix('_index')} {value}" for name, value in zip(key, values, strict=True))


def _told(column: Column, expected: object, found: object, name: str = "") -> str:
    name = name or column.name
    if column.content_of or column.features_of:
        return f"{name} is empty" if found is None else f"{name} is not the release's"
    return f"{name} is {found!r}, the release has {expected!r}"


def _hashes(expected: object, found: object) -> str:
    if not isinstance(expected, bytes) or not isinstance(found, bytes):
        return ""
    return f": sha256 {hashlib.sha256(found).hexdigest()[:12]}…, expected {hashlib.sha256(expected).hexdigest()[:12]}…"

"""Rows of tables: contracts, keys, references, splits."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.check import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Reader


def check_contracts(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield how rows break their contracts; media are looked at by their own checks."""
    for table in reader.tables:
        contract = reader.contract(table)
        for rows in reader.iterate(table, contract.bounded_columns()):
            for problem in contract.problems(rows):
                yield table, problem


def check_keys(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield tables whose rows are not in strictly rising order of the key."""
    for table in reader.tables:
        key = list(reader.contract(table).key)
        last: tuple[object, ...] | None = None
        for rows in reader.iterate(table, key):
            keys = list(zip(*(rows.column(name).to_pylist() for name in key), strict=True))
            before = keys if last is None else [last, *keys]
            wrong = next(((a, b) for a, b in pairwise(before) if a >= b), None)
            if wrong:
                yield table, f"key {wrong[1]} comes after {wrong[0]}"
            last = keys[-1] if keys else last


def check_references(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield values that name a row that is not there; tables that this data set does not have cannot be asked."""
    for table in reader.tables:
        for column, (target, *_) in reader.contract(table).references.items():
            if target not in reader.tables:
                continue
            known = pc.unique(reader.read(target, [column]).column(column))
            named = pc.unique(reader.read(table, [column]).column(column))
            missing = named.filter(pc.invert(pc.is_in(named, known)))
            if len(missing):
                yield (
                    table,
                    f"{len(missing)} values of {column} are not in {target}, e.g. {missing[0].as_py()!r}",
                )


def check_split_column(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield tables that place a sample in another split than the table that introduces samples does."""
    home = _home(reader)
    samples = reader.read(home, ["sample_id", "split"])
    for table in _tables_with(reader, "sample_id", "split"):
        for rows in reader.iterate(table, ["sample_id", "split"]):
            where = pc.index_in(rows.column("sample_id"), samples.column("sample_id"))
            differs = pc.not_equal(samples.column("split").take(where), rows.column("split"))
            if wrong := rows.filter(differs).to_pylist():
                yield (
                    table,
                    f"sample {wrong[0]['sample_id']} is in {wrong[0]['split']}, {home} says otherwise",
                )


def check_groups(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield groups (near-duplicate songs, artists) that stand in more than one split: a test set that leaks."""
    home = _home(reader)
    rows = reader.read(home, ["group_id", "split"]).group_by("group_id", use_threads=False)
    torn = rows.aggregate([("split", "count_distinct")]).filter(pc.field("split_count_distinct") > 1)
    for group_id in torn.column("group_id").to_pylist():
        yield home, f"group {group_id} is in {torn.column('split_count_distinct')[0]} splits"


def check_note_counts(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield samples whose notes are not numbered 0 … n−1, or that differ in n from the others."""
    samples = reader.read("samples", ["sample_id", "n_notes"])
    counts: list[Any] = pc.unique(samples.column("n_notes")).to_pylist()
    if len(counts) > 1:
        yield "samples", f"samples differ in their number of notes: {sorted(counts)}"
    n_notes = dict(zip(*(samples.column(c).to_pylist() for c in ("sample_id", "n_notes")), strict=True))
    for table in _tables_with(reader, "sample_id", "note_index"):
        for sample_id, indices in _note_indices(reader.read(table, ["sample_id", "note_index"])):
            if indices != list(range(n_notes.get(sample_id, -1))):
                yield (
                    table,
                    f"sample {sample_id} has notes {indices[:3]}…, {len(indices)} of {n_notes.get(sample_id)}",
                )


def _note_indices(rows: pa.Table) -> Iterator[tuple[str, list[int]]]:
    grouped = rows.group_by("sample_id", use_threads=False).aggregate([("note_index", "list")])
    yield from zip(grouped.column("sample_id").to_pylist(), grouped.column("note_index_list").to_pylist(), strict=True)


def _tables_with(reader: Reader, *columns: str) -> list[str]:
    return [t for t in reader.tables if set(columns) <= {column.name for column in reader.contract(t).columns}]


def _home(reader: Reader) -> str:
    """Return the table that introduces samples; "" where there is none."""
    return next((table for table in reader.tables if reader.contract(table).introduces == "sample_id"), "")


def _places_samples(reader: Reader) -> bool:
    return _home(reader) in _tables_with(reader, "sample_id", "split")


def _groups_samples(reader: Reader) -> bool:
    return _home(reader) in _tables_with(reader, "group_id", "split")


CHECKS = (
    Check("rows fit their contracts", check_contracts, level="tables", place=10),
    Check("keys are unique and in order", check_keys, level="tables", place=20),
    Check("references lead somewhere", check_references, place=10),
    Check("split is the same in every table", check_split_column, applies=_places_samples, place=20),
    Check("no group is in two splits", check_groups, applies=_groups_samples, over="all", place=30),
    Check("every sample has its notes", check_note_counts, needs=("samples",), place=40),
)

"""What rows say of their own making: nothing else than what is recorded of the stage that made them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Reader

_STATED = {
    ("window", "notes"): ("samples", "n_notes"),
    ("window", "tempo_bpm"): ("samples", "tempo_bpm"),
    ("render_audio", "sample_rate"): ("audio", "sample_rate"),
    ("render_sheet", "dpi"): ("sheets", "dpi"),
    ("render_note_sheet", "dpi"): ("note_sheets", "dpi"),
}
"""Stage and parameter → the column that has its value in every row."""

_MAKING = "parameters"


def check_parameters(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield columns whose values are not the parameters that are recorded of their stage."""
    for (stage, parameter), (table, column) in _STATED.items():
        recorded = reader.parameters(stage).get(parameter)
        if recorded is None or not _has(reader, table, column):
            continue
        for value in _values(reader, table, column):
            if value != recorded:
                yield table, f"{column} is {value}, recorded is {stage}.{parameter} = {recorded}"
    for table in reader.tables:
        if _has(reader, table, _MAKING):
            yield from _check_making(reader, table)


def _check_making(reader: Reader, table: str) -> Iterator[tuple[str, str]]:
    """Compare the parameters of a feature table's extractor, which stand in its rows as JSON, with its stage's."""
    recorded = reader.parameters(table)
    for text in _values(reader, table, _MAKING):
        try:
            made_with: Any = json.loads(text)
        except ValueError:
            made_with = None
        if not isinstance(made_with, dict):
            yield table, f"its {_MAKING} are no JSON object: {text!r:.100}"
            continue
        for key in sorted(recorded.keys() & made_with.keys()):
            if made_with[key] != recorded[key]:
                yield table, f"{key} is {made_with[key]} in its rows, recorded is {table}.{key} = {recorded[key]}"


def _has(reader: Reader, table: str, column: str) -> bool:
    return table in reader.tables and any(c.name == column for c in reader.contract(table).columns)


def _values(reader: Reader, table: str, column: str) -> list[Any]:
    """Return the values of a column, each once, in order."""
    return sorted({v for rows in reader.iterate(table, [column]) for v in pc.unique(rows.column(column)).to_pylist()})

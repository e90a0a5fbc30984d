"""Documents as rows: packed, while they are sorted, and in the columns of their tables.

A low-level document makes a row of 525 columns. While rows are gathered and sorted their numbers stand in one vector
each, so that what is done to them is done to 17 columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import arrow
from musicdata.music.features import acousticbrainz

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Array
    from musicdata.sources.acousticbrainz.document import HighLevel, LowLevel

_FLOAT = pa.field("element", pa.float32(), nullable=False)
_KEY: list[pa.Field[Any]] = [pa.field("recording_id", pa.string()), pa.field("submission", pa.int32())]
_FACTS: list[pa.Field[Any]] = [
    pa.field("length_s", pa.float64()),
    pa.field("bit_rate", pa.int64()),
    pa.field("codec", pa.string()),
    pa.field("lossless", pa.bool_()),
    pa.field("sample_rate_hz", pa.int32()),
    pa.field("replay_gain_db", pa.float64()),
    pa.field("essentia", pa.string()),
    pa.field("extractor", pa.string()),
    pa.field("tag_recording_id", pa.string()),
]
_NUMBERS = "numbers"
_BEATS = acousticbrainz.leaf(acousticbrainz.BEATS).column
_WORDS = {path: acousticbrainz.leaf(path).column for path in acousticbrainz.WORDS}

LOWLEVEL = pa.schema(
    [
        *_KEY,
        *_FACTS,
        pa.field("n_missing", pa.int32()),
        *(pa.field(column, pa.string()) for column in _WORDS.values()),
        pa.field(_BEATS, pa.list_(_FLOAT)),
        pa.field(_NUMBERS, pa.list_(_FLOAT, acousticbrainz.N_NUMBERS)),
    ]
)
"""Packed low-level rows."""

HIGHLEVEL = pa.schema(
    [
        *_KEY,
        pa.field("length_s", pa.float64()),
        *(pa.field(f"{model}_value", pa.string()) for model in acousticbrainz.MODELS),
        *(pa.field(f"{model}_probability", pa.float32()) for model in acousticbrainz.MODELS),
        *(pa.field(model, pa.list_(_FLOAT, len(classes))) for model, classes in acousticbrainz.MODELS.items()),
    ]
)
"""High-level rows."""


def lowlevel_row(recording_id: str, submission: int, document: LowLevel) -> dict[str, Any]:
    """Return a low-level document as a packed row."""
    return {
        "recording_id": recording_id,
        "submission": submission,
        **document.facts,
        "n_missing": document.n_missing,
        **{column: document.words.get(path) for path, column in _WORDS.items()},
        _BEATS: document.beats,
        _NUMBERS: document.numbers,
    }


def highlevel_row(recording_id: str, submission: int, document: HighLevel) -> dict[str, Any]:
    """Return a high-level document as a row."""
    models = {name: document.models.get(name) for name in acousticbrainz.MODELS}
    return {
        "recording_id": recording_id,
        "submission": submission,
        "length_s": document.length_s,
        **{f"{name}_value": model and model.value for name, model in models.items()},
        **{f"{name}_probability": model and model.probability for name, model in models.items()},
        **{name: model and model.probabilities for name, model in models.items()},
    }


def packed(schema: pa.Schema, rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Return rows as a table in order of recording and submission."""
    ordered = sorted(rows, key=lambda row: (row["recording_id"], row["submission"]))
    columns = {field.name: [row[field.name] for row in ordered] for field in schema}
    if _NUMBERS in columns:
        numbers = columns[_NUMBERS]
        flat = np.concatenate(numbers) if numbers else np.zeros(0, dtype=np.float32)
        arrays: dict[str, Any] = columns | {_NUMBERS: _vectors(flat, acousticbrainz.N_NUMBERS)}
        return pa.table(arrays, schema=schema)
    return pa.table(columns, schema=schema)


def lowlevel_table(archive: str, rows: pa.Table) -> pa.Table:
    """Return packed low-level rows in the columns of their table."""
    matrix = pc.list_flatten(rows.column(_NUMBERS)).to_numpy().reshape(len(rows), acousticbrainz.N_NUMBERS)
    columns: dict[str, Any] = {"archive": _repeated(archive, len(rows))}
    columns |= {name: rows.column(name) for name in rows.column_names if name != _NUMBERS}
    columns |= {leaf.column: _column(matrix[:, leaf.span], leaf.shape) for leaf in acousticbrainz.NUMBERS}
    return pa.table(columns)


def highlevel_table(archive: str, rows: pa.Table) -> pa.Table:
    """Return high-level rows in the columns of their table."""
    return rows.add_column(0, "archive", _repeated(archive, len(rows)))


def _repeated(text: str, times: int) -> Array:
    return pa.repeat(pa.scalar(text), times)


def _column(numbers: NDArray[np.float32], shape: tuple[int, ...]) -> Array:
    """Return the values of one leaf; a leaf that is missing is so as a whole."""
    is_missing = np.isnan(numbers[:, 0])
    if not shape:
        return pa.array(np.ascontiguousarray(numbers[:, 0]), mask=is_missing)
    return _vectors(np.ascontiguousarray(numbers).reshape(-1), numbers.shape[1], is_missing)


def _vectors(flat: NDArray[np.float32], length: int, is_missing: NDArray[np.bool_] | None = None) -> Array:
    mask = pa.array(is_missing) if is_missing is not None and is_missing.any() else None
    return arrow.vectors(pa.array(flat), pa.list_(_FLOAT, length), mask)

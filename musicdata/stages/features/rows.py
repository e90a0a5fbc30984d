"""Rows of a feature table, each of which says where its numbers come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from musicdata.definitions import contract as contracts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Values
    from musicdata.music.features.extractor import Extractor

NOTE_KEY = ("sample_id", "split", "note_index")


def rows_of(extractor: Extractor, table: str, key: pa.Table, values: Mapping[str, NDArray[Any]]) -> pa.Table:
    """Return rows of a feature table.

    Args:
        extractor: what made the values.
        table: its name.
        key: the columns that say of which note or sample each row is.
        values: column → array of shape (rows, *shape) of a vector column, or (rows,) of another.
    """
    contract = contracts.load(table)
    columns: dict[str, Values] = {name: key.column(name) for name in key.column_names}
    for name, array in values.items():
        column = contract.column(name)
        columns[name] = column.pack(array) if column.is_vector else pa.array(array)
    provenance = {"extractor": extractor.name, "extractor_version": extractor.version, "parameters": extractor.text()}
    columns |= {name: pa.repeat(pa.scalar(value), len(key)) for name, value in provenance.items()}
    names = [column.name for column in contract.columns]
    return pa.table([columns[name] for name in names], names)

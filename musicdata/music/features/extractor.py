"""What every row of a feature table says about where its numbers come from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from musicdata.definitions import contract as contracts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

NOTE_KEY = ("sample_id", "split", "note_index")


@dataclass(frozen=True, slots=True)
class Extractor:
    """Names how a vector was made.

    Attributes:
        name: of the method, e.g. ``log_mel``.
        version: of our code and of the library it stands on.
        parameters: what it was set to, as JSON values.
    """

    name: str
    version: str
    parameters: Mapping[str, Any]

    def rows(self, table: str, key: pa.Table, values: Mapping[str, NDArray[Any]]) -> pa.Table:
        """Return rows of a feature table.

        Args:
            table: its name.
            key: the columns that say of which note or sample each row is.
            values: column → array of shape (rows, *shape) of a vector column, or (rows,) of another.
        """
        contract = contracts.load(table)
        columns = {name: key.column(name) for name in key.column_names}
        for name, array in values.items():
            column = contract.column(name)
            columns[name] = column.pack(array) if column.is_vector else pa.array(array)
        said = {"extractor": self.name, "extractor_version": self.version, "parameters": self.text()}
        columns |= {name: pa.repeat(pa.scalar(value), len(key)) for name, value in said.items()}
        return pa.table({column.name: columns[column.name] for column in contract.columns})

    def text(self) -> str:
        """Return the parameters as JSON, the same text for the same parameters."""
        return json.dumps(self.parameters, sort_keys=True)

"""What tables, columns, data sets and the files of media may be called: names that are safe wherever they go.

Such names become folders, file names, keys of archives and headings, on this machine and on that of whoever is sent the
data. So none goes up, hides or breaks a line, whatever the record, contract or recipe was written by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

if TYPE_CHECKING:
    from musicdata.definitions.arrow import Values

TABLE = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"
"""Of a table or a config: a folder and a file name everywhere, and a config of `load_dataset`."""

COLUMN = r"\w[\w.-]{0,99}"
"""Of a column or a modality: letters of any script, digits, ``_``, ``.`` and ``-``."""

DATASET = "[a-z0-9][a-z0-9._-]{0,99}"
"""Of a data set."""

_FILE = r"^[^./\\\pC\s:*?\"<>|][^/\\\pC:*?\"<>|]{0,199}$"
"""Of a sound or a picture in a table: one file name, not hidden, without what some file system forbids."""

TableName = Annotated[str, Field(pattern=f"^{TABLE}$")]
ColumnName = Annotated[str, Field(pattern=f"^{COLUMN}$")]
DatasetName = Annotated[str, Field(pattern=f"^{DATASET}$")]


def odd_file_names(names: Values) -> list[str]:
    """Return the first of those names of sounds and pictures that are no plain file name; none is the rule."""
    matching: Values = pc.match_substring_regex(names, pattern=_FILE)
    if pc.all(matching, min_count=0).as_py():  # the rule, also where cells are empty, which is another's finding
        return []
    odd = (name for name, is_plain in zip(names.to_pylist(), matching.to_pylist(), strict=True) if is_plain is False)
    return [str(next(odd))]


def is_file_name(name: str) -> bool:
    """Say whether a sound or a picture may be called so."""
    return not odd_file_names(pa.array([name]))

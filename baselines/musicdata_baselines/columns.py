"""Columns of a data set's tables, in the order of its samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata.definitions.table_source import TableSource


def samples_column(work: TableSource, path: str, ids: NDArray[np.str_]) -> list[Any]:
    """Return a column that has one value a sample, in order of `ids`; None where it has none.

    Args:
        work: a workspace or a release; the rows of a release come split after split.
        path: `table.column`.
        ids: of samples.

    Raises:
        InputError: a sample is not in the table.
    """
    name, column = path.split(".")
    table = work.table(name, ["sample_id", column])
    where = pc.index_in(pa.array(ids.tolist()), value_set=table.column("sample_id").combine_chunks())
    if where.null_count:
        raise InputError(f"{work.root}: table {name} has no row of {ids[np.asarray(where.is_null()).argmax()]}")
    values: list[Any] = table.column(column).take(where).to_pylist()
    return values

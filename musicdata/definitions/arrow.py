"""Arrow's columns as the type checker sees them.

pyarrow's classes take parameters in its stubs and none at run time. What a column holds is said by its contract, so the
parameter is left open here, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable

    Array = pa.Array[Any]
    ChunkedArray = pa.ChunkedArray[Any]
    Values = Array | ChunkedArray


T = TypeVar("T")


def strings(values: Values) -> list[str]:
    """List the strings of a column whose contract forbids nulls.

    Examples:
        >>> strings(pa.chunked_array([["a"], ["b", "a"]]))
        ['a', 'b', 'a']
    """
    return cast("list[str]", values.to_pylist())


def count_true(mask: Values) -> int:
    """Count the rows where a mask is true; empty ones are not.

    Examples:
        >>> count_true(pa.array([True, None, False, True]))
        2
    """
    return pc.sum(cast("Any", mask)).as_py() or 0  # the stubs know sums of numbers only


def mapped(values: Values, make: Callable[[Any], T]) -> list[T]:
    """List what is made of each value; of equal ones once.

    Examples:
        >>> mapped(pa.chunked_array([["a", None], ["a"]]), lambda text: (text or "-").upper())
        ['A', '-', 'A']
    """
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    encoded = pc.dictionary_encode(cast("Any", whole), null_encoding="encode")
    made = [make(value) for value in encoded.dictionary.to_pylist()]
    places: list[int] = encoded.indices.to_pylist()
    return [made[place] for place in places]


def vectors(flat: Array, kind: pa.DataType, mask: Array | None = None) -> Array:
    """Cut numbers into vectors of one length.

    Args:
        flat: all numbers, those of one vector after those of the other.
        kind: a list type of fixed size.
        mask: true where a vector is empty.
    """
    cut = cast("Any", pa.FixedSizeListArray).from_arrays  # the stubs have no `type`, which names the elements' field
    made: Array = cut(flat, type=kind, mask=mask)
    return made


def conformed(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the rows with just this schema.

    Arrow refuses to cast vectors of which some are empty, so a column that fits already is not cast.

    Raises:
        pyarrow.ArrowInvalid: the columns have other names or are in another order, or values do not fit.
    """
    if rows.column_names != schema.names:
        raise pa.ArrowInvalid(f"columns {rows.column_names}, expected {schema.names}")
    columns = [
        column if column.type == field.type else column.cast(field.type)
        for column, field in zip(rows.columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(columns, schema=schema)

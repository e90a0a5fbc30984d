"""A column of a contract: its type, what it may hold, and how its values break that."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Literal, Self

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field, model_validator

from musicdata.definitions.arrow import count_true, vectors
from musicdata.definitions.identifiers import ColumnName, odd_file_names
from musicdata.errors import ContractError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Array, ChunkedArray, Values

# The `datasets` library knows this struct as Audio or Image only if it, and each half of it, may be empty.
MEDIA_TYPE = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])

_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "uint8": pa.uint8(),
    "bool": pa.bool_(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float16": pa.float16(),
    "float32": pa.float32(),
    "float64": pa.float64(),
    "audio": MEDIA_TYPE,
    "image": MEDIA_TYPE,
}

_ENDINGS = {"audio": ".flac", "image": ".png"}

ColumnType = Literal["string", "bool", "int32", "int64", "float32", "float64", "audio", "image", "vector", "sequence"]
ElementType = Literal["float16", "float32", "float64", "int32", "uint8"]


class Column(BaseModel):
    """Describes one column of a table.

    Attributes:
        name: of the column.
        type: kind of its values; a `vector` is an array of one `shape` and kind of `element` in every row, a `sequence`
            a list of elements that is as long as it is in each row, maybe of none.
        description: what it means, for people.
        unit: of its values.
        nullable: whether a value may be missing.
        minimum: the least value there may be, `maximum` the greatest; of a vector or a sequence, in any place of it.
        values: the only values there may be.
        element: kind of the numbers of a vector or a sequence.
        shape: lengths of a vector's axes; it is stored flat, the last axis running fastest.
        content_of: modality of which it shows the work itself, or enough to make it out: `audio`, `sheet`, `lyrics`,
            `notes` …; empty for facts about it, such as ids, times, hashes and counts.
        features_of: modality it describes by numbers from which the work cannot be heard or read again.
        fitted: whether its values depend on the whole train split, so that new samples change those of others.
        ending: of a sound or a picture: what the names of its files end in, ``.flac``.
        role: `source_sha256` of a column that has the sha256 of the source file a row was read from; `label` of one
            whose texts are labels that somebody gave a work, and no work.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ColumnName
    type: ColumnType
    description: str
    unit: str = ""
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    element: ElementType | None = None
    shape: tuple[int, ...] = ()
    content_of: ColumnName | Literal[""] = ""
    features_of: ColumnName | Literal[""] = ""
    fitted: bool = False
    ending: str = Field(default="", pattern=r"^(\.[a-z0-9]{1,9})?$")
    role: Literal["", "source_sha256", "label"] = ""

    @model_validator(mode="after")
    def _is_a_whole_array_or_none(self) -> Self:
        is_shaped = min(self.shape, default=0) > 0 if self.is_vector else not self.shape
        if (self.element is not None) != self.is_array or not is_shaped:
            raise ValueError(
                f"column {self.name}: a vector has an element and a shape of positive lengths, "
                "a sequence has an element; no other type has them"
            )
        if self.ending and not self.is_media:
            raise ValueError(f"column {self.name}: only sounds and pictures have an ending")
        return self

    @property
    def file_ending(self) -> str:
        """Return what the names of its files end in; what its type ends in where the contract does not say it.

        Contracts in releases made before there was `ending` do not say it.
        """
        return self.ending or _ENDINGS[self.type]

    @property
    def arrow_type(self) -> pa.DataType:
        """Return the Arrow type of the values."""
        if self.is_array:
            element = pa.field("element", _TYPES[str(self.element)], nullable=False)
            return pa.list_(element, math.prod(self.shape)) if self.is_vector else pa.list_(element)
        return _TYPES[self.type]

    @property
    def kind(self) -> str:
        """Return the type as people write it: `int32`, `float32[13, 13]`, `sequence of int32`."""
        if self.is_vector:
            return f"{self.element}{list(self.shape)}"
        return f"{self.type} of {self.element}" if self.is_array else self.type

    def field(self) -> pa.Field[Any]:
        """Return the Arrow field, with unit, description and shape in its metadata."""
        metadata = {"description": self.description} | ({"unit": self.unit} if self.unit else {})
        metadata |= {"shape": json.dumps(self.shape)} if self.is_vector else {}
        return pa.field(self.name, self.arrow_type, nullable=self.nullable or self.is_media, metadata=metadata)

    def facts(self) -> dict[str, Any]:
        """Return what the column says about its values; only arrays have something to say of elements."""
        not_of_values = {"description", "content_of", "features_of", "fitted", "ending", "role"}
        return self.model_dump(exclude=not_of_values | (set() if self.is_array else {"element", "shape"}))

    def feature(self) -> dict[str, Any]:
        """Return how the `datasets` library calls the column's type."""
        if self.is_array:
            element = {"dtype": self.element, "_type": "Value"}
            length = {"length": math.prod(self.shape)} if self.is_vector else {}
            return {"feature": element, **length, "_type": "Sequence"}
        return {"audio": {"_type": "Audio"}, "image": {"_type": "Image"}}.get(
            self.type, {"dtype": self.type, "_type": "Value"}
        )

    def pack(self, array: NDArray[Any], empty: NDArray[np.bool_] | None = None) -> Array:
        """Turn an array of shape (rows, *shape) into the values of this vector column.

        Args:
            array: the vectors.
            empty: true, of shape (rows,), where there is none; what the array has there does not count.

        Raises:
            ContractError: it has another shape.
        """
        if array.shape[1:] != self.shape:
            raise ContractError(f"column {self.name}: rows of shape {array.shape[1:]}, the contract says {self.shape}")
        flat = pa.array(array.reshape(-1), _TYPES[str(self.element)])
        return vectors(flat, self.arrow_type, None if empty is None else pa.array(empty))

    def unpack(self, values: Values) -> NDArray[Any]:
        """Turn the values of this vector column into an array of shape (rows, *shape).

        Raises:
            ContractError: some are empty, so that nobody could say which row is whose.
        """
        if values.null_count:
            raise ContractError(
                f"column {self.name}: {values.null_count} of {len(values)} vectors are empty and cannot be part of an "
                "array; leave those rows out first: rows.filter(pyarrow.compute.is_valid(rows.column(name)))"
            )
        flat: NDArray[Any] = pc.list_flatten(values).to_numpy()
        return flat.reshape(-1, *self.shape)

    @property
    def is_media(self) -> bool:
        """Say whether the column holds the bytes of sounds or pictures."""
        return self.is_sound or self.is_picture

    @property
    def is_sound(self) -> bool:
        """Say whether the column holds the bytes of sounds."""
        return self.type == "audio"

    @property
    def is_picture(self) -> bool:
        """Say whether the column holds the bytes of pictures."""
        return self.type == "image"

    @property
    def is_vector(self) -> bool:
        """Say whether each value is an array of numbers of one shape."""
        return self.type == "vector"

    @property
    def is_sequence(self) -> bool:
        """Say whether each value is a list of numbers, as long as it is."""
        return self.type == "sequence"

    @property
    def is_array(self) -> bool:
        """Say whether each value is several numbers: a vector or a sequence."""
        return self.is_vector or self.is_sequence


def column_problems(column: Column, field: pa.Field[Any], values: ChunkedArray) -> list[str]:
    """List how values of a column break its contract; `field` is what their table says of them."""
    if field.type != column.arrow_type:
        return [f"column {column.name} is {field.type}, the contract says {column.arrow_type}"]
    problems = []
    if values.null_count and not column.nullable:
        problems.append(f"column {column.name}: {values.null_count} empty values")
    if column.is_media:
        halves = [pc.struct_field(values, name).null_count - values.null_count for name in ("bytes", "path")]
        problems += [f"column {column.name}: {n} values without bytes or path" for n in halves if n]
        odd = odd_file_names(pc.struct_field(values, "path"))
        problems += [f"column {column.name}: {name!r:.200} is no plain file name" for name in odd]
    if column.values:
        there = values.drop_null()
        wrong = there.filter(pc.invert(pc.is_in(there, pa.array(column.values))))
        if len(wrong):
            problems.append(f"column {column.name}: {wrong[0].as_py()!r} is not one of {list(column.values)}")
    if not column.is_array:
        return problems + _bound_problems(column, values)
    numbers: Values = pc.list_flatten(values)
    if numbers.null_count:
        problems.append(f"column {column.name}: {numbers.null_count} numbers of its arrays are empty")
    return problems + _bound_problems(column, numbers)


def _bound_problems(column: Column, values: Values) -> list[str]:
    if pa.types.is_float16(values.type):
        values = values.cast(pa.float32())  # Arrow compares none of two bytes
    if pa.types.is_floating(values.type):
        wrong = count_true(pc.invert(pc.is_finite(values)))
        if wrong:
            return [f"column {column.name}: {wrong} values are not finite"]
    problems = []
    for bound, outside, word in ((column.minimum, pc.less, "below"), (column.maximum, pc.greater, "above")):
        if bound is not None and (n := count_true(outside(values, pa.scalar(bound, pa.float64())))):
            problems.append(f"column {column.name}: {n} values {word} {bound:g}")
    return problems

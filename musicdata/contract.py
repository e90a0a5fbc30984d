"""Table contracts: `manifests/<table>.toml` → Arrow schema, and the check of a table against it."""

from __future__ import annotations

import functools
import hashlib
import json
import tomllib
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from musicdata import resources
from musicdata.errors import ContractError

MEDIA_TYPE = pa.struct([pa.field("bytes", pa.binary(), nullable=False), pa.field("path", pa.string(), nullable=False)])

_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "bool": pa.bool_(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float32": pa.float32(),
    "float64": pa.float64(),
    "audio": MEDIA_TYPE,
    "image": MEDIA_TYPE,
}

ColumnType = Literal["string", "bool", "int32", "int64", "float32", "float64", "audio", "image"]


class Column(BaseModel):
    """Describes one column of a table; `minimum`, `maximum` and `values` bound what it may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: ColumnType
    description: str
    unit: str = ""
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()

    def field(self) -> pa.Field:
        """Return the Arrow field, with unit and description in its metadata."""
        metadata = {"description": self.description} | ({"unit": self.unit} if self.unit else {})
        return pa.field(self.name, _TYPES[self.type], nullable=self.nullable, metadata=metadata)

    @property
    def is_media(self) -> bool:
        """Say whether the column holds the bytes of sounds or pictures."""
        return self.type in ("audio", "image")


class Contract(BaseModel):
    """Is what a table promises: its columns, the key that sorts it, and the tables it refers to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str
    key: tuple[str, ...]
    references: dict[str, str] = Field(default_factory=dict)
    columns: tuple[Column, ...]

    def arrow_schema(self) -> pa.Schema:
        """Return the Arrow schema, with the `datasets` library's feature list where there are media."""
        metadata = {"table": self.name, "description": self.description, "key": json.dumps(self.key)}
        if any(column.is_media for column in self.columns):
            metadata["huggingface"] = json.dumps({"info": {"features": self._features()}}, sort_keys=True)
        return pa.schema([column.field() for column in self.columns], metadata=metadata)

    def _features(self) -> dict[str, dict[str, str]]:
        kinds = {"audio": {"_type": "Audio"}, "image": {"_type": "Image"}}
        return {c.name: kinds.get(c.type, {"dtype": c.type, "_type": "Value"}) for c in self.columns}

    def digest(self) -> str:
        """Return the sha256 of what the contract says about rows; descriptions do not count."""
        facts = self.model_dump(exclude={"description": True, "columns": {"__all__": {"description"}}})
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def describing_columns(self) -> list[str]:
        """List the columns that are not media: all that is needed to reason about rows."""
        return [column.name for column in self.columns if not column.is_media]

    def table(self, rows: dict[str, list[object]] | pa.Table) -> pa.Table:
        """Turn columns of values, or an Arrow table, into a table that fits.

        Raises:
            ContractError: a column is missing or unknown, or a value does not fit.
        """
        given = rows.column_names if isinstance(rows, pa.Table) else list(rows)
        wanted = [column.name for column in self.columns]
        if sorted(given) != sorted(wanted):
            missing, unknown = sorted(set(wanted) - set(given)), sorted(set(given) - set(wanted))
            raise ContractError(f"table {self.name}: columns missing {missing}, unknown {unknown}")
        try:
            table = rows if isinstance(rows, pa.Table) else pa.table(rows, schema=self.arrow_schema())
            table = table.select(wanted).cast(self.arrow_schema())
        except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as error:
            raise ContractError(f"table {self.name}: {error}") from error
        if problems := self.problems(table):
            raise ContractError(f"table {self.name}: " + "; ".join(problems))
        return table

    def problems(self, table: pa.Table) -> list[str]:
        """List how the rows of `table` break the contract: schema, empty values, bounds, permitted values.

        Columns left out of `table` are not looked at, so that media need not be read.
        """
        found = []
        for column in self.columns:
            if column.name in table.column_names:
                found += _column_problems(column, table.field(column.name), table.column(column.name))
        return found


def _column_problems(column: Column, field: pa.Field, values: pa.ChunkedArray) -> list[str]:
    if field.type != _TYPES[column.type]:
        return [f"column {column.name} is {field.type}, the contract says {_TYPES[column.type]}"]
    found = []
    if values.null_count and not column.nullable:
        found.append(f"column {column.name}: {values.null_count} empty values")
    if column.values:
        wrong = values.filter(pc.invert(pc.is_in(values, pa.array(column.values))))
        if len(wrong):
            found.append(f"column {column.name}: {wrong[0].as_py()!r} is not one of {list(column.values)}")
    return found + _bound_problems(column, values)


def _bound_problems(column: Column, values: pa.ChunkedArray) -> list[str]:
    if pa.types.is_floating(values.type):
        wrong = pc.sum(pc.invert(pc.is_finite(values))).as_py()
        if wrong:
            return [f"column {column.name}: {wrong} values are not finite"]
    found = []
    for bound, outside, word in ((column.minimum, pc.less, "below"), (column.maximum, pc.greater, "above")):
        if bound is not None and (n := pc.sum(outside(values, pa.scalar(bound, pa.float64()))).as_py()):
            found.append(f"column {column.name}: {n} values {word} {bound:g}")
    return found


def names() -> list[str]:
    """List the tables that have a contract."""
    return sorted(path.stem for path in resources.folder("manifests").glob("*.toml"))


@functools.cache
def load(name: str) -> Contract:
    """Read the contract of table `name`.

    Raises:
        ContractError: there is no such table, or its file is not a contract.
    """
    path = resources.folder("manifests") / f"{name}.toml"
    if not path.is_file():
        raise ContractError(f"no table is called {name!r}; the tables are {', '.join(names())}")
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        return Contract(**document["table"], columns=document["column"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValidationError) as error:
        raise ContractError(f"manifests/{path.name} is not a contract: {error}") from error

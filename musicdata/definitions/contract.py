"""Table contracts: `manifests/<table>.toml` → Arrow schema, and the check of a table against it."""

from __future__ import annotations

import functools
import hashlib
import json
import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, field_serializer, field_validator, model_validator

from musicdata.definitions import plugins, shipped
from musicdata.definitions.arrow import conformed
from musicdata.definitions.column import Column, column_problems
from musicdata.definitions.family import MAX_COLUMNS, Family, Group, grouped
from musicdata.definitions.identifiers import ColumnName, TableName  # noqa: TC001  # pydantic reads them
from musicdata.errors import ContractError, UnknownNameError
from musicdata.system import paths
from musicdata.wording import as_table, choice, counted, listed, meant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path


SAMPLE_ID = "sample_id"
"""Column of every table with rows of samples."""

_FOLDER = "manifests"


class Contract(BaseModel):
    """What a table promises: its columns, the key that sorts it, and the tables it refers to.

    Attributes:
        name: of the table.
        description: what a row is.
        key: columns that name a row and sort the table.
        references: column → table in which its values are found, or several of which a data set has one: a table that
            serves two data sets refers to `samples` in the one and to `tracks` in the other.
        columns: in their order, those of families last.
        families: the patterns of which some of the columns are.
        introduces: column whose values begin here: every other table that has them got them from this one. Whole items
            can be taken out of a release by the ids that a table introduces, as far as the samples have them.
        completes: column of which this table has exactly the values that came through with every modality.
        of_dropped: its rows tell of what did not come through; a release leaves it out.
        partial: whether it has rows of some samples only; a release then keeps it by itself.
        shown_by: table whose rows refer to this one's by all of its key: a row here is shared by several samples, and
            its `sample_id` is the first of them.
        system: whether the program itself makes it, whatever the data set: the rooms that serve all data sets know it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: TableName
    description: str
    key: tuple[ColumnName, ...] = Field(min_length=1)
    references: dict[ColumnName, tuple[TableName, ...]] = Field(default_factory=dict)
    introduces: str = ""
    completes: str = ""
    of_dropped: bool = False
    partial: bool = False
    shown_by: TableName | Literal[""] = ""
    system: bool = False
    columns: tuple[Column, ...]
    families: tuple[Family, ...] = Field(default=(), exclude=True, repr=False)

    def __repr__(self) -> str:
        columns = counted(len(self.columns), "column")
        return f"<Contract {self.name}: {columns}, key {', '.join(self.key)}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return as_table(
            ("column", "type", "unit", "what it is"),
            [(group.name, group.kind, group.unit, group.meaning) for group in self.groups()],
            f"{self.name}: {self.description} Key: {', '.join(self.key)}.",
        )

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Make a contract of what its file says.

        Raises:
            ValueError: that is no contract; `KeyError` and `TypeError` where it is not even the shape of one.
        """
        families = tuple(Family.of(family) for family in document.get("family", ()))
        if not families and "column" not in document:
            raise KeyError("column")
        columns = (*document.get("column", ()), *(column for family in families for column in family.columns))
        return cls(**document["table"], columns=columns, families=families)

    @field_validator("references", mode="before")
    @classmethod
    def _one_or_several(cls, references: object) -> object:
        if not isinstance(references, dict):
            return references
        return {column: (tables,) if isinstance(tables, str) else tables for column, tables in references.items()}

    @field_serializer("references")
    def _as_written(self, references: dict[str, tuple[str, ...]]) -> dict[str, str | list[str]]:
        return {column: tables[0] if len(tables) == 1 else list(tables) for column, tables in references.items()}

    @model_validator(mode="after")
    def _speaks_of_its_columns(self) -> Self:
        names = {column.name for column in self.columns}
        if len(self.columns) > MAX_COLUMNS:
            raise ValueError(f"it has {len(self.columns):,} columns; a table may have {MAX_COLUMNS:,}")
        if len(names) < len(self.columns):
            twice = next(name for name, n in Counter(column.name for column in self.columns).items() if n > 1)
            raise ValueError(f"two columns of it are called {twice}")
        if odd := sorted({name for name in (self.introduces, self.completes) if name} - names):
            raise ValueError(f"it introduces or completes {odd[0]}, which is no column of it")
        if empty := sorted(column for column, tables in self.references.items() if not tables):
            raise ValueError(f"column {empty[0]} refers to no table")
        return self

    def among(self, tables: Collection[str]) -> Contract:
        """Return the contract as it is in a data set of these tables: each column refers to one, the first it has."""
        references = {
            column: (next((table for table in targets if table in tables), targets[0]),)
            for column, targets in self.references.items()
        }
        return self if references == self.references else self.model_copy(update={"references": references})

    def arrow_schema(self, columns: Iterable[str] | None = None) -> pa.Schema:
        """Return the Arrow schema, with the `datasets` library's feature list where there are media or arrays.

        Args:
            columns: only these of the table, which the metadata tells of as a whole; None: all.
        """
        metadata: dict[bytes | str, bytes | str] = {
            "table": self.name,
            "description": self.description,
            "key": json.dumps(self.key),
        }
        if any(column.is_media or column.is_array for column in self.columns):
            features = {column.name: column.feature() for column in self.columns}
            metadata["huggingface"] = json.dumps({"info": {"features": features}}, sort_keys=True)
        fields = {column.name: column.field() for column in self.columns}
        return pa.schema([fields[name] for name in (fields if columns is None else columns)], metadata=metadata)

    def digest(self) -> str:
        """Return the sha256 of what the contract says about rows; descriptions do not count.

        Of several tables a column may refer to only the first counts: that another data set has another does not change
        what is in this one's.
        """
        not_of_rows = {
            "description",
            "columns",
            "introduces",
            "completes",
            "of_dropped",
            "partial",
            "shown_by",
            "system",
        }
        facts = self.model_dump(exclude=not_of_rows)
        facts["references"] = {column: tables[0] for column, tables in self.references.items()}
        facts["columns"] = [column.facts() for column in self.columns]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def describing_columns(self) -> list[str]:
        """List the columns that are neither media nor arrays: all that is needed to reason about rows."""
        return [column.name for column in self.columns if not column.is_media and not column.is_array]

    def bounded_columns(self) -> list[str]:
        """List the columns whose every value the contract speaks about: all but the media."""
        return [column.name for column in self.columns if not column.is_media]

    def groups(self) -> list[Group]:
        """Return the columns as people read of them: a family is one group."""
        return grouped(self.columns, self.families)

    def column(self, name: str) -> Column:
        """Return the column called `name`.

        Raises:
            ContractError: there is none.
        """
        match = next((column for column in self.columns if column.name == name), None)
        if match is None:
            raise self._unknown([name])
        return match

    def require_columns(self, names: Iterable[str]) -> None:
        """Refuse names that are no columns.

        Raises:
            UnknownNameError: naming them, what may have been meant, and the columns there are.
        """
        if unknown := sorted(set(names) - {column.name for column in self.columns}):
            raise self._unknown(unknown)

    def _unknown(self, names: list[str]) -> UnknownNameError:
        may_be = meant(names[0], [column.name for column in self.columns])
        known = listed(group.name for group in self.groups())
        return UnknownNameError(f"table {self.name} has no column {', '.join(names)}{may_be}; it has {known}")

    def table(self, rows: dict[str, list[object]] | pa.Table) -> pa.Table:
        """Turn columns of values, or an Arrow table, into a table that fits.

        Raises:
            ContractError: a column is missing or unknown, or a value does not fit.
        """
        given = rows.column_names if isinstance(rows, pa.Table) else list(rows)
        names = [column.name for column in self.columns]
        if sorted(given) != sorted(names):
            missing, unknown = sorted(set(names) - set(given)), sorted(set(given) - set(names))
            raise ContractError(f"table {self.name}: columns missing {missing}, unknown {unknown}")
        try:
            table = rows if isinstance(rows, pa.Table) else pa.table(rows, schema=self.arrow_schema())
            table = conformed(table.select(names), self.arrow_schema())
        except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError) as error:
            raise ContractError(f"table {self.name}: {error}") from error
        if problems := self.problems(table):
            raise ContractError(f"table {self.name}: " + "; ".join(problems))
        return table

    def problems(self, table: pa.Table) -> list[str]:
        """List how the rows of `table` break the contract: schema, empty values, bounds, permitted values.

        Columns left out of `table` are not looked at, so that media need not be read.
        """
        there = {field.name: (field, values) for field, values in zip(table.schema, table.columns, strict=True)}
        problems = []
        for column in self.columns:
            if column.name in there:
                problems += column_problems(column, *there[column.name])
        return problems


class HasTables(Protocol):
    """Anything that has tables with contracts: a workspace, a release, what reads either."""

    @property
    def tables(self) -> list[str]:
        """List the tables there are."""
        ...

    def contract(self, table: str, /) -> Contract:
        """Return the contract of a table."""
        ...


def introducing(tables: Iterable[Contract]) -> Contract:
    """Return the contract of the table that introduces the samples.

    Raises:
        ContractError: none of them does.
    """
    contracts = {contract.name: contract for contract in tables}
    for contract in contracts.values():
        if contract.introduces == SAMPLE_ID:
            return contract
    there = ", ".join(sorted(contracts)) or "none"
    raise ContractError(
        f"no table introduces {SAMPLE_ID}: the contract of one has to say introduces = {SAMPLE_ID!r}; there are {there}"
    )


def introduced_by(data: HasTables) -> str:
    """Return the name of the table of a workspace or a release that introduces the samples.

    Raises:
        ContractError: none does.
    """
    return introducing(data.contract(table) for table in data.tables).name


def completing(data: HasTables) -> str:
    """Return the name of the table that has exactly the complete samples; nothing where there is none."""
    return next((table for table in data.tables if data.contract(table).completes == SAMPLE_ID), "")


def beside_samples(data: HasTables) -> str:
    """Return the name of the table with several rows a complete sample, such as an alignment; nothing if there is none.

    Its rows go with their sample wherever samples are shown one by one.
    """
    table = completing(data)
    return table if table and len(data.contract(table).key) > 1 else ""


def names() -> list[str]:
    """List the tables that have a contract: ours, those of installed packages and of the plug-ins at work."""
    return sorted({*shipped.files(_FOLDER), *_of_plugins()})


def load(name: str) -> Contract:
    """Read the contract of table `name`.

    Raises:
        ContractError: there is no such table, its file is not a contract, or a plug-in gives the table of another a
            contract of its own.
    """
    added, ours = _of_plugins().get(name), shipped.files(_FOLDER).get(name)
    if added is not None and ours is not None and _text(added) != _text(ours):
        raise ContractError(f"table {name}: {added} says other things of it than {ours}; give yours another name")
    path = ours or added
    if path is None:
        raise UnknownNameError(f"no table is called {name!r}{choice(name, names(), 'the tables are')}")
    return _read(path, path.stat().st_mtime_ns)


def added(name: str) -> str | None:
    """Return the text of a plug-in's contract; None for a table that needs no plug-in to be known."""
    path = None if name in shipped.files(_FOLDER) else _of_plugins().get(name)
    return _text(path) if path else None


def _of_plugins() -> dict[str, Path]:
    folder = plugins.active().manifests
    return {path.stem: path for path in sorted(folder.glob("*.toml"))} if folder else {}


def _text(path: Path) -> str:
    return paths.read_regular(path, follow=True).decode("utf-8")


@functools.lru_cache(maxsize=1000)
def _read(path: Path, _mtime_ns: int) -> Contract:
    return read(path)


def read(path: Path) -> Contract:
    """Read a contract from its file.

    Raises:
        ContractError: the file is not a contract.
    """
    try:
        document = tomllib.loads(_text(path))
        contract = Contract.of(document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ContractError(f"{path.parent.name}/{path.name} is not a contract: {error}") from error
    if contract.name != path.stem:
        raise ContractError(
            f"{path.parent.name}/{path.name} is the contract of {contract.name!r}, whose name it must bear"
        )
    return contract

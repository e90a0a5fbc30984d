"""What can be asked of anything that has tables: a workspace, a release."""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.identifiers import is_file_name
from musicdata.errors import ContractError, IntegrityError, UsageError
from musicdata.system import packages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pandas import DataFrame

    from musicdata.definitions.contract import Contract
    from musicdata.definitions.head import Head
    from musicdata.definitions.reader import Reader


class TableSource(ABC):
    """The base of `Work` and `Release`: tables by name, as Arrow, as rows, as arrays, as files."""

    __slots__ = ()

    root: Path

    def _facts(self) -> dict[str, str]:
        """Return what a notebook shows of it, a text each."""
        return {"folder": str(self.root)}

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th style="text-align:left">{html.escape(name)}</th>'
            f'<td style="text-align:left">{html.escape(text)}</td></tr>'
            for name, text in self._facts().items()
        )
        return f"<table>{rows}</table>"

    @property
    @abstractmethod
    def reader(self) -> Reader:
        """Return what reads the tables."""

    @property
    @abstractmethod
    def head(self) -> Head:
        """Return what the recipe it was built from says about the data set."""

    @property
    def tables(self) -> list[str]:
        """List the tables there are."""
        return self.reader.tables

    def contract(self, name: str) -> Contract:
        """Return the contract of a table.

        Raises:
            ContractError: there is no such table.
        """
        return self.reader.contract(name)

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Return a table in order of its key; media columns only when `columns` names them.

        Raises:
            ContractError: there is no such table or column.
        """
        self._require_columns(name, columns)
        return self.reader.read(name, columns)

    def frame(self, name: str, columns: list[str] | None = None) -> DataFrame:
        """Return a table as a pandas data frame, in order of its key; vectors are arrays of their shape.

        Raises:
            ContractError: there is no such table or column.
            SetupError: pandas is not installed.
        """
        packages.require(["pandas"], "a data frame")
        from pandas import Series

        rows = self.table(name, columns)
        frame = rows.to_pandas()
        for column in self.contract(name).columns:
            if column.is_vector and column.name in rows.column_names:
                filled = [None if one is None else np.asarray(one).reshape(column.shape) for one in frame[column.name]]
                frame[column.name] = Series(filled, index=frame.index, dtype=object)
        return frame

    def iterate(self, name: str, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yield a table piecewise, so that memory does not grow with it.

        Raises:
            ContractError: there is no such table or column.
        """
        self._require_columns(name, columns)
        yield from self.reader.iterate(name, columns)

    def rows(self, name: str, key: str | None = None, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield rows one by one, those of one `key` if given."""
        self._require_columns(name, columns)
        for part in self.reader.iterate(name, columns, key, key):
            yield from part.to_pylist()

    def digest(self, name: str) -> str:
        """Return the content hash of a table."""
        return self.reader.digest(name)

    def vectors(self, name: str, column: str, *, split: str | None = None) -> Iterator[tuple[list[str], NDArray[Any]]]:
        """Yield the sample ids of one part after the other, and their vectors.

        Tables with a row a note give arrays of shape (samples, notes, *shape of the column), tables with a row a sample
        (samples, *shape). The element type is the table's. Memory does not grow with the number of parts.

        Args:
            name: table.
            column: a vector column of it.
            split: only samples of this split.

        Raises:
            ContractError: there is no such column, it holds no vectors, some are empty, or two samples have different
                numbers of notes.
        """
        contract = self._require_columns(name, [column])
        shape = contract.column(column).shape
        if not shape:
            raise ContractError(f"column {column} of table {name} holds no vectors")
        for part in self.reader.iterate(name, ["sample_id", "split", column]):
            rows = part if split is None else part.filter(pc.equal(part.column("split"), pa.scalar(split)))
            if len(rows):
                yield _stacked(contract, rows, column, shape)

    def media(self, name: str, key: str) -> dict[str, bytes]:
        """Return file name → bytes of the sounds or pictures of one key of table `name`.

        Raises:
            UsageError: the table holds no media.
            IntegrityError: one is called otherwise than a file can be called; nobody has to look at the names again.
        """
        column = next((c.name for c in self.contract(name).columns if c.is_media), None)
        if column is None:
            raise UsageError(f"table {name} holds no sounds or pictures; audio, sheets and note_sheets do")
        media = (row[column] for row in self.rows(name, key, [column]))
        return {_file_name(name, key, medium["path"]): medium["bytes"] for medium in media if medium is not None}

    def _require_columns(self, table: str, columns: list[str] | None) -> Contract:
        contract = self.contract(table)
        known = [column.name for column in contract.columns]
        if unknown := sorted(set(columns or ()) - set(known)):
            raise ContractError(f"table {table} has no column {', '.join(unknown)}; it has {', '.join(known)}")
        return contract


def _file_name(table: str, key: str, name: str | None) -> str:
    if name is None or not is_file_name(name):
        raise IntegrityError(
            f"table {table}: the sound or picture of {key!r} is called {(name or '')[:100]!r}, which is no plain file "
            "name. Whoever made the table put it there; musicdata check names every such cell"
        )
    return name


def _stacked(contract: Contract, rows: pa.Table, column: str, shape: Sequence[int]) -> tuple[list[str], NDArray[Any]]:
    """Return sample ids and one array for the rows of each; the rows are in order of sample_id."""
    runs = pc.call_function("run_end_encode", [rows.column("sample_id").combine_chunks()])
    sample_ids, n_rows = runs.values.to_pylist(), set(np.diff(runs.run_ends.to_numpy(), prepend=0).tolist())
    if len(n_rows) > 1:
        raise ContractError(
            f"table {contract.name}: samples have {sorted(n_rows)} rows; only equal numbers stack. Read the rows as "
            f"they are: table({contract.name!r}, ['sample_id', {column!r}])"
        )
    values = contract.column(column).unpack(rows.column(column).combine_chunks())
    a_row_a_sample = contract.key == ("sample_id",)
    return sample_ids, values.reshape(len(sample_ids), *(() if a_row_a_sample else n_rows), *shape)

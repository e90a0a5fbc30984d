"""CSV that spreadsheets cannot be tricked with, and that reads back as it was.

UTF-8, lines end in a line feed, quoting as in RFC 4180. Texts stand in quotes; an empty value is nothing, an empty text
is ``""``. A spreadsheet takes a cell that begins with = + - @, a tab or a line break for a formula; such texts get a '
in front (https://owasp.org/www-community/attacks/CSV_Injection), and so do texts that would look like one that got it,
so that `unescape` gives back every text. Numbers stay as they are; a list of numbers is written as JSON: ``[1,2.5]``.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from musicdata.definitions.arrow import conformed
from musicdata.errors import IntegrityError
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import IO, Self

    from musicdata.definitions.arrow import Array
    from musicdata.release.exports.folder import HashedFile

_STARTS = "[=+\\-@\t\r\n＝＋－＠]"  # the wide forms count in East Asian versions of the programs
_RISKY = f"^('*{_STARTS})"
_ESCAPED = re.compile(f"'+{_STARTS}")
_BLOCK_BYTES = 2_000_000  # no row may be longer; the reader keeps up to 32 of them in memory


def escape(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula.

    >>> escape("=1+1"), escape("'=1+1"), escape("'tis")
    ("'=1+1", "''=1+1", "'tis")
    """
    return f"'{text}" if re.match(_RISKY, text) else text


def unescape(cell: str) -> str:
    """Return the text that `escape` made this cell of.

    >>> unescape("'=1+1"), unescape("'tis")
    ('=1+1', "'tis")
    """
    return cell[1:] if _ESCAPED.match(cell) else cell


def _change_texts(table: pa.Table, pattern: str, replacement: str) -> pa.Table:
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            changed = pc.replace_substring_regex(table.column(place), pattern, replacement, max_replacements=1)
            table = table.set_column(place, field, changed)
    return table


def _cells(table: pa.Table) -> pa.Table:
    """Write lists of numbers as JSON, each number as short as it reads back."""
    for place, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            numbers: Any = table.column(place).cast(pa.list_(pa.string()))
            joined: list[Any] = ["[", pc.binary_join(numbers, ","), "]", ""]
            cells = pc.binary_join_element_wise(*joined)
            table = table.set_column(place, pa.field(field.name, pa.string()), cells)
    return table


def _lists(table: pa.Table, types: pa.Schema, path: Path) -> pa.Table:
    """Read lists of numbers that `_cells` wrote."""
    for place, name in enumerate(table.column_names):
        kind = types.field(name).type
        if not pa.types.is_list(kind):
            continue
        try:
            column = _numbers(table.column(place).to_pylist(), kind)
        except (ValueError, TypeError, RecursionError, pa.ArrowException) as error:
            raise IntegrityError(f"{path}, column {name!r}: a cell is no list of numbers: {error}") from error
        table = table.set_column(place, types.field(name), column)
    return table


def _numbers(cells: list[str | None], kind: pa.DataType) -> Array:
    whole = float if pa.types.is_floating(kind.field(0).type) else int  # -0 is not 0
    lists: Array = pa.array([None if cell is None else json.loads(cell, parse_int=whole) for cell in cells])
    column: Array = lists.cast(kind)  # unlike the conversion from Python's numbers, it loses no fraction
    if pc.call_function("list_flatten", [column]).null_count:
        raise ValueError("it has an empty number")
    return column


class CsvWriter:
    """Writes rows of one schema into an open file, the names of the columns first."""

    def __init__(self, file: HashedFile, schema: pa.Schema) -> None:
        self._schema = schema
        written = _cells(schema.empty_table()).schema
        self._named = pa.schema([field.with_name(escape(field.name)) for field in written])
        write_options = cast("Any", pa.csv.WriteOptions)  # the stubs have no eol
        options = write_options(include_header=True, quoting_style="needed", eol="\n")
        self._writer = pa.csv.CSVWriter(cast("IO[bytes]", file), self._named, write_options=options)

    def write(self, rows: pa.Table | list[dict[str, Any]]) -> None:
        """Append rows; of a table, the columns of the schema."""
        table = pa.Table.from_pylist(rows, self._schema) if isinstance(rows, list) else rows
        table = _cells(conformed(table.select(self._schema.names), self._schema))
        escaped = _change_texts(table, _RISKY, r"'\1").rename_columns(self._named.names)
        self._writer.write_table(escaped)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._writer.close()


def read_csv(path: Path, types: pa.Schema) -> Iterator[pa.Table]:
    """Yield the rows of such a file piecewise, columns in its own order.

    Args:
        path: of the file.
        types: type of every column it may have.

    Raises:
        IntegrityError: it is not such a file, or has a column that `types` does not name.
    """
    with _reading(path), contextlib.ExitStack() as stack:
        block = pa.csv.ReadOptions(block_size=min(_BLOCK_BYTES, max(1, path.stat().st_size)), use_threads=False)
        lines = pa.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
        cells = pa.csv.ConvertOptions(
            column_types={escape(field.name): field.type for field in _cells(types.empty_table()).schema},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
        file = stack.enter_context(paths.open_regular(path))
        reader = pa.csv.open_csv(file, read_options=block, parse_options=lines, convert_options=cells)
        names = [unescape(name) for name in reader.schema.names]
        if unknown := sorted(set(names) - set(types.names)):
            raise IntegrityError(f"{path} has a column {unknown[0]!r}, which the release has not")
        with reader:
            for batch in reader:
                table = pa.Table.from_batches([batch]).rename_columns(names)
                yield _lists(_change_texts(table, f"^'('*{_STARTS})", r"\1"), types, path)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise IntegrityError(f"{path} cannot be read as a table: {error}") from error


def rows_of(tables: Iterable[pa.Table]) -> Iterator[dict[str, Any]]:
    """Yield rows one by one."""
    for table in tables:
        yield from table.to_pylist()

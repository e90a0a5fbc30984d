"""Sounds and pictures as loose files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.errors import IntegrityError, UsageError
from musicdata.gallery import saved
from musicdata.system import paths
from musicdata.system.files import storage_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from musicdata.definitions.table_source import TableSource


def save_media(data: TableSource, table: str, rows: Sequence[dict[str, Any]], folder: Path) -> Iterator[Path]:
    """Write the sounds or pictures of `rows` into `folder`; yield the files, and at last the page that shows them.

    Args:
        data: the data set.
        table: with sounds or pictures.
        rows: of it, its key among the columns.
        folder: to write into; what earlier calls saved there stays, on the page too.

    Raises:
        UsageError: the rows lack the key, or the table holds no sounds or pictures.
        InputError: there is an `index.json` in the folder that was not written here.
        IntegrityError: the table calls one otherwise than a file in `folder`, or there is a link of that name.
        StorageError: the folder cannot be written.
    """
    data.media_column(table)
    key = data.contract(table).key[0]
    if any(key not in row for row in rows):
        raise UsageError(f"files of {table} are saved by {key}: name it among --columns too, or leave --columns out")
    files: dict[str, list[str]] = {}
    with storage_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for value in dict.fromkeys(row[key] for row in rows):
        for name, medium in data.media(table, value).items():
            if name in (saved.PAGE, saved.FACTS):
                raise IntegrityError(f"table {table}: a sound or picture of {value!r} is called {name}, as the page is")
            files.setdefault(value, []).append(name)
            with storage_faults(folder / name, len(medium)), paths.create_inside(folder, name) as file:
                file.write(medium)
            yield folder / name
    if files:
        yield saved.keep(data, table, rows, files, folder)

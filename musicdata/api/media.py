"""Sounds and pictures as loose files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.system import paths
from musicdata.system.files import storage_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from musicdata.definitions.table_source import TableSource


def save_media(data: TableSource, table: str, rows: Sequence[dict[str, Any]], folder: Path) -> Iterator[Path]:
    """Write the sounds or pictures of `rows` into `folder`; yield the files.

    Raises:
        UsageError: the table holds no media.
        IntegrityError: the table calls one otherwise than a file in `folder`, or there is a link of that name.
        StorageError: the folder cannot be written.
    """
    data.media_column(table)
    key = data.contract(table).key[0]
    with storage_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for value in dict.fromkeys(row[key] for row in rows):
        for name, medium in data.media(table, value).items():
            with storage_faults(folder / name, len(medium)), paths.create_inside(folder, name) as file:
                file.write(medium)
            yield folder / name

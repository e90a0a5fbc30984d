"""Files with songs, and what is read of them."""

from __future__ import annotations

from pathlib import Path

from musicdata.sources.lyrics import inputs
from musicdata.sources.tabular.rows import Fault, Row

HEADER = "Artist,Song,Genre,Language,Lyrics\n"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path) -> list[Row | Fault]:
    return list(inputs.rows(inputs.table(path)))


def cells(path: Path, column: str) -> list[str]:
    """Return the values of a column, and the reasons of rows that cannot be read, with a ! before them."""
    return [row.cells[column] if isinstance(row, Row) else f"!{row.reason}" for row in read(path)]

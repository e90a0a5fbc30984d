"""Rows of a source before they are songs, and what cannot be read of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


MAX_TEXT = 8 << 20
"""Longest text of a cell, in characters; a whole book has two million."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source.

    Attributes:
        name: within the source, with forward slashes; the same wherever the source lies.
        path: where it is now.
        ending: kind of file, without that of packing: ``.csv``.
        fault: why it is not read; empty for one that is.
        detail: the same for people.
    """

    name: str
    path: Path
    ending: str
    fault: str = ""
    detail: str = ""


class Row(NamedTuple):
    """A row as it stands.

    Attributes:
        row: its number among the rows of its file, counted from 1.
        cells: column → value.
        song_id: where the source names songs otherwise than by a column.
    """

    row: int
    cells: Mapping[str, Any]
    song_id: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A row, or a whole file (row 0), that cannot be read: a reason code, and the same for people."""

    row: int
    reason: str
    detail: str

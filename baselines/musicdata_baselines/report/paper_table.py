"""The tables of papers, as data: figures as printed, each suite's rows of a kind of their own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from musicdata.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class PaperTable(Generic[Row]):
    """What a paper prints.

    Attributes:
        title: of the paper; `authors` of it.
        table: which one it is.
        rows: in the paper's order.
        notes: what is odd about the figures, or must be known to compare them.
    """

    title: str
    authors: str
    table: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def source(self) -> str:
        """Return where the figures are from."""
        return f"{self.authors}: {self.title}; {self.table}"


@dataclass(frozen=True, slots=True)
class PaperTables(Generic[Row]):
    """The papers' tables that a suite has, a TOML file each.

    Attributes:
        folder: of the files, each named after a data set.
        row: makes a row of a ``[[row]]``.
    """

    folder: Path
    row: Callable[[dict[str, Any]], Row]

    def names(self) -> list[str]:
        """List the data sets whose paper's table is here."""
        return sorted(path.stem for path in self.folder.glob("*.toml"))

    def load(self, name: str) -> PaperTable[Row]:
        """Return the table of the paper of a data set.

        Raises:
            InputError: there is no table of that name.
        """
        if name not in self.names():
            raise InputError(f"no paper's table is named {name!r}; there are {', '.join(self.names())}")
        data = tomllib.loads((self.folder / f"{name}.toml").read_text("utf-8"))
        rows = tuple(map(self.row, data["row"]))
        return PaperTable(data["title"], data["authors"], data["table"], rows, tuple(data["notes"]))

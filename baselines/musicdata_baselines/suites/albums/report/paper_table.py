"""The tables of the papers, as data: figures as printed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from musicdata.errors import InputError
from musicdata_baselines.retrieval.metrics import RECALL_AT

_FOLDER = Path(__file__).parent / "papers"


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One method of the paper.

    Attributes:
        method: as its ablations say.
        ours: the method of ours that is built like it; "" for none.
        recall: K → recall as a share.
    """

    method: str
    ours: str
    recall: dict[int, float]


@dataclass(frozen=True, slots=True)
class PaperTable:
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
    rows: tuple[PaperRow, ...]
    notes: tuple[str, ...]

    @property
    def source(self) -> str:
        """Return where the figures are from."""
        return f"{self.authors}: {self.title}; {self.table}"


def names() -> list[str]:
    """List the data sets whose paper's table is here."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def load(name: str) -> PaperTable:
    """Return the table of the paper of a data set.

    Raises:
        InputError: there is no table of that name.

    >>> load("mard").rows[-3].recall[1]
    0.1995
    """
    if name not in names():
        raise InputError(f"no paper's table is named {name!r}; there are {', '.join(names())}")
    data = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    rows = tuple(
        PaperRow(
            row["method"], row["ours"], {k: round(v / 100, 4) for k, v in zip(RECALL_AT, row["recall"], strict=True)}
        )
        for row in data["row"]
    )
    return PaperTable(data["title"], data["authors"], data["table"], rows, tuple(data["notes"]))

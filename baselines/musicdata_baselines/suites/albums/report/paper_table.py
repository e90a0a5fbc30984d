"""The tables of the papers, as data: figures as printed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicdata_baselines.report import paper_table
from musicdata_baselines.retrieval.metrics import RECALL_AT


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

    @classmethod
    def of(cls, row: dict[str, Any]) -> PaperRow:
        """Return a row of the file, whose recalls are per cent."""
        recall = {k: round(v / 100, 4) for k, v in zip(RECALL_AT, row["recall"], strict=True)}
        return cls(row["method"], row["ours"], recall)


TABLES = paper_table.PaperTables(Path(__file__).parent / "papers", PaperRow.of)


def names() -> list[str]:
    """List the data sets whose paper's table is here."""
    return TABLES.names()


def load(name: str) -> paper_table.PaperTable[PaperRow]:
    """Return the table of the paper of a data set.

    Raises:
        InputError: there is no table of that name.

    >>> load("mard").rows[-3].recall[1]
    0.1995
    """
    return TABLES.load(name)

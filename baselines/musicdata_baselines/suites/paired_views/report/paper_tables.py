"""The tables of the papers, as data: figures as printed, and what cannot stand as printed with its correction."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from musicdata.errors import InputError

_FOLDER = Path(__file__).parent / "papers"


@dataclass(frozen=True, slots=True)
class Correction:
    """A figure cannot be as it is printed, what it must have been, and why."""

    figure: str
    printed: str
    corrected: float
    why: str


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One method in one direction.

    Attributes:
        query: modality asked with; `target` the one looked for.
        method: as the paper names it.
        n_components: where the paper varies them, else None.
        printed: figure → number as printed; figures are ``recall_1``, ``recall_5``, ``recall_10``, ``median_rank``,
            ``mean_rank``, ``mrr``, ``mrr_category``, as far as the paper has them. Recalls are shares.
        corrections: of this row.
    """

    query: str
    target: str
    method: str
    n_components: int | None
    printed: dict[str, float]
    corrections: tuple[Correction, ...] = ()

    @property
    def figures(self) -> dict[str, float]:
        """Return the figures with the corrections made."""
        return self.printed | {correction.figure: correction.corrected for correction in self.corrections}


@dataclass(frozen=True, slots=True)
class PaperTable:
    """What a paper prints about retrieval between modalities.

    Attributes:
        name: of the data set, e.g. ``musictm``.
        tables: number or numbers of the tables in the paper.
        n_gallery: candidates of each query; `gallery` says how that is known.
        notes: what else is odd about the figures.
    """

    name: str
    title: str
    authors: str
    arxiv: str
    tables: str
    n_gallery: int
    gallery: str
    rows: tuple[PaperRow, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def source(self) -> str:
        """Return where it is printed, in short."""
        return f"{self.authors}, arXiv {self.arxiv}, {self.tables}"

    def of(self, query: str, target: str) -> list[PaperRow]:
        """List the rows of one direction in the paper's order; of a method with several sizes the highest MRR's."""
        best: dict[str, PaperRow] = {}
        for row in self.rows:
            if (row.query, row.target) == (query, target):
                kept = best.setdefault(row.method, row)
                if row.figures.get("mrr", 0.0) > kept.figures.get("mrr", 0.0):
                    best[row.method] = row
        return list(best.values())


def names() -> list[str]:
    """List the data sets whose paper's tables are here."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def load(name: str) -> PaperTable:
    """Return the tables of the paper of a data set.

    Raises:
        InputError: there is no table of that name.

    >>> load("musictm").of("audio", "sheet")[1].figures["recall_1"]
    0.303
    """
    if name not in names():
        raise InputError(f"no paper's table is named {name!r}; there are {', '.join(names())}")
    data = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    blocks, corrections = data.pop("block"), data.pop("correction", [])
    notes = tuple(data.pop("notes", ()))
    return PaperTable(name=name, rows=_rows(blocks, corrections), notes=notes, **data)


def _rows(blocks: list[dict[str, Any]], corrections: list[dict[str, Any]]) -> tuple[PaperRow, ...]:
    """Return a row for each direction, method and number of components; its figures may stand in several blocks."""
    gathered: dict[tuple[str, str, str, int | None], dict[str, float]] = {}
    for block in blocks:
        for method, values in block["rows"].items():
            if "components" in block:  # a sweep: one figure, a column each number of components
                cells = [(k, block["figure"], value) for k, value in zip(block["components"], values, strict=False)]
            else:
                cells = [(None, figure, value) for figure, value in zip(block["columns"], values, strict=True)]
            for k, figure, value in cells:
                gathered.setdefault((block["query"], block["target"], method, k), {})[figure] = value
    return tuple(
        PaperRow(query, target, method, k, printed, _corrections_of(query, target, method, corrections))
        for (query, target, method, k), printed in gathered.items()
    )


def _corrections_of(query: str, target: str, method: str, corrections: list[dict[str, Any]]) -> tuple[Correction, ...]:
    return tuple(
        Correction(c["figure"], c["printed"], c["corrected"], c["why"])
        for c in corrections
        if (c["query"], c["target"], c["method"]) == (query, target, method)
    )

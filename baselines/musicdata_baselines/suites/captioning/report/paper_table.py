"""The table of the paper, as data, and ours beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.definitions.suite import FigureTable
from musicdata_baselines.report import paper_table
from musicdata_baselines.suites.captioning.results import GROUPED, MAIN

if TYPE_CHECKING:
    from musicdata_baselines.suites.captioning.results import Captioning, SystemFigures

_PRINTED = ("R-1", "R-2", "R-L", "METEOR")
_OURS = ("rouge1_recall", "rouge2_recall", "rougeL_recall", "meteor")


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One method of the paper.

    Attributes:
        variant: of the captions it learned from, as ours is called.
        method: the paper's name; `ours` the system of ours that is built like it.
        figures: R-1, R-2, R-L and METEOR, in per cent.
    """

    variant: str
    method: str
    ours: str
    figures: tuple[float, ...]

    @classmethod
    def of(cls, row: dict[str, Any]) -> PaperRow:
        """Return a row of the file."""
        return cls(row["variant"], row["method"], row["ours"], tuple(row["figures"]))


TABLES = paper_table.PaperTables(Path(__file__).parent / "papers", PaperRow.of)


def names() -> list[str]:
    """List the data sets whose paper's table is here."""
    return TABLES.names()


def load(name: str) -> paper_table.PaperTable[PaperRow]:
    """Return the table of the paper of a data set.

    Raises:
        InputError: there is no table of that name.

    >>> load("interpretations").rows[-1].figures[0]
    51.2
    """
    return TABLES.load(name)


def beside_ours(result: Captioning) -> FigureTable | None:
    """Return the paper's table beside ours; None where the recipe names no paper.

    Ours are recalls of every pair of a caption and a reference, as the released scorer prints them, with the F1 and the
    words that a recall means nothing without.
    """
    if not result.paper:
        return None
    paper = load(result.paper)
    rows = []
    for row in paper.rows:
        ours = result.of(row.ours, GROUPED, row.variant)
        printed = (f"{figure:.1f}" for figure in row.figures)
        rows.append((row.variant, row.method, *printed, *(_ours(ours) if ours is not None else (None,) * 6)))
    caption = (
        f"The paper's {paper.table} (recall by its public code, sampled, one reference a row), then ours scored in the "
        f"same way, in per cent, with F1 and words beside; {result.meteor or 'METEOR'}, other data unless it is theirs"
    )
    heading = ("captions", "as the paper has it", *_PRINTED, "ours: R-1", "R-2", "R-L", "METEOR", "R-1 F1", "words")
    return FigureTable(caption, heading, tuple(rows))


def _ours(found: SystemFigures) -> tuple[str, ...]:
    figures = [100 * found.by_pair[metric] for metric in (*_OURS, MAIN)]
    return (*(f"{figure:.1f}" for figure in figures), f"{found.mean_words:.1f}")

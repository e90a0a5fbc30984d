"""The table of the paper, as data, and ours beside it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.definitions.suite import FigureTable
from musicdata.errors import InputError
from musicdata_baselines.suites.captioning.results import GROUPED, MAIN

if TYPE_CHECKING:
    from musicdata_baselines.suites.captioning.results import Captioning, SystemFigures

_FOLDER = Path(__file__).parent / "papers"
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

    >>> load("interpretations").rows[-1].figures[0]
    51.2
    """
    if name not in names():
        raise InputError(f"no paper's table is named {name!r}; there are {', '.join(names())}")
    data = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    rows = tuple(PaperRow(row["variant"], row["method"], row["ours"], tuple(row["figures"])) for row in data["row"])
    return PaperTable(data["title"], data["authors"], data["table"], rows, tuple(data["notes"]))


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

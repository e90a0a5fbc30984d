"""What is known of the papers, as data, and their systems beside ours."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.definitions.suite import FigureTable
from musicdata.errors import InputError
from musicdata_baselines.report import figures
from musicdata_baselines.suites.text_search.results import ACROSS, ALL, HYBRID, PAPER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata_baselines.suites.text_search.results import Cell, SystemFigures, TextSearches

_FOLDER = Path(__file__).parent / "papers"
_ACROSS_TIMES = 3.0
"""What MRR across languages should be as a multiple of the paper's."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What ours should be on queries of one kind, as a multiple of the paper's system.

    Attributes:
        kind: of the queries.
        figure: ``hit@10`` or ``MRR``.
        times: the multiple.
    """

    kind: str
    figure: str
    times: float

    def of(self, found: SystemFigures) -> float:
        """Return the figure of a system."""
        return found.hits[10] if self.figure == "hit@10" else found.mrr


@dataclass(frozen=True, slots=True)
class Paper:
    """What is known of a paper.

    Attributes:
        title: of the paper; `authors` of it.
        system: what was measured in its name.
        notes: what must be known to compare.
        goals: what ours should reach beside it.
    """

    title: str
    authors: str
    system: str
    notes: tuple[str, ...]
    goals: tuple[Goal, ...]

    @property
    def source(self) -> str:
        """Return what the paper is."""
        return f"{self.authors}: {self.title}"


def names() -> list[str]:
    """List the papers that are known."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def load(name: str) -> Paper:
    """Return what is known of a paper.

    Raises:
        InputError: no paper has that name.

    >>> load("lyrics").goals[0].times
    1.5
    """
    if name not in names():
        raise InputError(f"no paper is named {name!r}; there are {', '.join(names())}")
    data = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    goals = tuple(Goal(one["kind"], one["figure"], one["times"]) for one in data["goal"])
    return Paper(data["title"], data["authors"], data["system"], tuple(data["notes"]), goals)


def table(result: TextSearches) -> FigureTable | None:
    """Return the paper's system beside ours, None where it was not measured on anything that ours was."""
    if not result.paper:
        return None
    rows = tuple(_rows(result, load(result.paper)))
    if not rows:
        return None
    caption = (
        "The paper's system and ours on the same songs and queries; in a language of its own where the paper's system "
        "could not read all of them"
    )
    return FigureTable(caption, ("queries", "language", "figure", "paper's", "ours", "times", "asked for"), rows)


def _rows(result: TextSearches, paper: Paper) -> Iterator[tuple[str | None, ...]]:
    for goal in paper.goals:
        for cell in result.cells:
            if cell.kind == goal.kind and (row := _row(cell, goal, HYBRID)) is not None:
                yield row
    across = Goal("translation", "MRR", _ACROSS_TIMES)
    for cell in result.translations:
        if (row := _row(cell, across, ACROSS)) is not None:
            yield row


def _row(cell: Cell, goal: Goal, ours: str) -> tuple[str | None, ...] | None:
    theirs, found = cell.of(PAPER), cell.of(ours)
    if theirs is None or found is None:
        return None
    language = "all languages" if cell.language == ALL else cell.language
    a, b = goal.of(theirs), goal.of(found)
    return (
        goal.kind,
        language,
        goal.figure,
        figures.share(a, 3),
        figures.share(b, 3),
        figures.times(b, a),
        f"{goal.times:g}×",
    )

"""A suite: do the letters of a poem tell its year?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicdata.definitions.suite import Clock, FigureTable, Options, Outcome, Result, Rule, Settings, Suite
from musicdata.definitions.table_source import TableSource

SIGNIFICANCE = 0.05
RIDGE = 1e-3


class YearFromLetters(Settings):
    """Columns of the letters and of the year."""

    text: str
    year: str

    def columns(self) -> list[str]:
        """List the columns that are compared."""
        return [self.text, self.year]


@dataclass(frozen=True)
class Measured(Result):
    """Mean error in years on what was not fitted to, of the letters and of shuffled years, and how sure that is."""

    error_years: float
    shuffled_years: float
    p_value: float


def run(data: TableSource, settings: YearFromLetters, options: Options, clock: Clock) -> Outcome[Measured]:
    """Fit a ridge regression to the train split, and ask it about the others."""
    with clock.part("ridge"):
        table, column = settings.text.split(".")
        home, year = settings.year.split(".")
        parts = list(data.vectors(table, column))
        ids, letters = [one for part, _ in parts for one in part], np.concatenate([vectors for _, vectors in parts])
        rows = {row["sample_id"]: row for row in data.rows(home, columns=["sample_id", "split", "group_id", year])}
        years = np.array([rows[one][year] for one in ids], float)
        split = np.array([rows[one]["split"] for one in ids])
        told, known = told_years(letters, years, split == "train"), years[split != "train"]
        error = float(np.abs(told - known).mean())
        chance = np.random.default_rng(options.seed)
        shuffled = [float(np.abs(told - chance.permutation(known)).mean()) for _ in range(options.n_permutations)]
    p_value = (1 + sum(one <= error for one in shuffled)) / (1 + len(shuffled))
    measured = Measured(error, float(np.mean(shuffled)), p_value)
    words = f"{error:.1f} years off, {measured.shuffled_years:.1f} where years are shuffled, p = {p_value:.2g}"
    row = ("ridge", error, measured.shuffled_years, p_value)
    card = FigureTable("Years told from letters.", ("method", "error, years", "shuffled, years", "p"), (row,))
    groups = [{rows[one]["group_id"] for one, s in zip(ids, split, strict=True) if s == name} for name in SPLITS]
    return Outcome(
        result=measured,
        n_samples={name: int((split == name).sum()) for name in SPLITS},
        n_groups={name: len(found) for name, found in zip(SPLITS, groups, strict=True)},
        tables={name: data.digest(name) for name in sorted({table, home})},
        rules=(Rule("letters tell the year", p_value < SIGNIFICANCE, words),),
        card=(card,),
        methods=({"name": "ridge", "error_years": error, "p_value": p_value},),
    )


SPLITS = ("train", "valid", "test")


def told_years(letters: NDArray[Any], years: NDArray[Any], train: NDArray[Any]) -> NDArray[Any]:
    """Return what the regression of the train rows says of the others."""
    x, mean = letters - letters[train].mean(axis=0), years[train].mean()
    weights = np.linalg.solve(x[train].T @ x[train] + RIDGE * np.eye(x.shape[1]), x[train].T @ (years[train] - mean))
    told: NDArray[Any] = x[~train] @ weights + mean
    return told


SUITE: Suite[Any] = Suite("year-from-letters", YearFromLetters, Measured, run)

"""A suite of a user's own, as one file: does a text tell a number, by ridge regression of its bag of words?

Tests name it as a plug-in; nothing of the package knows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicdata.definitions.arrow import strings
from musicdata.definitions.search import Answer, Ask, Line, Match
from musicdata.definitions.suite import (
    Clock,
    FigureTable,
    Options,
    Outcome,
    Page,
    Result,
    Rule,
    Settings,
    Suite,
    Validation,
)
from musicdata.definitions.table_source import TableSource
from musicdata_baselines.report import plain_tables

SIGNIFICANCE = 0.05
SPLITS = ("train", "valid", "test")


class NumberFromText(Settings):
    """One table, with a text and a number a sample."""

    text: str
    number: str
    ridge: float = 1.0

    def columns(self) -> list[str]:
        return [self.text, self.number]


@dataclass(frozen=True)
class Measured(Result):
    """Correlation of the number with what its text says, on the samples not fitted to, and that of shuffled ones."""

    correlation: float
    shuffled: float
    p_value: float
    vocabulary: int


def bags(texts: Sequence[str], vocabulary: Sequence[str]) -> NDArray[np.float64]:
    counts = [Counter(text.lower().split()) for text in texts]
    return np.array([[bag[word] for word in vocabulary] for bag in counts], np.float64)


def run(data: TableSource, settings: NumberFromText, options: Options, clock: Clock) -> Outcome[Measured]:
    with clock.part("ridge"):
        name, text = settings.text.split(".")
        number = settings.number.split(".")[1]
        table = data.table(name, ["sample_id", "split", "group_id", text, number])
        split, groups = np.array(table.column("split")), np.array(table.column("group_id"))
        texts, numbers = strings(table.column(text)), np.array(table.column(number), np.float64)
        train, rest = np.flatnonzero(split == "train"), np.flatnonzero(split != "train")
        vocabulary = sorted({word for i in train for word in texts[i].lower().split()})
        x = bags(texts, vocabulary)
        mean = x[train].mean(axis=0), numbers[train].mean()
        centred = x - mean[0]
        gram = centred[train].T @ centred[train] + settings.ridge * np.eye(len(vocabulary))
        told = centred[rest] @ np.linalg.solve(gram, centred[train].T @ (numbers[train] - mean[1]))
        chance = np.random.default_rng(options.seed)
        found = correlation(told, numbers[rest])
        null = [correlation(told, chance.permutation(numbers[rest])) for _ in range(options.n_permutations)]
    p_value = (1 + sum(one >= found for one in null)) / (1 + len(null))
    measured = Measured(found, float(np.mean(null)), p_value, len(vocabulary))
    words = f"correlation {found:.3f}, shuffled {measured.shuffled:.3f}, p = {p_value:.2g} (asked: p < {SIGNIFICANCE})"
    return Outcome(
        result=measured,
        n_samples={one: int((split == one).sum()) for one in SPLITS},
        n_groups={one: len(set(groups[split == one])) for one in SPLITS},
        tables={name: data.digest(name)},
        rules=(Rule("the text tells the number", p_value < SIGNIFICANCE, words),),
        notes=("Words that only the other splits have are not known to the regression.",),
        card=(figures(measured),),
        methods=({"name": "ridge", "correlation": found, "p_value": p_value},),
    )


def correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def figures(measured: Measured) -> FigureTable:
    row = ("ridge", measured.correlation, measured.shuffled, measured.p_value)
    caption = "The number told from the words of its text; *shuffled* is the mean of shuffled numbers."
    return FigureTable(caption, ("method", "correlation", "shuffled", "p"), (row,))


def lines(validation: Validation[Measured]) -> Iterator[str]:
    yield f"vocabulary of the train split: {validation.result.vocabulary} words"
    yield from plain_tables.lines([figures(validation.result)])


def page(validation: Validation[Measured]) -> Page:
    sentence = f"the train split has {validation.result.vocabulary} words"
    section = plain_tables.section("number", "Number from text", [figures(validation.result)], [sentence])
    return Page((section,), groups="A group is one author's texts.")


def search(
    data: TableSource, settings: NumberFromText, ask: Ask, folder: Path, _progress: Callable[[str], None]
) -> Answer:
    """Find the texts that have most of the words asked for; the index would be in `folder`."""
    name, column = settings.text.split(".")
    wanted = set(ask.words.lower().split())
    found = [(len(wanted & set(row[column].lower().split())), row) for row in data.rows(name)]
    ranked = sorted((one for one in found if one[0]), key=lambda one: (-one[0], one[1]["sample_id"]))
    matches = tuple(
        Match(rank, row["sample_id"], score / len(wanted), {}, {"words": 1.0}, (Line(1, row[column].split("\n")[0]),))
        for rank, (score, row) in enumerate(ranked[: ask.k], 1)
    )
    return Answer(
        ask.query, ask.like, ask.words, "und", (), "plain", matches, len(found), {"words": 1.0}, (folder.name,)
    )


SUITE: Suite[Any] = Suite("number-from-text", NumberFromText, Measured, run, lines=lines, page=page, search=search)

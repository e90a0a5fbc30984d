"""Our figures beside the paper's and chance: the rows of a table, whatever it is printed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from musicdata_baselines.report import figures
from musicdata_baselines.suites.paired_views.report import paper_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata_baselines.suites.paired_views.report.paper_tables import PaperRow, PaperTable
    from musicdata_baselines.suites.paired_views.results import BaselineResult, DirectionResult, Validation

# heading → what the cell says; the paper has no intervals and no p-values.
COLUMNS = {
    "R@1": "share of queries whose item comes first",
    "R@5": "share of queries whose item is among the first 5",
    "R@10": "share of queries whose item is among the first 10",
    "MedR": "median rank of the item",
    "MeanR": "mean rank of the item",
    "MedR/n": "median rank as a share of the gallery; 50 % is chance",
    "MRR": "mean reciprocal rank",
    "95 %": "interval of the MRR, bootstrap by group",
    "p": "of the MRR of both directions together, against re-pairings of whole groups",
}
CHANCE = "chance (exact)"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: cells in the order of `COLUMNS`, and the numbers of the notes that belong to a cell."""

    kind: Literal["paper", "chance", "ours"]
    name: str
    cells: tuple[str, ...]
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DirectionTable:
    """Retrieval in one direction: rows of the paper, chance, and ours; `notes` are numbered from 1."""

    query: str
    target: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def of_paper(self) -> list[Row]:
        """List the paper's rows."""
        return [row for row in self.rows if row.kind == "paper"]

    @property
    def of_ours(self) -> list[Row]:
        """List chance and our rows."""
        return [row for row in self.rows if row.kind != "paper"]


def paper_of(validation: Validation) -> PaperTable | None:
    """Return the table of the paper the data set is compared with, None where there is none."""
    return paper_tables.load(validation.result.paper) if validation.result.paper else None


def galleries(paper: PaperTable, validation: Validation) -> str:
    """Say why figures of the paper and ours cannot be compared digit by digit, and which can."""
    return (
        f"its gallery is {paper.n_gallery:,}, ours {validation.n_samples['test']:,}: ranks and recalls are not "
        "comparable digit by digit, MedR/n is"
    )


def tabulate(validation: Validation, pair: tuple[str, str]) -> list[DirectionTable]:
    """Return the tables of both directions of a pair."""
    paper = paper_of(validation)
    return [_direction(validation, pair, query, target, paper) for query, target in (pair, pair[::-1])]


def _direction(
    validation: Validation, pair: tuple[str, str], query: str, target: str, paper: PaperTable | None
) -> DirectionTable:
    notes: list[str] = []
    rows = [_of_paper(row, paper.n_gallery, notes) for row in paper.of(query, target)] if paper else []
    rows.append(_of_chance(validation))
    rows += [_ours(baseline, query, validation) for baseline in validation.result.baselines if baseline.pair == pair]
    return DirectionTable(query, target, tuple(rows), tuple(notes))


def _of_paper(row: PaperRow, n_gallery: int, notes: list[str]) -> Row:
    printed = row.figures
    cells = {
        "R@1": figures.share(printed.get("recall_1"), 3),
        "R@5": figures.share(printed.get("recall_5"), 3),
        "R@10": figures.share(printed.get("recall_10"), 3),
        "MedR": figures.rank(printed.get("median_rank")),
        "MeanR": figures.rank(printed.get("mean_rank")),
        "MedR/n": figures.percent(printed["median_rank"] / n_gallery if "median_rank" in printed else None),
        "MRR": figures.share(printed.get("mrr"), 3),
    }
    headings = {"recall_1": "R@1", "recall_5": "R@5", "recall_10": "R@10", "median_rank": "MedR", "mean_rank": "MeanR"}
    marked = {}
    for correction in row.corrections:
        heading = headings[correction.figure]
        notes.append(f"{row.method}, {heading}: printed {correction.printed}; {correction.why}")
        marked[heading] = len(notes)
    name = row.method if row.n_components is None else f"{row.method}, {row.n_components}"
    return _row("paper", name, cells, marked)


def _of_chance(validation: Validation) -> Row:
    chance = validation.result.chance
    cells = {
        "R@1": figures.share(chance["recall_1"]),
        "R@5": figures.share(chance["recall_5"]),
        "R@10": figures.share(chance["recall_10"]),
        "MedR": figures.rank(chance["median_rank"]),
        "MeanR": figures.rank(chance["mean_rank"]),
        "MedR/n": figures.percent(chance["median_rank"] / validation.n_samples["test"]),
        "MRR": figures.share(chance["mrr"]),
    }
    return _row("chance", CHANCE, cells)


def _ours(baseline: BaselineResult, query: str, validation: Validation) -> Row:
    direction = of_direction(baseline, query)
    cells = {
        "R@1": figures.share(direction.recall.get(1)),
        "R@5": figures.share(direction.recall.get(5)),
        "R@10": figures.share(direction.recall.get(10)),
        "MedR": figures.rank(direction.median_rank),
        "MeanR": figures.rank(direction.mean_rank),
        "MedR/n": figures.percent(direction.median_rank / validation.n_samples["test"]),
        "MRR": figures.share(direction.mrr),
        "95 %": figures.interval(direction.mrr_low, direction.mrr_high),
        "p": figures.p_value(baseline.p_value),
    }
    return _row("ours", baseline.name, cells)


def of_direction(baseline: BaselineResult, query: str) -> DirectionResult:
    """Return a baseline's result with the modality that is asked with."""
    return next(direction for direction in baseline.directions if direction.query == query)


def categories(validation: Validation, pair: tuple[str, str]) -> Iterator[str]:
    """Yield a sentence a direction on category level, where the data set has categories."""
    for query, target in (pair, pair[::-1]):
        directions = [(b.name, of_direction(b, query)) for b in validation.result.baselines if b.pair == pair]
        known = [f"{name} {figures.share(d.mrr_category)}" for name, d in directions if d.mrr_category is not None]
        if known:
            yield (
                f"{query} → {target}, MRR of the first item of the query's category: {', '.join(known)}; "
                f"chance {figures.share(directions[0][1].mrr_category_chance)}"
            )


def _row(
    kind: Literal["paper", "chance", "ours"], name: str, cells: dict[str, str], marked: dict[str, int] | None = None
) -> Row:
    return Row(
        kind,
        name,
        tuple(cells.get(heading, "") for heading in COLUMNS),
        tuple((marked or {}).get(heading, 0) for heading in COLUMNS),
    )

"""The suite's part of the report, on a terminal and on a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from musicdata.definitions.suite import Page, Section
from musicdata_baselines.report import plain_tables
from musicdata_baselines.report.templates import environment
from musicdata_baselines.report.text import bullets, wrap
from musicdata_baselines.suites.text_search.report import paper_system, plots, tables
from musicdata_baselines.suites.text_search.results import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.suite import FigureTable
    from musicdata_baselines.suites.text_search.results import TextSearches, Validation

_GROUPS = "Intervals and differences draw whole groups of songs with nearly the same words, not queries."
_HERE = Path(__file__).parent


def lines(validation: Validation) -> Iterator[str]:
    """Yield the lines between the verdict and the notes; none where nothing was measured."""
    result = validation.result
    if not result.cells:
        return
    if result.paper:
        yield from wrap(f"paper: {paper_system.load(result.paper).source}")
        yield ""
    yield from bullets(tables.sentences(result))
    yield ""
    yield from plain_tables.lines([tables.of_cell(cell) for cell in result.cells if cell.language == ALL])
    for shown in (list(tables.by_language(result)), *_rest(result)):
        if shown:
            yield ""
            yield from plain_tables.lines(shown)


def _rest(result: TextSearches) -> Iterator[list[FigureTable]]:
    paper, across, heads = paper_system.table(result), tables.translations(result), tables.heads(result)
    yield [paper] if paper else []
    yield [across] if across else []
    yield list(tables.weights(result))
    yield list(tables.refusal(result.refusal)) if result.refusal else []
    yield [tables.genres(result.genres)] if result.genres else []
    yield [heads] if heads else []


def page(validation: Validation) -> Page:
    """Return what the suite puts on the page."""
    return Page(tuple(_sections(validation.result)), groups=_GROUPS)


def _sections(result: TextSearches) -> Iterator[Section]:
    if not result.cells:
        return
    yield _section("searches", "Searches", [tables.overview(result)], list(tables.sentences(result)))
    for kind in tables.kinds(result):
        cells = [cell for cell in result.cells if cell.kind == kind]
        what = tables.name_of(kind)
        drawn = [
            (plots.mrr_intervals(cell, f"MRR of {what}, {cell.language}"), _caption(cell.language)) for cell in cells
        ]
        yield _section(f"kind-{kind}", f"Queries: {what}", [tables.of_cell(cell) for cell in cells], [], drawn)
    if by_language := list(tables.by_language(result)):
        yield _section("languages", "Languages", by_language, [])
    yield from _of_paper(result)
    if (across := tables.translations(result)) is not None:
        yield _section("translations", "Across languages", [across], [])
    if weights := list(tables.weights(result)):
        yield _section("weights", "How the hybrid is weighed", weights, [_WEIGHTS])
    if result.refusal is not None:
        drawn = [(plots.refusal(result.refusal), "Counts of lines; the darker, the larger the share of its row.")]
        yield _section("refusal", "Songs that are not there", list(tables.refusal(result.refusal)), [_REFUSAL], drawn)
    if result.genres:
        drawn = [(plots.genres(one), f"Genres under split {one.scheme}.") for one in result.genres]
        yield _section("genre", "Genre from words", [tables.genres(result.genres)], list(_genre(result)), drawn)
    if (heads := tables.heads(result)) is not None:
        yield _section("head", "What training adds, and what a leaky split adds to it", [heads], [])


def _of_paper(result: TextSearches) -> Iterator[Section]:
    if not result.paper:
        return
    paper, table = paper_system.load(result.paper), paper_system.table(result)
    said = [paper.source, f"measured in its name: {paper.system}", *paper.notes]
    yield _section("paper", "The paper", [table] if table is not None else [], said)


def _genre(result: TextSearches) -> Iterator[str]:
    yield (
        "labels are the source's; a split that leaves twins of test songs in train shows what it knows by heart, and "
        "language alone may tell most of a genre"
    )
    if (noise := result.noise) is not None:
        yield (
            f"{noise.n_disagreeing:,} of {noise.n_songs:,} songs that have a twin with nearly the same words have one "
            "with another genre: that much no classifier of words can tell"
        )


def _section(
    name: str,
    title: str,
    shown: Sequence[FigureTable],
    said: Sequence[str],
    drawn: Sequence[tuple[str, str]] = (),
) -> Section:
    section = plain_tables.section(name, title, shown, said)
    pictures = [(Markup(svg), caption) for svg, caption in drawn if svg]  # noqa: S704 - its texts are escaped
    if not pictures:
        return section
    plotted = environment(_HERE).get_template("plots.html.j2").render(pictures=pictures)
    head, end, tail = section.html.rpartition("</section>")
    return Section(f"{head}{plotted}{end}{tail}", id=name, title=title)


def _caption(language: str) -> str:
    where = "All languages" if language == ALL else f"Queries in {language}"
    return f"{where}: MRR with 95 % intervals; at the right the share with a right song among the first ten."


_WEIGHTS = (
    "scores of the parts are brought to one scale and added; weights are chosen for each language by queries of valid, "
    "words first where they are equal"
)
_REFUSAL = (
    "lines of songs of the index stand against lines of songs that are absent from it, chosen and made alike; a system "
    "that answers everything has a recall of 1 and refuses nothing"
)

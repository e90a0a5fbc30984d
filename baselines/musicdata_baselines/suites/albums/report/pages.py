"""The suite's part of the report, on a terminal and on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions.suite import Page, Section
from musicdata_baselines.report import plain_tables
from musicdata_baselines.report.text import bullets, wrap
from musicdata_baselines.suites.albums.report import paper_table, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata_baselines.suites.albums.results import Validation

_GROUPS = "A group is an album with its re-issues; intervals and p-values count groups, not reviews."


def lines(validation: Validation) -> Iterator[str]:
    """Yield the lines between the verdict and the notes; none where nothing was measured."""
    result = validation.result
    if not result.schemes:
        return
    if result.paper:
        paper = paper_table.load(result.paper)
        yield from wrap(f"paper: {paper.source}")
        yield from bullets(paper.notes)
        yield ""
    yield from bullets(tables.sentences(result))
    for scheme in result.schemes:
        yield ""
        yield from plain_tables.lines(list(tables.of_scheme(result, scheme)))
    if len(result.schemes) > 1:
        yield ""
        yield from plain_tables.lines([tables.side_by_side(result)])


def page(validation: Validation) -> Page:
    """Return what the suite puts on the page."""
    return Page(tuple(_sections(validation)), groups=_GROUPS, again=_again(validation))


def _sections(validation: Validation) -> Iterator[Section]:
    result = validation.result
    if not result.schemes:
        return
    said = [f"{sentence}." for sentence in tables.sentences(result)]
    shown = [tables.side_by_side(result)] if len(result.schemes) > 1 else []
    yield plain_tables.section("schemes", "Ways of splitting", shown, said)
    for scheme in result.schemes:
        drawn = list(tables.of_scheme(result, scheme))
        what = [f"{probe.name}: {probe.what}." for probe in scheme.probes]
        yield plain_tables.section(f"scheme-{scheme.name}", f"Scheme {scheme.name}", drawn, what)
    if result.paper:
        paper = paper_table.load(result.paper)
        yield plain_tables.section("paper", "The paper", [], [f"{paper.source}.", *(f"{n}." for n in paper.notes)])


def _again(validation: Validation) -> str:
    epochs = validation.result.epochs
    return f" --epochs {epochs:g}" if epochs != 1 else ""

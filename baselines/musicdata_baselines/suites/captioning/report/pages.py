"""The suite's part of the report, on a terminal and on a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from musicdata.definitions.suite import Page, Section
from musicdata_baselines.report import plain_tables
from musicdata_baselines.report.templates import environment
from musicdata_baselines.report.text import bullets, wrap
from musicdata_baselines.suites.captioning.report import paper_table, plots, tables
from musicdata_baselines.suites.captioning.results import ROW

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.suite import FigureTable
    from musicdata_baselines.suites.captioning.results import Captioning, Validation

_GROUPS = "Intervals and differences draw whole groups of songs that may not be parted, not captions."
_HERE = Path(__file__).parent


def lines(validation: Validation) -> Iterator[str]:
    """Yield the lines between the verdict and the notes; none where nothing was measured."""
    result = validation.result
    if not result.systems:
        return
    if result.paper:
        yield from wrap(f"paper: {paper_table.load(result.paper).source}")
        yield ""
    yield from bullets(tables.sentences(result))
    for shown in _in_order(result):
        if shown is not None:
            yield ""
            yield from plain_tables.lines([shown])
    yield ""
    yield from _examples(result)


def _in_order(result: Captioning) -> Iterator[FigureTable | None]:
    yield tables.overview(result)
    yield tables.recalls(result)
    yield tables.facts(result)
    yield tables.controls(result)
    yield tables.claims(result)
    yield tables.networks(result)
    yield tables.leaky(result)
    yield tables.facts(result, ROW)
    yield tables.by_variant(result)
    yield paper_table.beside_ours(result)


def _examples(result: Captioning) -> Iterator[str]:
    """Yield the captions of some songs, line by line; scores in a table where words may not be shown."""
    if not result.examples or result.examples[0].captions is None:
        yield from plain_tables.lines([shown] if (shown := tables.examples(result)) is not None else [])
        return
    yield "Captions beside what people wrote"
    for example in result.examples:
        yield from wrap(example.sample_id, "  ")
        for _, name, score, text in tables.spoken(example):
            yield from wrap(f"{name}{f' ({score})' if score else ''}: {text}", "    ")


def page(validation: Validation) -> Page:
    """Return what the suite puts on the page."""
    return Page(tuple(_sections(validation.result)), groups=_GROUPS, again=_again(validation.result))


def _sections(result: Captioning) -> Iterator[Section]:
    if not result.systems:
        return
    drawn = [(plots.scores(result), "R-1 F1 with 95 % intervals; at the right the mean words of a caption.")]
    said = list(tables.sentences(result))
    yield _section("systems", "Systems", [tables.overview(result), tables.recalls(result)], said, drawn)
    if (facts := tables.facts(result)) is not None:
        names = dict.fromkeys(one.fact for one in result.facts)
        pictures = [
            (plots.named(result, name), f"{name}: hollow marks were asked with something else.") for name in names
        ]
        yield _section("facts", "What captions know", [facts], [_FACTS], pictures)
    yield from _if_any("controls", "Sound and words of other songs", [tables.controls(result)])
    yield from _if_any("claims", "What may be claimed", [tables.claims(result)])
    yield from _if_any("networks", "Networks", [tables.networks(result)])
    yield from _if_any("splits", "What a leaky split would print", [tables.leaky(result), tables.facts(result, ROW)])
    yield from _if_any("variants", "Variants", [tables.by_variant(result)])
    if result.paper:
        paper = paper_table.load(result.paper)
        beside = paper_table.beside_ours(result)
        yield _section("paper", "The paper", [beside] if beside else [], [paper.source, *paper.notes])
    yield from _if_any("examples", "Captions", [tables.examples(result)])


def _if_any(name: str, title: str, shown: Sequence[FigureTable | None]) -> Iterator[Section]:
    if there := [table for table in shown if table is not None]:
        yield _section(name, title, there, [])


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


def _again(result: Captioning) -> str:
    epochs = f" --epochs {result.epochs:g}" if result.epochs != 1 else ""
    deep = " --deep" if result.deep_asked else ""
    return f"{deep}{' --sweep' if result.swept else ''}{epochs}"


_FACTS = (
    "a caption is right where it names the value of its song and no other; lyrics identify a song, so that only what "
    "the sound alone tells, and what falls to chance with another song's sound, shows hearing"
)

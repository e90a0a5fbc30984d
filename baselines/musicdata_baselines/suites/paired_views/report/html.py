"""The suite's part of the page: verdicts, pairs with tables and plots, the sweep, controls."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from musicdata.definitions.suite import Page, Place, Section
from musicdata_baselines.report import line_plot
from musicdata_baselines.report.templates import environment
from musicdata_baselines.suites.paired_views.gate import SIGNIFICANCE
from musicdata_baselines.suites.paired_views.report import comparison, plots, sweep_tables, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

    from musicdata_baselines.report.line_plot import Style
    from musicdata_baselines.suites.paired_views.report.comparison import DirectionTable
    from musicdata_baselines.suites.paired_views.report.verdicts import PairVerdict
    from musicdata_baselines.suites.paired_views.results import BaselineResult, Validation

MOST_ITEMS = 500  # of one finding on the page; all are in the JSON
_GROUPS = "A group is a song with its near-duplicates; intervals and p-values count groups, not samples."


@dataclass(frozen=True, slots=True)
class PairSection:
    """What the page says of one pair: verdict, tables, and plots as safe SVG."""

    verdict: PairVerdict
    sentence: str
    best: BaselineResult
    tables: list[DirectionTable]
    categories: list[str]
    detection: str
    baselines: list[BaselineResult]
    intervals: Markup
    ranks: Markup
    components: Markup
    learning: Markup


def page(validation: Validation) -> Page:
    """Return what the suite puts on the page.

    Raises:
        InputError: the data set names a paper whose table is not here.
    """
    return Page(tuple(_sections(validation)), groups=_GROUPS, again=_again(validation))


def _sections(validation: Validation) -> Iterator[Section]:
    if not validation.result.baselines:  # nothing was measured: the gate says why
        return
    draw = _Drawing(_environment(), validation)
    styled = line_plot.styles(list(dict.fromkeys(baseline.name for baseline in validation.result.baselines)))
    pairs = [_pair(validation, verdict, styled) for verdict in verdicts.of_pairs(validation)]
    paper = comparison.paper_of(validation)
    yield draw("summary", place="summary", sections=pairs)
    yield draw("views", place="data")
    for number, pair in enumerate(pairs, 1):
        yield draw(
            "pair",
            anchor=f"pair{number}",
            title=pair.verdict.label,
            s=pair,
            number=number,
            paper=paper,
            columns=comparison.COLUMNS,
            significance=SIGNIFICANCE,
        )
    if leakage := _leakage(validation):
        yield draw("leakage", anchor="leakage", title="Random split", leakage=leakage)
    if validation.result.sweep is not None:
        yield draw(
            "sweep",
            anchor="sweep",
            title="Components and runs",
            swept=list(sweep_tables.sentences(validation.result.sweep)),
            sweep_tables=sweep_tables.like_the_paper(validation),
            sweep_more=[*sweep_tables.differences(validation), *sweep_tables.disjoint(validation)],
        )
    yield draw("controls", anchor="controls", title="Controls", most_items=MOST_ITEMS)
    galleries = comparison.galleries(paper, validation) if paper else ""
    yield draw("limits", place="limits", paper=paper, galleries=galleries)
    yield draw("reading", place="reading")


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Renders the templates beside this module."""

    environment: Environment
    validation: Validation

    def __call__(
        self, template: str, *, place: Place = "results", anchor: str = "", title: str = "", **values: Any
    ) -> Section:
        drawn = self.environment.get_template(f"{template}.html.j2")
        html = drawn.render(v=self.validation, r=self.validation.result, **values)
        return Section(html, place, anchor, title)


def _pair(validation: Validation, verdict: PairVerdict, styled: dict[str, Style]) -> PairSection:
    of_pair = [baseline for baseline in validation.result.baselines if baseline.pair == verdict.judge.pair]
    label, chance, n = verdict.label, validation.result.chance["mrr"], validation.n_samples["test"]
    lines = {plot: by_pair.get(label, ()) for plot, by_pair in validation.result.curves.items()}
    return PairSection(
        verdict=verdict,
        sentence=verdicts.sentence(verdict, validation),
        best=max(of_pair, key=lambda baseline: baseline.mrr),
        tables=comparison.tabulate(validation, verdict.judge.pair),
        categories=list(comparison.categories(validation, verdict.judge.pair)),
        detection=verdicts.detection(of_pair),
        baselines=of_pair,
        intervals=Markup(plots.mrr_intervals(of_pair, styled, label, chance)),  # noqa: S704 - svg.py escapes every text
        ranks=Markup(plots.rank_curves(of_pair, styled, label, n)),  # noqa: S704
        components=Markup(plots.components(lines.get("components", ()), styled, label, chance)),  # noqa: S704
        learning=Markup(plots.learning(lines.get("learning", ()), styled, label, chance)),  # noqa: S704
    )


def _again(validation: Validation) -> str:
    """Return the options that a sweep was run with, as far as they are not those that come by themselves."""
    if (sweep := validation.result.sweep) is None:
        return ""
    deep = sweep_tables.trained(sweep)
    options = [" --sweep"] if deep and "cuda" not in validation.device else []
    options += [f" --epochs {sweep.epochs:g}"] if deep and sweep.epochs != 1 else []
    options += [f" --runs {sweep.limited_to}"] if sweep.limited_to is not None else []
    return "".join(options)


def _leakage(validation: Validation) -> Markup:
    labels = ["–".join(pair) for pair in validation.result.pairs]
    drawn = plots.split_leakage(
        validation.result.curves.get("split_leakage", {}), labels, validation.result.chance["mrr"]
    )
    return Markup(drawn)  # noqa: S704 - svg.py escapes every text


def _environment() -> Environment:
    made = environment(Path(__file__).parent)
    made.filters |= {"mark": verdicts.mark, "settings": verdicts.settings}
    return made

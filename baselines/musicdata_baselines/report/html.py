"""The report as one HTML page: no scripts, nothing loaded from anywhere; equal validations give equal bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from musicdata_baselines.gate import SIGNIFICANCE
from musicdata_baselines.report import comparison, figures, line_plot, plots, sweep_tables, verdicts

if TYPE_CHECKING:
    from musicdata_baselines.report.comparison import DirectionTable
    from musicdata_baselines.report.line_plot import Style
    from musicdata_baselines.report.verdicts import PairVerdict
    from musicdata_baselines.results import BaselineResult, Validation

MOST_ITEMS = 500  # of one finding on the page; all are in the JSON


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


def render(validation: Validation) -> str:
    """Return the page as HTML text.

    Raises:
        InputError: the data set names a paper whose table is not here.
    """
    page = _environment().get_template("page.html.j2")
    styled = line_plot.styles(list(dict.fromkeys(baseline.name for baseline in validation.baselines)))
    paper = comparison.paper_of(validation)
    return page.render(
        v=validation,
        paper=paper,
        galleries=comparison.galleries(paper, validation) if paper else "",
        columns=comparison.COLUMNS,
        significance=SIGNIFICANCE,
        sections=[_section(validation, verdict, styled) for verdict in verdicts.of_pairs(validation)],
        leakage=_leakage(validation),
        swept=list(sweep_tables.sentences(validation.sweep)) if validation.sweep else [],
        again=_again(validation),
        sweep_tables=sweep_tables.like_the_paper(validation),
        sweep_more=[*sweep_tables.differences(validation), *sweep_tables.disjoint(validation)],
        splits=[split for split in ("train", "valid", "test") if split in validation.n_samples],
        most_items=MOST_ITEMS,
        total=sum(validation.seconds.values()),
        times=sorted(validation.seconds.items(), key=lambda part: (-part[1], part[0])),
    )


def _section(validation: Validation, verdict: PairVerdict, styled: dict[str, Style]) -> PairSection:
    of_pair = [baseline for baseline in validation.baselines if baseline.pair == verdict.judge.pair]
    label, chance, n = verdict.label, validation.chance["mrr"], validation.n_samples["test"]
    lines = {plot: by_pair.get(label, ()) for plot, by_pair in validation.curves.items()}
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
    if (sweep := validation.sweep) is None:
        return ""
    deep = sweep_tables.trained(sweep)
    options = [" --sweep"] if deep and "cuda" not in validation.device else []
    options += [f" --epochs {sweep.epochs:g}"] if deep and sweep.epochs != 1 else []
    options += [f" --runs {sweep.limited_to}"] if sweep.limited_to is not None else []
    return "".join(options)


def _leakage(validation: Validation) -> Markup:
    labels = ["–".join(pair) for pair in validation.pairs]
    drawn = plots.split_leakage(validation.curves.get("split_leakage", {}), labels, validation.chance["mrr"])
    return Markup(drawn)  # noqa: S704 - svg.py escapes every text


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "sentence": figures.sentence,
        "share": figures.share,
        "p": figures.p_value,
        "seconds": figures.seconds,
        "value": figures.value,
        "mark": verdicts.mark,
        "settings": verdicts.settings,
        "times": figures.times,
    }
    return environment


def _clean(found: object) -> object:
    """Replace what cannot be printed in every text a template shows; markup of our own is clean already."""
    return found if isinstance(found, Markup) else figures.clean(found)

"""The plots of a report, drawn from a validation's curves and figures; each is SVG text, without scripts or fonts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.curve import Curve
from musicdata_baselines.report import figures
from musicdata_baselines.report.interval_plot import IntervalRow, Mark, interval_plot
from musicdata_baselines.report.line_plot import Style, line_plot, styles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from musicdata_baselines.suites.paired_views.results import BaselineResult


def rank_curves(baselines: Sequence[BaselineResult], styled: Mapping[str, Style], label: str, n: int) -> str:
    """Draw recall at K over K, mean of both directions, for every baseline of a pair; chance is K / n."""
    curves = [Curve(b.name, *_columns(b.recall_curve)) for b in baselines if b.recall_curve]
    if not curves:
        return ""
    ks = curves[0].x
    chance = Curve("chance", ks, tuple(min(1.0, k / n) for k in ks))
    return line_plot(
        curves,
        dict(styled),
        title=f"Recall at K of {label}, mean of both directions",
        x_label="K, logarithmic",
        y_label="share of queries whose item is among the first K",
        chance=chance,
        is_log=True,
        has_key=True,
    )


def _columns(points: Sequence[tuple[int, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(float(k) for k, _ in points), tuple(recall for _, recall in points)


def mrr_intervals(baselines: Sequence[BaselineResult], styled: Mapping[str, Style], label: str, chance: float) -> str:
    """Draw the MRR of every baseline of a pair, both directions, with 95 % intervals; undetectable MRRs are shaded."""
    rows = [
        IntervalRow(
            label=b.name,
            marks=tuple(
                Mark(d.mrr, d.mrr_low, d.mrr_high, is_hollow=number == 1) for number, d in enumerate(b.directions)
            ),
            hue=styled[b.name].hue,
            note=figures.times(b.mrr, chance),
            shaded_to=b.detection_limit_mrr if figures.share(b.detection_limit_mrr) != figures.UNKNOWN else 0.0,
        )
        for b in baselines
    ]
    title = f"MRR of {label} with 95 % intervals, both directions"
    return interval_plot(rows, title=title, x_label="MRR", note_label="times chance", chance=chance)


def components(curves: Sequence[Curve], styled: Mapping[str, Style], label: str, chance: float) -> str:
    """Draw the MRR of CCA over the number of components, plain and weighted."""
    return _over(curves, styled, f"MRR of {label} over the number of CCA components", "components", chance)


def learning(curves: Sequence[Curve], styled: Mapping[str, Style], label: str, chance: float) -> str:
    """Draw the MRR over the number of training samples, with its 95 % interval."""
    title = f"MRR of {label} over the number of training samples"
    return _over(curves, styled, title, "training samples, logarithmic", chance, is_log=True)


def _over(
    curves: Sequence[Curve],
    styled: Mapping[str, Style],
    title: str,
    x_label: str,
    chance: float,
    *,
    is_log: bool = False,
) -> str:
    known = [curve for curve in curves if curve.x]
    if not known:
        return ""
    ends = (min(min(c.x) for c in known), max(max(c.x) for c in known))
    return line_plot(
        known,
        styles([curve.label for curve in known]) | dict(styled),
        title=title,
        x_label=x_label,
        y_label="MRR on the test split, mean of both directions",
        chance=Curve("chance", ends, (chance, chance)),
        is_log=is_log,
    )


def split_leakage(by_pair: Mapping[str, Sequence[Curve]], pairs: Sequence[str], chance: float) -> str:
    """Draw for every pair what the data set's split gives and what a split that tears groups would claim."""
    rows = []
    for pair in (pair for pair in pairs if by_pair.get(pair)):
        own = by_pair[pair][0].y[0]
        for number, curve in enumerate(by_pair[pair]):
            change = f" ({curve.y[0] / own - 1:+.0%})" if number and own > 0 else ""
            low, high = (curve.low or curve.y)[0], (curve.high or curve.y)[0]
            rows.append(
                IntervalRow(
                    label=curve.label,
                    marks=(Mark(curve.y[0], low, high),),
                    hue=number,
                    note=f"{figures.share(curve.y[0])}{change}",
                    heading=pair if number == 0 else "",
                )
            )
    title = "MRR on a split by groups and on a random split that tears them"
    if not rows:
        return ""
    return interval_plot(rows, title=title, x_label="MRR, mean of both directions", note_label="MRR", chance=chance)

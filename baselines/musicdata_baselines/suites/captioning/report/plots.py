"""The plots of a report, drawn from figures; each is SVG text, without scripts or fonts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.report import figures
from musicdata_baselines.report.interval_plot import IntervalRow, Mark, interval_plot
from musicdata_baselines.suites.captioning.results import DRAWN, NETWORKS, RANDOM

if TYPE_CHECKING:
    from musicdata_baselines.suites.captioning.results import Captioning


def scores(result: Captioning) -> str:
    """Draw the R-1 F1 of every system on the data set's own split with 95 % intervals; "" where there is none."""
    random = result.of(RANDOM)
    if random is None:
        return ""
    rows = [
        IntervalRow(
            label=one.name,
            marks=(Mark(one.main.value, one.main.low, one.main.high),),
            hue=0 if one.name in DRAWN else 2 if one.name in NETWORKS else 1,
            note=f"{one.mean_words:.0f}",
        )
        for one in result.own()
    ]
    title = "R-1 F1 of every system on songs nobody trained on"
    return interval_plot(rows, title=title, x_label="R-1 F1", note_label="words", chance=random.main.value)


def named(result: Captioning, fact: str) -> str:
    """Draw how often captions name a fact, with the song's own sound and words and with others'."""
    found = [one for one in result.facts if one.fact == fact and one.scheme == "grouped"]
    rows = [
        IntervalRow(
            label=one.control or one.system,
            marks=(Mark(one.right, one.right, one.right, is_hollow=bool(one.control)),),
            hue=2 if one.system in NETWORKS else 1,
            note=figures.share(one.right, 2),
            heading=one.system if not one.control else "",
        )
        for one in found
    ]
    title = f"Share of the captions that name the {fact}"
    return interval_plot(rows, title=title, x_label="share", note_label="share", chance=found[0].chance) if rows else ""

"""The plots of a report, drawn from figures; each is SVG text, without scripts or fonts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.report import figures
from musicdata_baselines.report.heat_map import heat_map
from musicdata_baselines.report.interval_plot import IntervalRow, Mark, interval_plot
from musicdata_baselines.suites.text_search.results import (
    ACROSS,
    BM25,
    CHARACTERS,
    HEAD,
    HYBRID,
    PAPER,
    SECTIONS,
    WORDS,
)

if TYPE_CHECKING:
    from musicdata_baselines.suites.text_search.results import Cell, Genres, Refusal

_HUES = {name: hue for hue, name in enumerate((PAPER, WORDS, CHARACTERS, BM25, SECTIONS, HYBRID, HEAD, ACROSS))}
_MOST_NAMED = 6  # columns whose names have room


def mrr_intervals(cell: Cell, title: str) -> str:
    """Draw the MRR of every system on queries of one kind, with 95 % intervals; "" where there is none."""
    if not cell.systems:
        return ""
    rows = [
        IntervalRow(
            label=one.name.partition(":")[0] if one.name == PAPER else one.name,
            marks=(Mark(one.mrr, one.mrr_low, one.mrr_high),),
            hue=_HUES.get(one.name, 0),
            note=figures.share(one.hits[10], 2),
        )
        for one in cell.systems
    ]
    return interval_plot(rows, title=title, x_label="MRR", note_label="hit@10", chance=cell.chance["mrr"])


def refusal(found: Refusal) -> str:
    """Draw the confusion matrix of present and absent songs."""
    counts = ((found.present_found, found.present_refused), (found.absent_found, found.absent_refused))
    title = "Lines of songs that are present or absent, and whether they were answered"
    return heat_map(
        counts,
        ("present", "absent"),
        ("found", "refused"),
        title=title,
        row_label="the song is",
        column_label="the search says",
    )


def genres(found: Genres) -> str:
    """Draw the confusion matrix of genres; many genres are numbered, so that they have room."""
    names = found.names
    if len(names) > _MOST_NAMED:
        rows = tuple(f"{number} {name}" for number, name in enumerate(names, 1))
        columns = tuple(str(number) for number in range(1, len(names) + 1))
    else:
        rows = columns = names
    title = f"Genres of the test songs and those told by their words, split {found.scheme}"
    return heat_map(found.confusion, rows, columns, title=title, row_label="genre", column_label="told")

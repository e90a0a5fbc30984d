"""Counts in a grid, such as a confusion matrix, as SVG text: the darker, the larger the share of its row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata_baselines.report import figures, svg
from musicdata_baselines.report.svg import CHARACTER, WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROW = 20.0  # px
_LONGEST = 16  # characters of a label
_DARK = 0.55  # share from which on a number is written in the colour of the paper


def heat_map(
    counts: Sequence[Sequence[int]], rows: Sequence[str], columns: Sequence[str], *, title: str, row_label: str,
    column_label: str,
) -> str:  # fmt: skip
    """Draw a grid of counts.

    Args:
        counts: [row][column].
        rows: their names, one at least.
        columns: likewise, short ones.
        title: what the grid shows, for those who cannot see it, too.
        row_label: what the rows are.
        column_label: what the columns are.

    Raises:
        ValueError: the counts are not one a row and column.
    """
    if len(counts) != len(rows) or any(len(row) != len(columns) for row in counts) or not rows or not columns:
        raise ValueError(f"{len(counts)} rows of counts, expected {len(rows)} × {len(columns)}")
    left = min(max(len(name) for name in rows), _LONGEST) * CHARACTER + 12
    width = (WIDTH - left) / len(columns)
    top = 44.0
    body = [
        f"<title>{svg.escape(title)}</title>",
        svg.text(0, 14, f"{row_label} ↓", "axis-name"),
        svg.text(WIDTH, 14, f"{column_label} →", "axis-name", "end"),
    ]
    body += [
        svg.text(left + (place + 0.5) * width, top - 8, svg.shorten(name, width), "tick", "middle")
        for place, name in enumerate(columns)
    ]
    for number, (name, row) in enumerate(zip(rows, counts, strict=True)):
        body += _row(row, name, columns, left, top + number * _ROW, width)
    return svg.document(top + len(rows) * _ROW + 6, title, body)


def _row(counts: Sequence[int], name: str, columns: Sequence[str], left: float, y: float, width: float) -> list[str]:
    total = sum(counts)
    parts = [svg.text(0, y + 14, svg.shorten(name, left - 10), "name")]
    for place, (column, count) in enumerate(zip(columns, counts, strict=True)):
        share = count / total if total else 0.0
        x = left + place * width
        told = f"{name}, {column}: {figures.value(count)} ({figures.percent(share)})"
        parts.append(
            f'<g class="hue0"><title>{svg.escape(told)}</title>'
            f'<rect class="cell" x="{svg.px(x)}" y="{svg.px(y)}" width="{svg.px(width - 1)}" '
            f'height="{svg.px(_ROW - 1)}" fill-opacity="{share:.3f}"/></g>'
        )
        if count:
            kind = "on-dark" if share >= _DARK else ""
            parts.append(svg.text(x + width / 2, y + 14, svg.shorten(f"{count:,}", width), kind, "middle"))
    return parts

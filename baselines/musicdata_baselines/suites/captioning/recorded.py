"""What a release keeps of the suite's figures: tables on its card, and the figures of each system in its record.

No caption is among them: what people wrote is not ours to hand on, and captioners say it again.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from musicdata_baselines.report.storing import plain
from musicdata_baselines.suites.captioning.report import paper_table, tables
from musicdata_baselines.suites.captioning.results import ROW

if TYPE_CHECKING:
    from musicdata.definitions.suite import FigureTable
    from musicdata_baselines.suites.captioning.results import Captioning


def card(result: Captioning) -> tuple[FigureTable, ...]:
    """Return what systems score, what they know, what may be claimed, what a leaky split would print, and the paper."""
    if not result.systems:
        return ()
    shown = (
        tables.overview(result),
        tables.facts(result),
        tables.controls(result),
        tables.claims(result),
        tables.leaky(result),
        tables.facts(result, ROW),
        paper_table.beside_ours(result),
    )
    return tuple(table for table in shown if table is not None)


def methods(result: Captioning) -> tuple[dict[str, Any], ...]:
    """Return the figures of each system under each way of splitting."""
    return tuple(
        plain(
            {"name": f"{one.name} ({one.scheme}, {one.variant})"}
            | {key: value for key, value in dataclasses.asdict(one).items() if key != "name"}
        )
        for one in result.systems
    )

"""What a release keeps of the suite's figures: tables on its card, and the figures of each method in its record."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from musicdata_baselines.report.storing import plain
from musicdata_baselines.suites.albums.report import tables

if TYPE_CHECKING:
    from musicdata.definitions.suite import FigureTable
    from musicdata_baselines.suites.albums.results import Albums


def card(result: Albums) -> tuple[FigureTable, ...]:
    """Return the figures of the disjoint scheme, and how the schemes compare."""
    if result.disjoint is None:
        return ()
    return (tables.reviews(result.disjoint), tables.side_by_side(result))


def methods(result: Albums) -> tuple[dict[str, Any], ...]:
    """Return the figures of each method under each scheme, without what it took."""
    return tuple(
        plain(
            {"name": f"{method.name} ({scheme.name})"}
            | {key: value for key, value in dataclasses.asdict(method).items() if key not in {"name", "seconds"}}
        )
        for scheme in result.schemes
        for method in scheme.methods
    )

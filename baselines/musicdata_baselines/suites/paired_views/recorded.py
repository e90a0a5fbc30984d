"""What a release keeps of the suite's figures: a table on its card, and the figures of each baseline in its record."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from musicdata.definitions.suite import FigureTable
from musicdata_baselines.report.storing import plain
from musicdata_baselines.suites.paired_views.results import limit_as_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata_baselines.suites.paired_views.results import BaselineResult

_NOT_KEPT = {"recall_curve", "seconds"}
_CAPTION = """\
Retrieval by the baselines on the test split: mean reciprocal rank (MRR) with its interval; *shuffled* is the mean
MRR of pairs shuffled, *p* the chance that these do as well, *could be told* the least MRR that could have been told \
from theirs."""
_COLUMNS = ("baseline", "query → target", "MRR", "interval", "shuffled", "p", "could be told")


def card(baselines: Sequence[BaselineResult]) -> tuple[FigureTable, ...]:
    """Return a row a baseline and direction: MRR and its interval, MRR of shuffled pairs, p, what could be told."""
    rows = tuple(
        (
            one.name,
            f"{way.query} → {way.target}",
            way.mrr,
            f"{way.mrr_low:.4f} to {way.mrr_high:.4f}",
            one.null_mrr,
            one.p_value,
            limit_as_json(one.detection_limit_mrr),
        )
        for one in baselines
        for way in one.directions
    )
    return (FigureTable(_CAPTION, _COLUMNS, rows),) if rows else ()


def methods(baselines: Sequence[BaselineResult]) -> tuple[dict[str, Any], ...]:
    """Return the figures of each baseline, without its curve, and without what it took."""
    return tuple(
        plain(
            {name: value for name, value in dataclasses.asdict(one).items() if name not in _NOT_KEPT}
            | {"detection_limit_mrr": limit_as_json(one.detection_limit_mrr)}
        )
        for one in baselines
    )

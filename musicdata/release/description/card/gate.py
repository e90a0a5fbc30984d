"""What the suite measured, as the card tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.definitions.suite import FigureTable

if TYPE_CHECKING:
    from musicdata.release.record.layout import Gate

_CAPTION = """\
Retrieval by the baselines on the test split: mean reciprocal rank (MRR) with its interval; *shuffled* is the mean
MRR of pairs shuffled, *p* the chance that these do as well, *could be told* the least MRR that could have been told \
from theirs."""
_COLUMNS = ("baseline", "query → target", "MRR", "interval", "shuffled", "p", "could be told")


def figure_tables(gate: Gate | None) -> list[FigureTable]:
    """Return the tables of figures that the suite has for the card; the first column names the method."""
    if gate is None:
        return []
    return gate.card or _before_suites(gate.baselines)


def methods(gate: Gate | None) -> list[str]:
    """List the methods that were measured."""
    return list(dict.fromkeys(str(row[0]) for table in figure_tables(gate) for row in table.rows))


def _before_suites(baselines: list[dict[str, Any]]) -> list[FigureTable]:
    """Return the table of a release older than suites, whose record has figures of retrieval and no table of them."""
    rows = [
        (
            str(one.get("name")),
            f"{way.get('query')} → {way.get('target')}",
            way.get("mrr"),
            _interval(way.get("mrr_low"), way.get("mrr_high")),
            one.get("null_mrr"),
            one.get("p_value"),
            one.get("detection_limit_mrr"),
        )
        for one in baselines
        for way in one.get("directions", [])
    ]
    return [FigureTable(_CAPTION, _COLUMNS, tuple(rows))] if rows else []


def _interval(low: float | None, high: float | None) -> str:
    return f"{low:.4f} to {high:.4f}" if low is not None and high is not None else ""

"""What a stage costs and how much it makes, as far as it can be told before it runs; plans add it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Counts = Mapping[str, float]
"""`table` → its rows, `table.column` → different values of that column, `table.column=value` → rows that have it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """How much a stage works on and makes.

    Attributes:
        items: by which its cost is counted; of a network stage, those it wants, at most.
        rows: of each table it makes, and what else of them later stages go by.
        files: of its source, by ending.
        remarks: what of its source should be known before it runs, a sentence each.
    """

    items: float
    rows: Counts
    files: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What an item costs; None where nobody has measured it, which is not nothing.

    Attributes:
        cpu_s: processor time, in seconds.
        bytes: of its rows in the stage's tables, on disk.
    """

    cpu_s: float | None = None
    bytes: float | None = None


def as_many(items: str, /, **rows: str) -> Callable[[Any, Counts], Expected]:
    """Return what is expected of a stage whose items and rows are as many as something that is there before it.

    >>> as_many("notes.sample_id", audio="notes.sample_id")(None, {"notes": 40, "notes.sample_id": 2})
    Expected(items=2, rows={'audio': 2}, files={}, remarks=())

    Args:
        items: table or `table.column` that they are as many as.
        rows: table that is made → the same of its rows.
    """

    def expect(_parameters: object, counts: Counts) -> Expected:
        return Expected(counts[items], {table: counts[like] for table, like in rows.items()})

    return expect

"""How a build tells what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from musicdata.definitions.recipe import Step

NOT_BUILT = "not built yet"


class Progress:
    """What is told how a build goes on; this one does nothing with it."""

    def fetching_started(self, step: Step, n_items: int, n_kept: int) -> None:
        """A network stage fetches: how many items it wants, and how many of them have ended before."""

    def fetched(self, outcome: str) -> None:
        """An item has ended."""

    def waits(self, service: str, wait_s: float) -> None:
        """A service is left alone for so long."""

    def stage_skipped(self, step: Step, missing: Sequence[str]) -> None:
        """A stage has to wait for tables that a paused stage is to make."""

    def stage_started(self, step: Step, reasons: Sequence[str], n_items: int, n_kept: int) -> None:
        """A stage runs: why, how many items it has, and how many of them an earlier run has done."""

    def advanced(self, n_items: int, n_rejects: int) -> None:
        """A shard is committed."""

    def shard_failed(self, step: Step, why: str) -> None:
        """A worker died of a shard, which is computed in pieces to find the item at fault."""

    def stage_ended(self, report: StageReport) -> None:
        """A stage is sealed, or was found up to date."""


@dataclass(frozen=True, slots=True)
class StageReport:
    """What became of one stage.

    Attributes:
        stage: its name.
        built: False when it was up to date.
        reasons: why it was built.
        rows: rows of each of its tables.
        rejects: dropped items by reason code.
        n_items: items it was given, and `n_kept` those whose shards an earlier run had done.
        seconds: wall time.
    """

    stage: str
    built: bool
    reasons: tuple[str, ...]
    rows: Mapping[str, int]
    rejects: Mapping[str, int]
    n_items: int = 0
    n_kept: int = 0
    seconds: float = 0.0

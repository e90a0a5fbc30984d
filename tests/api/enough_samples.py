"""A suite that only counts, for tests of what is around suites; they name it as a plug-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from musicdata.definitions.suite import Clock, Options, Outcome, Result, Rule, Settings, Suite
from musicdata.definitions.table_source import TableSource


class EnoughSamples(Settings):
    """One table, and how many rows are enough."""

    table: str
    enough: int

    def columns(self) -> list[str]:
        return [f"{self.table}.sample_id"]


@dataclass(frozen=True)
class Counted(Result):
    """Rows of the table."""

    n_rows: int


def run(data: TableSource, settings: EnoughSamples, _options: Options, clock: Clock) -> Outcome[Counted]:
    with clock.part("count"):
        n = data.n_rows(settings.table)
    rule = Rule("there are enough", n >= settings.enough, f"{n} of {settings.enough}")
    digests = {settings.table: data.digest(settings.table)}
    return Outcome(Counted(n), {"train": n}, {"train": n}, digests, (rule,))


SUITE: Suite[Any] = Suite("enough-samples", EnoughSamples, Counted, run)

"""Proves that tables are what they say, by every check whose tables are there."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from musicdata.definitions import check as checks
from musicdata.errors import MusicdataError, SetupError
from musicdata.wording import as_table, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from musicdata.definitions.reader import Reader

_SHOWN_OF_ONE_KIND = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: which check found it, in which table, and what it saw."""

    check: str
    table: str
    message: str


@dataclass(slots=True, repr=False)
class CheckReport:
    """What was looked at and what was found.

    Attributes:
        findings: what is wrong; empty when everything is as it should be.
        passed: checks that found nothing; what could not be looked at for want of its tables is not among them.
    """

    findings: list[Finding] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        first = f", first {self.findings[0].check}: {self.findings[0].message[:200]}" if self.findings else ""
        return f"<CheckReport: {len(self.passed)} passed, {counted(len(self.findings), 'finding')}{first}>"

    def _repr_html_(self) -> str:
        found = [("✗", one.check, f"{one.table}: {one.message}" if one.table else one.message) for one in self.findings]
        return as_table(("", "check", "found"), [*found, *(("✓", name, "") for name in self.passed)])

    def add(self, check: str, problems: Iterable[tuple[str, str]]) -> None:
        """Take in what one check found: (table, message) of each problem.

        Raises:
            SetupError: something that it needs is missing on this machine, which says nothing of the tables.
        """
        try:
            findings = [Finding(check, table, message) for table, message in problems]
        except SetupError:
            raise
        except Exception as error:  # noqa: BLE001 - a check that did not come to its end, whatever ended it, has not passed
            findings = [Finding(check, "", f"could not be looked at: {_reason(error)}")]
        if not findings:
            self.passed.append(check)
        self.findings += findings[:_SHOWN_OF_ONE_KIND]
        if len(findings) > _SHOWN_OF_ONE_KIND:
            self.findings.append(Finding(check, "", f"and {len(findings) - _SHOWN_OF_ONE_KIND} more of this kind"))

    @property
    def ok(self) -> bool:
        """Say whether nothing was found."""
        return not self.findings


def examine(splits: Sequence[Reader], whole: Reader, report: CheckReport, tables: Sequence[str] = ()) -> None:
    """Check the rows of tables, their sounds and their pictures, and that all tables are there.

    Args:
        splits: readers that together read every row, each in order of the key.
        whole: reads all of them.
        report: takes in what is found.
        tables: those that must be there: of a workspace, what its recipe makes.

    Raises:
        RecipeError: a plug-in or an installed package that may have checks cannot be imported.
    """
    for level in checks.LEVELS:
        for check in checks.of_level(level):
            if check.runs_on(whole):
                readers = [whole] if check.over == "all" else splits
                report.add(check.name, itertools.chain.from_iterable(map(check.look, readers)))
        if not report.ok:
            break
    if tables:
        report.add("the build has come to its end", _missing(whole, tables))


def _missing(whole: Reader, tables: Sequence[str]) -> Iterator[tuple[str, str]]:
    if missing := [table for table in tables if table not in whole.tables]:
        yield missing[0], f"the build has not come to its end: no {', '.join(missing)}; run the same command again"


def _reason(error: Exception) -> str:
    """Return what an error says; the name of its kind too where it was not written for people."""
    known = (MusicdataError, OSError, ValueError)
    return str(error) if isinstance(error, known) else f"{type(error).__name__}: {error}"
